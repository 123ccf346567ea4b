-- Alerts: what audit rows are looked at, what was raised, and what became of it.

-- One row is an audit row that the rules of alerts have not looked at yet. A trigger writes it in the transaction
-- of the audit row, whoever writes that; the process that looks deletes it in the transaction of what it raised.
-- Owner: alerts. Deleted when it was looked at.
create table alert_inbox (
  event_id    uuid        not null,
  event_at    timestamptz not null,
  user_id     bigint      not null,
  -- By the database's clock, since rows of other transactions may still be under way.
  arrived_at  timestamptz not null default clock_timestamp(),
  -- Tries that failed, and when the next is due. A fault in one event keeps no other waiting.
  tries       integer     not null default 0,
  next_try_at timestamptz not null default clock_timestamp(),
  constraint pk_alert_inbox primary key (event_id)
);
-- What a process looks for every few seconds.
create index idx_alert_inbox_due on alert_inbox (next_try_at);

create function note_for_alerts() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  insert into alert_inbox (event_id, event_at, user_id) values (new.event_id, new.timestamp, new.user_id)
  on conflict do nothing;
  return null;
end
$$;

-- Older rows than the app may write are history that somebody fills in, and raise nothing.
select lock_patiently('audit_logs');
create trigger note_for_alerts after insert on audit_logs
  for each row
  when (
    new.user_id is not null
    and new.timestamp > clock_timestamp() - interval '31 days'
    and new.action_type in (
      'login', 'browser_session_moved', 'token_created', 'ssh_key_added', 'evidence_exported', 'operator_company_viewed'
    )
  )
  execute function note_for_alerts();

-- When a person said that a sign-in was not theirs, or an admin secured the account: the password opens nothing
-- until a new one is set. Null while the password may be used.
select lock_patiently('users');
alter table users add column password_blocked_at timestamptz;

-- One row is an alert: an event of an account that broke rules, with what was known of it then.
-- Owner: alerts. Kept 24 months, and as long as its incident.
create table alerts (
  id                bigint      generated always as identity,
  -- Null for the platform's staff.
  company_id        bigint,
  -- Whose account it is about. Null when the company as a whole is concerned: the platform's staff looked in.
  user_id           bigint,
  -- Who acted, when that is somebody else.
  actor_user_id     bigint,
  -- The audit row that broke the rules.
  event_id          uuid        not null,
  event_at          timestamptz not null,
  action            text        not null,
  -- Names of src/alerts/rules/rule-settings.ts.
  rules             text[]      not null,
  is_serious        boolean     not null,
  raised_at         timestamptz not null,
  ip_address        inet,
  -- ISO 3166-1, by the file of countries; and when that file was put together.
  country           text,
  country_data_from timestamptz,
  -- As "Firefox, Windows". Null when the request named none.
  browser           text,
  -- SHA-256 of the secret in the mail's link "this wasn't me". Null when no mail with a link was written.
  report_token_hash text,
  report_expires_at timestamptz,
  -- When the person said that it was not them. The link is good until then.
  reported_at       timestamptz,
  constraint pk_alerts         primary key (id),
  constraint fk_alerts_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_alerts_user    foreign key (user_id) references users (id) on delete restrict,
  constraint fk_alerts_actor   foreign key (actor_user_id) references users (id) on delete restrict,
  -- However many processes look, an event raises one alert.
  constraint uq_alerts_event   unique (event_id),
  constraint uq_alerts_token   unique (report_token_hash),
  constraint ck_alerts_rules   check (cardinality(rules) > 0),
  constraint ck_alerts_token   check ((report_token_hash is null) = (report_expires_at is null))
);
-- The list of a company's alerts, newest first; and those of a person.
create index idx_alerts_company on alerts (company_id, id);
create index idx_alerts_user on alerts (user_id, id);

-- One row is something that somebody looks into: an account that was reported, or that an admin doubts.
-- Owner: alerts. Kept 24 months after it was closed.
create table incidents (
  id         bigint      generated always as identity,
  company_id bigint,
  -- Whose account it is about. Null when the company as a whole is concerned.
  user_id    bigint,
  -- Null when an admin opened it without an alert.
  alert_id   bigint,
  opened_at  timestamptz not null,
  -- The admin or operator who opened it. Null when the person reported it.
  opened_by  bigint,
  closed_at  timestamptz,
  closed_by  bigint,
  outcome    text,
  constraint pk_incidents         primary key (id),
  constraint fk_incidents_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_incidents_user    foreign key (user_id) references users (id) on delete restrict,
  constraint fk_incidents_alert   foreign key (alert_id) references alerts (id) on delete restrict,
  constraint fk_incidents_opener  foreign key (opened_by) references users (id) on delete restrict,
  constraint fk_incidents_closer  foreign key (closed_by) references users (id) on delete restrict,
  constraint uq_incidents_alert   unique (alert_id),
  constraint ck_incidents_outcome check (outcome in ('takeover', 'attempt', 'false-alarm', 'unclear')),
  constraint ck_incidents_closed  check ((closed_at is null) = (outcome is null) and (closed_at is null) = (closed_by is null))
);
create index idx_incidents_company on incidents (company_id, id);
create index idx_incidents_user on incidents (user_id, id);

-- One row is a step of an incident, by whom and when. A step is never changed.
-- Owner: alerts. Kept with its incident.
create table incident_steps (
  id          bigint      generated always as identity,
  incident_id bigint      not null,
  at          timestamptz not null,
  kind        text        not null,
  -- The person who took the step; null when the person of the account reported it by a mail's link.
  user_id     bigint,
  -- The words of a note; null for other steps.
  note        text,
  -- What was done, as numbers: sessions ended, tokens withdrawn.
  details     jsonb       not null default '{}',
  constraint pk_incident_steps          primary key (id),
  constraint fk_incident_steps_incident foreign key (incident_id) references incidents (id) on delete restrict,
  constraint fk_incident_steps_user     foreign key (user_id) references users (id) on delete restrict,
  constraint ck_incident_steps_kind     check (kind in ('opened', 'secured', 'note', 'closed')),
  constraint ck_incident_steps_note     check ((kind = 'note') <= (note is not null) and length(note) between 1 and 2000)
);
create index idx_incident_steps_incident on incident_steps (incident_id, id);
create trigger refuse_rewriting before update on incident_steps
  for each row execute function refuse_change();

-- One row is the rules of a company that has chosen other ones than those without a choice.
-- Owner: alerts. Kept as long as the company.
create table alert_rules (
  company_id bigint      not null,
  -- By name of the rule: whether it is muted, and its thresholds.
  settings   jsonb       not null,
  changed_at timestamptz not null,
  changed_by bigint      not null,
  constraint pk_alert_rules         primary key (company_id),
  constraint fk_alert_rules_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_alert_rules_changer foreign key (changed_by) references users (id) on delete restrict
);

-- One row is the choice of a person who does not want every mail that can be declined.
-- Owner: alerts. Kept as long as the person.
create table notification_choices (
  user_id    bigint      not null,
  -- Names of src/alerts/notices/notice-kinds.ts.
  declined   text[]      not null,
  changed_at timestamptz not null,
  constraint pk_notification_choices      primary key (user_id),
  constraint fk_notification_choices_user foreign key (user_id) references users (id) on delete restrict
);
