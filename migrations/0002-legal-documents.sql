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
  id              bigint       generated always as identity,
  kind            text         not null,
  version         text         not null,
  locale          text         not null,
  title           text         not null,
  body            text         not null,
  content_sha256  text         generated always as (content_hash(body)) stored not null,
  -- From this moment on the version is the current one; a later time announces it ahead.
  published_at    timestamptz  not null default now(),

  constraint legal_documents_pkey                     primary key (id),
  constraint legal_documents_kind_version_locale_key  unique (kind, version, locale),
  constraint legal_documents_kind_check               check (kind in ('terms', 'privacy')),
  constraint legal_documents_version_check            check (version ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[a-z]?$'),
  constraint legal_documents_locale_check             check (locale in ('tr', 'en')),
  constraint legal_documents_title_check              check (title <> ''),
  constraint legal_documents_body_check               check (body <> '')
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
  id           bigint       generated always as identity,
  user_id      bigint       not null,
  -- The company the person belonged to at that moment. Null only for the platform's own operators.
  company_id   bigint,
  document_id  bigint       not null,
  accepted_at  timestamptz  not null,
  -- Null when the request's address was unusable, or there was no request.
  ip_address   inet,
  -- Null when the client sent none.
  user_agent   text,
  -- The request the acceptance came with; the audit row bears the same id.
  request_id   text         not null,

  constraint legal_acceptances_pkey              primary key (id),
  -- Makes a double click one acceptance. Leads with user_id, so it also serves "what did this person accept".
  constraint legal_acceptances_user_document_key unique (user_id, document_id),
  constraint legal_acceptances_user_fkey         foreign key (user_id) references users (id) on delete restrict,
  constraint legal_acceptances_company_fkey      foreign key (company_id) references companies (id) on delete restrict,
  constraint legal_acceptances_document_fkey     foreign key (document_id) references legal_documents (id) on delete restrict
);

create trigger refuse_change before update or delete on legal_acceptances
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on legal_acceptances
  for each statement execute function refuse_change();
