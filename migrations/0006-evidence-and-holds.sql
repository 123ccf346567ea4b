-- What keeps evidence from being dropped, and how far a download of it has come.

-- One row is an order to keep the evidence of a company: a payment dispute or a court's or authority's
-- demand. While it is open, retention drops nothing that belongs to the company. Placed and released by the
-- platform's staff only.
-- Owner: holds. Kept for ever: it explains why evidence was kept, and why it later was not.
create table legal_holds (
  id           bigint      generated always as identity,
  company_id   bigint      not null,
  -- The person the case is about. Null when it is about the whole company.
  user_id      bigint,
  kind         text        not null,
  -- The case number of the bank or the court.
  reference    text        not null,
  reason       text        not null,
  placed_at    timestamptz not null,
  placed_by    bigint      not null,
  -- All three null while the hold is open.
  released_at  timestamptz,
  released_by  bigint,
  release_note text,
  constraint pk_legal_holds           primary key (id),
  constraint fk_legal_holds_company   foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_legal_holds_user      foreign key (user_id) references users (id) on delete restrict,
  constraint fk_legal_holds_placer    foreign key (placed_by) references users (id) on delete restrict,
  constraint fk_legal_holds_releaser  foreign key (released_by) references users (id) on delete restrict,
  constraint ck_legal_holds_kind      check (kind in ('dispute', 'legal-hold')),
  constraint ck_legal_holds_reference check (length(reference) between 1 and 100),
  constraint ck_legal_holds_reason    check (length(reason) between 1 and 2000),
  constraint ck_legal_holds_note      check (length(release_note) between 1 and 2000),
  constraint ck_legal_holds_release
    check ((released_at is null) = (released_by is null) and (released_at is null) = (release_note is null))
);
-- One open hold for a case, however often its form is sent. Case numbers are compared without regard to
-- capitals.
create unique index uq_legal_holds_open
  on legal_holds (company_id, kind, lower(reference), user_id) nulls not distinct where released_at is null;
-- The holds of a company, open and released, newest first, by keyset; retention asks the first whether a
-- company has any.
create index idx_legal_holds_company_open on legal_holds (company_id, placed_at desc, id desc) where released_at is null;
create index idx_legal_holds_company_released
  on legal_holds (company_id, released_at desc, id desc) where released_at is not null;
-- The operators' list of open holds of all companies, newest first, by keyset.
create index idx_legal_holds_open on legal_holds (placed_at desc, id desc) where released_at is null;

-- A hold is released once and is otherwise as it was placed.
create function refuse_rewriting_hold() returns trigger
language plpgsql as $$
begin
  if old.released_at is not null then
    raise exception 'a released hold stays as it is: update refused' using errcode = 'insufficient_privilege';
  end if;
  if (new.id, new.company_id, new.user_id, new.kind, new.reference, new.reason, new.placed_at, new.placed_by)
     is distinct from
     (old.id, old.company_id, old.user_id, old.kind, old.reference, old.reason, old.placed_at, old.placed_by) then
    raise exception 'a hold is kept as it was placed: update refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger refuse_rewriting before update on legal_holds
  for each row execute function refuse_rewriting_hold();
create trigger refuse_delete before delete on legal_holds
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on legal_holds
  for each statement execute function refuse_change();

-- One row is how far a download has come, for the page that started it to show: whichever process answers
-- that page need not be the one that sends the file. Written about once a second while it runs.
-- Owner: evidence. Kept for a day.
create table export_progress (
  -- Who downloads; nobody else is told.
  user_id    bigint      not null,
  -- Made by the page that starts the download.
  token      text        not null,
  state      text        not null,
  rows_done  bigint      not null default 0,
  -- Null until they have been counted, which happens beside the download.
  rows_total bigint,
  -- A download whose process has died says "running" for ever; that nobody updates it any more gives it away.
  updated_at timestamptz not null,
  constraint pk_export_progress       primary key (user_id, token),
  constraint fk_export_progress_user  foreign key (user_id) references users (id) on delete cascade,
  constraint ck_export_progress_state check (state in ('running', 'done', 'failed')),
  constraint ck_export_progress_token check (length(token) between 16 and 64)
);
create index idx_export_progress_updated_at on export_progress (updated_at);
