-- Prices out of the code: lists in versions, the central bank's rates, and what of both an order was placed by.

-- One row is a version of the prices. Append-only: a new price is a new version, and old ones say what was on sale.
-- Owner: billing/prices. Kept for ever: payments point at it.
create table price_lists (
  id             bigint      generated always as identity,
  version        integer     not null,
  -- In force from then until a later version takes over. Of two with the same time the higher version counts.
  effective_from timestamptz not null,
  -- fixed: a price in each currency. converted: prices in base_currency, and by the central bank's rate in the others.
  kind           text        not null,
  -- The rest is null for fixed prices. rate_side names a column of exchange_rates.
  base_currency  char(3),
  rate_side      text,
  -- Added to what the rate gives, in hundredths of a percent.
  margin_bps     integer,
  -- Prices are whole multiples of a step for each currency, in kuruş or cents: {"USD": 100}.
  rounding_mode  text,
  rounding_steps jsonb,
  note           text        not null,
  -- The operator; null for version 1, which this migration made.
  created_by     bigint,
  created_at     timestamptz not null,
  -- The transaction that made it. Set by the database: prices are taken only together with their version.
  entered_at     timestamptz not null default transaction_timestamp(),
  constraint pk_price_lists           primary key (id),
  constraint fk_price_lists_creator   foreign key (created_by) references users (id) on delete restrict,
  constraint uq_price_lists_version   unique (version),
  constraint ck_price_lists_version   check (version > 0 and (version = 1) = (created_by is null)),
  -- What was on sale yesterday does not change today.
  constraint ck_price_lists_effective check (version = 1 or effective_from >= created_at),
  constraint ck_price_lists_kind      check (kind in ('fixed', 'converted')),
  constraint ck_price_lists_base      check (base_currency in ('TRY', 'USD', 'EUR')),
  constraint ck_price_lists_side      check (rate_side in ('forex_buying', 'forex_selling', 'banknote_buying', 'banknote_selling')),
  constraint ck_price_lists_margin    check (margin_bps between 0 and 10000),
  constraint ck_price_lists_rounding  check (rounding_mode in ('nearest', 'up')),
  constraint ck_price_lists_converted check (
    num_nonnulls(base_currency, rate_side, margin_bps, rounding_mode, rounding_steps)
      = case kind when 'converted' then 5 else 0 end),
  constraint ck_price_lists_note      check (length(note) between 1 and 500)
);

-- One row is the price of one month of a plan, tax included. Append-only.
-- Owner: billing/prices. Kept with its version.
create table price_list_items (
  price_list_id bigint  not null,
  currency      char(3) not null,
  plan          text    not null,
  -- In kuruş or cents; what PayTR takes at least is 1.00.
  amount_minor  bigint  not null,
  constraint pk_price_list_items          primary key (price_list_id, currency, plan),
  constraint fk_price_list_items_list     foreign key (price_list_id) references price_lists (id) on delete restrict,
  constraint ck_price_list_items_currency check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_price_list_items_plan     check (plan in ('starter', 'team', 'enterprise')),
  constraint ck_price_list_items_amount   check (amount_minor between 100 and 1000000000)
);

create function enter_price_list() returns trigger
language plpgsql as $$
begin
  new.entered_at := transaction_timestamp();
  return new;
end
$$;
create trigger enter before insert on price_lists
  for each row execute function enter_price_list();

create function refuse_late_price() returns trigger
language plpgsql as $$
begin
  if not exists (
    select from price_lists where id = new.price_list_id and entered_at = transaction_timestamp()
  ) then
    raise exception 'a version of the prices is whole from the start: price refused'
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_late_price before insert on price_list_items
  for each row execute function refuse_late_price();

create trigger refuse_change before update or delete on price_lists
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on price_lists
  for each statement execute function refuse_change();
create trigger refuse_change before update or delete on price_list_items
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on price_list_items
  for each statement execute function refuse_change();

-- One row is what a bulletin of the Turkish central bank (TCMB) says of a currency. Append-only.
-- Owner: billing/rates. Kept for ever: payments name it.
create table exchange_rates (
  id               bigint      generated always as identity,
  bulletin_date    date        not null,
  bulletin_no      text        not null,
  -- The first day that it counts for, which is the day after: an invoice of a day takes the last bulletin before it.
  valid_for        date        not null,
  currency         char(3)     not null,
  -- Liras are for so many of the currency (JPY: 100).
  unit             integer     not null,
  -- Digits as the bulletin has them. Null where it has none.
  forex_buying     numeric,
  forex_selling    numeric,
  banknote_buying  numeric,
  banknote_selling numeric,
  -- SHA-256 of the file as it came.
  file_sha256      text        not null,
  fetched_at       timestamptz not null,
  constraint pk_exchange_rates          primary key (id),
  -- A bulletin that the bank corrected is another file: the one that was fetched last counts from then on.
  constraint uq_exchange_rates_file     unique (currency, bulletin_date, file_sha256),
  constraint ck_exchange_rates_no       check (bulletin_no ~ '^[0-9]{4}/[0-9]{1,4}$'),
  constraint ck_exchange_rates_valid    check (valid_for > bulletin_date),
  constraint ck_exchange_rates_currency check (currency ~ '^[A-Z]{3}$' and currency <> 'TRY'),
  constraint ck_exchange_rates_unit     check (unit > 0),
  constraint ck_exchange_rates_positive check (
    least(forex_buying, forex_selling, banknote_buying, banknote_selling) > 0),
  constraint ck_exchange_rates_sha256   check (file_sha256 ~ '^[0-9a-f]{64}$')
);
create trigger refuse_change before update or delete on exchange_rates
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on exchange_rates
  for each statement execute function refuse_change();

-- The prices that stood in the code until now.
insert into price_lists (version, effective_from, kind, note, created_at) values
  (1, '2020-01-01 00:00+03', 'fixed', 'The prices from before there were price lists.', now());
insert into price_list_items (price_list_id, currency, plan, amount_minor)
select price_lists.id, prices.*
from price_lists, (values
  ('TRY', 'starter', 49900), ('TRY', 'team', 149900), ('TRY', 'enterprise', 499900),
  ('USD', 'starter', 1900),  ('USD', 'team', 4900),   ('USD', 'enterprise', 14900),
  ('EUR', 'starter', 1800),  ('EUR', 'team', 4500),   ('EUR', 'enterprise', 13900)
) as prices;

-- The prices, in billing_currency, by which the newest paid time was bought. Null before the first payment, and where
-- it is from before; version 1 holds there.
select lock_patiently('subscriptions');
alter table subscriptions add column paid_prices jsonb;

-- What an order was placed by, frozen: the version, the prices of all plans in its currency, and the rate if there is
-- one. Null for orders from before; version 1 holds for them.
select lock_patiently('payments');
alter table payments
  add column price_list_id bigint,
  add column price_facts   jsonb,
  add constraint fk_payments_price_list foreign key (price_list_id) references price_lists (id) on delete restrict,
  add constraint ck_payments_price_facts check ((price_list_id is null) = (price_facts is null));
create trigger refuse_rewriting_prices before update of price_list_id, price_facts on payments
  for each row when ((new.price_list_id, new.price_facts) is distinct from (old.price_list_id, old.price_facts))
  execute function refuse_rewriting_final();
