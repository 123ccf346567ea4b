-- Hash of a text as evidence shows it: SHA-256 over its UTF-8 bytes, lower-case hex.
-- A function of our own, because a generated column takes immutable expressions only and Postgres
-- declares convert_to merely stable (encodings can be redefined; the built-in UTF8 is not).
create function content_hash(content text) returns text
  language sql
  immutable
  strict
  parallel safe
  return encode(sha256(convert_to(content, 'UTF8')), 'hex');

-- One row is one published text of the terms or of the privacy notice, in one language.
-- Owner: src/legal; new texts arrive as migrations. Kept for ever: acceptances point here, and a text
-- that somebody accepted must stay readable word for word. A correction is a new version.
create table legal_documents (
  id             bigint      generated always as identity,
  kind           text        not null,
  version        text        not null,
  locale         text        not null,
  title          text        not null,
  body           text        not null,
  content_sha256 text        not null generated always as (content_hash(body)) stored,
  -- From this moment on the version is the current one; a time to come announces it ahead. The default is the
  -- moment this installation applied the migration: before that nobody could read the text here.
  published_at   timestamptz not null default now(),
  constraint pk_legal_documents         primary key (id),
  constraint uq_legal_documents_version unique (kind, version, locale),
  constraint ck_legal_documents_kind    check (kind in ('terms', 'privacy')),
  -- The day the text was settled; a letter for a second one on the same day.
  constraint ck_legal_documents_version check (version ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[a-z]?$'),
  constraint ck_legal_documents_locale  check (locale in ('tr', 'en')),
  constraint ck_legal_documents_text    check (title <> '' and body <> '')
);

create trigger refuse_change before update or delete on legal_documents
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on legal_documents
  for each statement execute function refuse_change();

-- One row is one person's acceptance of one document: for the terms an agreement, for the privacy
-- notice a confirmation of having been informed (KVKK art. 10; it is not a consent).
-- Owner: src/legal/accept-documents.ts. Evidence: never changed; the person and the company cannot
-- be deleted from under it.
create table legal_acceptances (
  id          bigint      generated always as identity,
  user_id     bigint      not null,
  -- The company the person belonged to at that moment. Null only for the platform's own operators.
  company_id  bigint,
  document_id bigint      not null,
  accepted_at timestamptz not null,
  -- Null when the request's address was unusable, or there was no request.
  ip_address  inet,
  -- Null when the client sent none.
  user_agent  text,
  -- The request the acceptance came with; its audit row bears the same id.
  request_id  text        not null,
  constraint pk_legal_acceptances          primary key (id),
  constraint fk_legal_acceptances_user     foreign key (user_id) references users (id) on delete restrict,
  constraint fk_legal_acceptances_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_legal_acceptances_document foreign key (document_id) references legal_documents (id) on delete restrict,
  -- A double click is one acceptance. It leads with user_id, so it also serves "what did this person accept".
  constraint uq_legal_acceptances_document unique (user_id, document_id)
);

create trigger refuse_change before update or delete on legal_acceptances
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on legal_acceptances
  for each statement execute function refuse_change();
