-- How well payments could be defended today (src/disputes/readiness).

-- One row is what an assessment of one payment found, for the list by risk. Owner: disputes. A copy: made again at
-- least daily while a dispute may come, and deleted afterwards.
create table payment_readiness (
  payment_id        bigint      not null,
  company_id        bigint      not null,
  assessed_at       timestamptz not null,
  -- Charged and not given back, in minor units.
  exposed_minor     bigint      not null,
  currency          char(3)     not null,
  -- The same in kurus, by the central bank's rate of the day. Null: no rate is here.
  exposed_try_minor bigint,
  -- 0 to 100: the share of claims without a complete defence, and of facts against us.
  risk              integer     not null,
  weight            bigint      generated always as (risk * coalesce(exposed_try_minor, 0)) stored,
  -- Families of reasons, and those without a complete defence.
  families          integer     not null,
  undefended        integer     not null,
  -- Names of pieces that somebody can still get, and of facts that speak against us.
  missing           text[]      not null,
  against           text[]      not null,
  serious           integer     not null,
  constraint pk_payment_readiness         primary key (payment_id),
  constraint fk_payment_readiness_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_payment_readiness_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_payment_readiness_risk    check (risk between 0 and 100),
  constraint ck_payment_readiness_exposed check (exposed_minor >= 0)
);
-- The list.
create index idx_payment_readiness_weight on payment_readiness (weight desc, payment_id desc);
-- The oldest assessments.
create index idx_payment_readiness_assessed on payment_readiness (assessed_at);
