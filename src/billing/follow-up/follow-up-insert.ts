/**
 * Notes that a payment still has to be followed up: a part of the statement that settles it, since each
 * statement of a settlement costs it a round trip. A long mail and a question to the gateway would hold up
 * the gateway's notification, so a job does both. A payment is settled twice when an operator accepts it.
 */
export const NOTE_FOLLOW_UP = `
  insert into payment_follow_ups (payment_id, due_at, answer) values (:paymentId, :at, :answer)
  on conflict (payment_id) do nothing`;
