-- One row is what was refused in one window: attempts of one kind, against one account or token, from one address. It becomes one
-- row of audit_logs when the window is over, or when somebody downloads evidence, and is deleted in the same transaction. So a
-- stranger who tries without end makes one row a window and not one a try. Owner: audit.
create table refused_attempts (
  -- SHA-256 of kind, whom it is about, and address.
  key            text        not null,
  -- The same without the address: so many addresses are kept apart, those beyond share one row.
  subject        text        not null,
  company_id     bigint,
  user_id        bigint,
  -- The first attempt as a row of audit_logs, as the audit spool keeps it.
  event          text        not null,
  attempts       bigint      not null,
  -- The first so many have rows of their own already.
  own_rows       integer     not null,
  first_at       timestamptz not null,
  last_at        timestamptz not null,
  window_ends_at timestamptz not null,
  constraint pk_refused_attempts          primary key (key),
  constraint fk_refused_attempts_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_refused_attempts_user     foreign key (user_id) references users (id) on delete restrict,
  constraint ck_refused_attempts_attempts check (attempts > 0 and own_rows >= 0)
);
create index idx_refused_attempts_subject on refused_attempts (subject);
create index idx_refused_attempts_window on refused_attempts (window_ends_at);
create index idx_refused_attempts_user on refused_attempts (user_id);
create index idx_refused_attempts_company on refused_attempts (company_id);
