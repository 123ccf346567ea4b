-- The currency in which a company wants to see prices and be asked for payments. Null: the one of its newest paid order.
select lock_patiently('subscriptions');
alter table subscriptions
  add column usual_currency char(3),
  add constraint ck_subscriptions_usual_currency check (usual_currency in ('TRY', 'USD', 'EUR'));
