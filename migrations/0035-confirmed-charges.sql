-- A charge is confirmed by a question to the gateway before it opens an order; the follow-up takes the card from the same
-- answer, so that the two can never differ.

alter table payment_follow_ups
  -- The answer by which the charge was settled, until its card is kept. Null where nobody asked.
  add column answer jsonb;
