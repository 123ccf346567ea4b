-- The life of a subscription: days of grace after the paid time, cancelling with undo, a smaller plan from the end of
-- the paid time on.
select lock_patiently('subscriptions');

alter table subscriptions
  -- A smaller plan that is paid for already: its time begins at period_ends_at and ends at next_period_ends_at.
  add column next_plan           text,
  add column next_period_ends_at timestamptz,
  -- A smaller plan that the company wants from the end of the paid time on, and has not paid for.
  add column wanted_plan         text,
  -- A cancellation: when it was asked for, by whom (null: by the platform), why in their words, and from when on
  -- nothing can be opened. All null without one; withdrawing it or paying clears them.
  add column cancel_requested_at timestamptz,
  add column cancelled_by        bigint,
  add column cancel_reason       text,
  add column cancels_at          timestamptz,
  add constraint fk_subscriptions_canceller foreign key (cancelled_by) references users (id) on delete restrict,
  add constraint ck_subscriptions_next_plan   check (next_plan in ('starter', 'team', 'enterprise')),
  add constraint ck_subscriptions_wanted_plan check (wanted_plan in ('starter', 'team', 'enterprise')),
  add constraint ck_subscriptions_next check ((next_plan is null) = (next_period_ends_at is null)
    and (next_period_ends_at is null or coalesce(next_period_ends_at > period_ends_at, false))),
  add constraint ck_subscriptions_cancel check ((cancel_requested_at is null) = (cancels_at is null)
    and (cancels_at is not null or (cancelled_by is null and cancel_reason is null))),
  add constraint ck_subscriptions_cancel_reason check (length(cancel_reason) between 1 and 1000);

-- Until when workspaces may be opened: to the end of the trial or seven days after the paid time, and never longer than
-- a cancellation lets. Every statement that asks reads this column. Seven days are 168 hours, whatever the clocks
-- do; the way over UTC is one that Postgres knows not to depend on a setting.
alter table subscriptions
  add column opens_until timestamptz not null generated always as (least(cancels_at, greatest(trial_ends_at,
    (coalesce(next_period_ends_at, period_ends_at) at time zone 'UTC' + interval '168 hours') at time zone 'UTC'))) stored;
