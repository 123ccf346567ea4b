-- One row is how far a download has come, for the page that started it to show: whichever process answers that page need not
-- be the one that sends the file. Written about once a second while it runs.
-- Owner: admin. Kept for a day.
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
