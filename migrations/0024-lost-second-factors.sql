-- The way back for somebody who has lost every second factor: one operator asks for it, the person is told and can
-- object, and after a waiting time another operator approves.

-- One row is such a request. It ends in one of four ways, or waits.
-- Owner: people. Kept as long as the person: it is evidence of who took the factors away.
-- Personal data: reason, channel, identity_check, objection_ip, objection_user_agent.
create table factor_resets (
  id                   bigint      generated always as identity,
  -- Null for a member of the platform's own staff.
  company_id           bigint,
  user_id              bigint      not null,
  -- The operator who asked, and in their words: why, how the person reached us, how we know that it is them.
  requested_by         bigint      not null,
  reason               text        not null,
  channel              text        not null,
  identity_check       text        not null,
  requested_at         timestamptz not null,
  -- From then on it may be approved, and until then.
  due_at               timestamptz not null,
  expires_at           timestamptz not null,
  -- SHA-256 of the secret of the link by which the person objects.
  objection_token_hash text        not null,
  approved_at          timestamptz,
  approved_by          bigint,
  cancelled_at         timestamptz,
  cancelled_by         bigint,
  objected_at          timestamptz,
  objection_ip         inet,
  objection_user_agent text,
  expired_at           timestamptz,
  constraint pk_factor_resets           primary key (id),
  constraint fk_factor_resets_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_factor_resets_user      foreign key (user_id) references users (id) on delete restrict,
  constraint fk_factor_resets_requester foreign key (requested_by) references users (id) on delete restrict,
  constraint fk_factor_resets_approver  foreign key (approved_by) references users (id) on delete restrict,
  constraint fk_factor_resets_canceller foreign key (cancelled_by) references users (id) on delete restrict,
  constraint uq_factor_resets_objection unique (objection_token_hash),
  constraint ck_factor_resets_reason    check (length(reason) between 1 and 500),
  constraint ck_factor_resets_channel   check (length(channel) between 1 and 200),
  constraint ck_factor_resets_identity  check (length(identity_check) between 1 and 500),
  constraint ck_factor_resets_times     check (requested_at < due_at and due_at < expires_at),
  constraint ck_factor_resets_end       check (num_nonnulls(approved_at, cancelled_at, objected_at, expired_at) <= 1),
  constraint ck_factor_resets_approved  check ((approved_at is null) = (approved_by is null)),
  constraint ck_factor_resets_waited    check (approved_at >= due_at and approved_at < expires_at),
  -- Two people, and neither of them is the one whose factors end.
  constraint ck_factor_resets_people    check (requested_by <> user_id and approved_by <> user_id
    and approved_by <> requested_by)
);
create unique index uq_factor_resets_open on factor_resets (user_id)
  where approved_at is null and cancelled_at is null and objected_at is null and expired_at is null;
create trigger refuse_delete before delete on factor_resets
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on factor_resets
  for each statement execute function refuse_change();
