-- What the order page said of the offer and its price, word for word, beside what was accepted there. Templates and
-- translations change, and a bank asks later what the buyer was shown. All null for an order from before.
select lock_patiently('order_consents');
alter table order_consents
  add column prices_text   text,
  add column prices_html   text,
  -- Over the words as the page had them: the page sends it back, so no other words are kept than were shown.
  add column prices_sha256 text,
  add constraint ck_order_consents_prices check (num_nonnulls(prices_text, prices_html, prices_sha256) in (0, 3)),
  add constraint ck_order_consents_prices_hash check (prices_sha256 is not distinct from content_hash(prices_html));
