-- Use of workspaces by the payment that paid for it (src/disputes/delivery).

-- One row is the time that a payment pays for as it lies now: refunds and larger plans move it.
-- Owner: disputes. Kept as long as its payment; made from invoices, and made again whenever they change.
create table delivery_periods (
  payment_id bigint      not null,
  company_id bigint      not null,
  -- paid: time of its own, which no other such row of the company overlaps. upgrade: a larger plan in the time of others.
  kind       text        not null,
  -- The end is exclusive. The same as the start: nothing is left of it.
  from_at    timestamptz not null,
  to_at      timestamptz not null,
  constraint pk_delivery_periods         primary key (payment_id),
  constraint fk_delivery_periods_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_delivery_periods_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_delivery_periods_kind    check (kind in ('paid', 'upgrade')),
  constraint ck_delivery_periods_order   check (to_at >= from_at)
);
-- The periods of a company when its sessions are posted.
create index idx_delivery_periods_company on delivery_periods (company_id, from_at);

-- One row is what one workspace session posts against one payment, or against none, in whole seconds.
-- Owner: disputes. Kept as long as the session; made from it, and made again by a check.
create table payment_deliveries (
  session_id         bigint      not null,
  session_started_at timestamptz not null,
  company_id         bigint      not null,
  -- The person of the session.
  user_id            bigint      not null,
  -- Null where no payment is: outside and unplaced.
  payment_id         bigint,
  -- paid, outside and unplaced add up to the session. outside: no payment paid for that time. unplaced: counted minutes of
  -- which nobody can say in which time they were; its upper bound is negative, since each time has all that it may have had.
  -- upgrade stands beside them: the time was paid for by another payment as well.
  kind               text        not null,
  from_at            timestamptz not null,
  to_at              timestamptz not null,
  proven_seconds     bigint      not null,
  at_most_seconds    bigint      not null,
  -- False while the session may still change.
  is_final           boolean     not null,
  constraint uq_payment_deliveries         unique nulls not distinct (session_id, kind, payment_id),
  constraint fk_payment_deliveries_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_payment_deliveries_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_payment_deliveries_user    foreign key (user_id) references users (id) on delete restrict,
  constraint ck_payment_deliveries_kind    check (kind in ('paid', 'upgrade', 'outside', 'unplaced')),
  constraint ck_payment_deliveries_payment check ((payment_id is not null) = (kind in ('paid', 'upgrade'))),
  constraint ck_payment_deliveries_order   check (to_at >= from_at),
  constraint ck_payment_deliveries_bounds  check (kind = 'unplaced' or at_most_seconds >= proven_seconds and proven_seconds >= 0)
);
-- The delivery of a payment.
create index idx_payment_deliveries_payment on payment_deliveries (payment_id) where payment_id is not null;
-- Sessions to post again.
create index idx_payment_deliveries_open on payment_deliveries (session_id) where not is_final;
-- The oldest, when retention has dropped their sessions.
create index idx_payment_deliveries_started on payment_deliveries (session_started_at);

-- One row: how far sessions and changes of periods were posted. Owner: disputes.
create table delivery_progress (
  only_row    boolean     not null default true,
  -- Every session that began before it is posted.
  sessions_to timestamptz not null,
  -- Every invoice and every time taken back from before it is in delivery_periods.
  periods_to  timestamptz not null,
  constraint pk_delivery_progress  primary key (only_row),
  constraint ck_delivery_progress  check (only_row)
);
insert into delivery_progress (sessions_to, periods_to) values ('2020-01-01', '2020-01-01');

-- Payments whose time was taken back since the last look.
select lock_patiently('payments');
create index idx_payments_time_taken on payments (time_taken_at) where time_taken_at is not null;
select lock_patiently('refunds');
create index idx_refunds_ends_time on refunds (decided_at) where ends_paid_time and state = 'done';
