-- Steps in the life of a subscription that nobody takes: the clock brings them, and a job notes each once.

-- One row is such a step: a reminder that came due, or a state that began. Whoever writes it first sends the mail, so
-- nothing is told twice, and after days without the job only the newest step is told.
-- Owner: billing/life. Never changed; kept as long as the subscription.
create table subscription_notices (
  company_id   bigint      not null,
  kind         text        not null,
  -- The end that a reminder is about, or when a state began.
  about        timestamptz not null,
  noted_at     timestamptz not null,
  -- mailed: to the admins. nobody: no admin has a confirmed address. skipped: it came too late, or a newer step was told.
  -- silent: no mail belongs to it.
  outcome      text        not null,
  -- The payment that the mail asked for, at the prices of that moment; null when it asked for none.
  plan         text,
  currency     char(3),
  amount_minor bigint,
  constraint pk_subscription_notices          primary key (company_id, kind, about),
  constraint fk_subscription_notices_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_subscription_notices_kind     check (kind in ('reminder', 'last_reminder', 'trial', 'active', 'past_due', 'suspended', 'cancelled')),
  constraint ck_subscription_notices_outcome  check (outcome in ('mailed', 'nobody', 'skipped', 'silent')),
  constraint ck_subscription_notices_plan     check (plan in ('starter', 'team', 'enterprise')),
  constraint ck_subscription_notices_currency check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_subscription_notices_asked    check (num_nonnulls(plan, currency, amount_minor) in (0, 3) and amount_minor > 0)
);
