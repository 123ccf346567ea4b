-- Packages that answer a dispute of a payment, as they were made.

-- One row is the bytes of one package, a ZIP, under their hash: the same bytes are kept once. Append-only.
-- Owner: disputes/package. Kept 10 years with the payment.
-- Personal data: everything that the package tells of the payer.
create table dispute_package_files (
  sha256     text        not null,
  company_id bigint      not null,
  bytes      bytea       not null,
  constraint pk_dispute_package_files         primary key (company_id, sha256),
  constraint fk_dispute_package_files_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_dispute_package_files_sha256  check (sha256 = encode(sha256(bytes), 'hex'))
);
-- Read piece by piece: a compressed value would be unpacked for each piece.
alter table dispute_package_files alter column bytes set storage external;
create trigger refuse_change before update or delete on dispute_package_files
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on dispute_package_files
  for each statement execute function refuse_change();

-- One row is one making of a package: who, when, by which profile of the channel. Append-only.
-- Owner: disputes/package. Kept 10 years with the payment.
-- Personal data: made_by.
create table dispute_packages (
  id             bigint      generated always as identity,
  company_id     bigint      not null,
  payment_id     bigint      not null,
  -- Null: made for a payment without a case.
  dispute_id     bigint,
  -- draft: of an open case. frozen: the fixed answer of a case. payment: without a case.
  kind           text        not null,
  -- Names the files: at most 16 ASCII characters.
  name           text        not null,
  -- The newest record inside.
  as_of          timestamptz not null,
  made_at        timestamptz not null,
  -- Null: the schedule.
  made_by        bigint,
  -- Of everything that is told, without the proofs: two packages that tell the same have the same.
  content_sha256 text        not null,
  zip_sha256     text        not null,
  zip_bytes      integer     not null,
  pdf_sha256     text        not null,
  -- Where the PDF lies in the ZIP, which does not compress it.
  pdf_at         integer     not null,
  pdf_bytes      integer     not null,
  pages          integer     not null,
  profile        jsonb       not null,
  -- The time of the document time stamp; null without one.
  stamped_at     timestamptz,
  constraint pk_dispute_packages         primary key (id),
  constraint fk_dispute_packages_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_dispute_packages_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_dispute_packages_dispute foreign key (dispute_id) references disputes (id) on delete restrict,
  constraint fk_dispute_packages_maker   foreign key (made_by) references users (id) on delete restrict,
  constraint fk_dispute_packages_file    foreign key (company_id, zip_sha256)
    references dispute_package_files (company_id, sha256) on delete restrict,
  constraint ck_dispute_packages_kind    check (kind in ('draft', 'frozen', 'payment') and (kind = 'payment') = (dispute_id is null)),
  constraint ck_dispute_packages_name    check (name ~ '^[A-Z0-9]{1,16}$'),
  constraint ck_dispute_packages_pdf     check (pdf_at > 0 and pdf_bytes > 0 and pdf_at + pdf_bytes < zip_bytes)
);
create index idx_dispute_packages_payment on dispute_packages (payment_id, dispute_id, id desc);
create index idx_dispute_packages_dispute on dispute_packages (dispute_id, id desc) where dispute_id is not null;
create index idx_dispute_packages_file on dispute_packages (company_id, zip_sha256);
create index idx_dispute_packages_maker on dispute_packages (made_by) where made_by is not null;
create trigger refuse_change before update or delete on dispute_packages
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on dispute_packages
  for each statement execute function refuse_change();
