-- Where the buyer is: an invoice of UBL-TR names district, city and country beside the address.

select lock_patiently('billing_details');
alter table billing_details
  add column billing_district text,
  add column billing_city     text,
  -- ISO 3166-1, two letters.
  add column billing_country  text,
  add constraint ck_billing_details_country check (billing_country ~ '^[A-Z]{2}$');

-- The reversal that a return is for. Null for a sale, and where an operator makes a return by hand.
select lock_patiently('legal_invoices');
alter table legal_invoices
  add column reversal_id bigint,
  add constraint fk_legal_invoices_reversal foreign key (reversal_id) references reversals (id) on delete restrict,
  add constraint ck_legal_invoices_reversal check (reversal_id is null or returns_id is not null);
create unique index uq_legal_invoices_reversal on legal_invoices (reversal_id) where ended_as is null;
create index idx_legal_invoices_reversal on legal_invoices (reversal_id);
create trigger refuse_rewriting_reversal before update of reversal_id on legal_invoices
  for each row when (new.reversal_id is distinct from old.reversal_id)
  execute function refuse_rewriting_final();
