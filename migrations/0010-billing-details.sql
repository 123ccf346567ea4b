-- Billing details get a table of their own: the table of companies then belongs to one room only.

select lock_patiently('companies');

-- One row is what an invoice and the gateway need to know of a company as a buyer. A company has none until an
-- admin has filled in the form. Facts of today: what was printed on an invoice stands in the invoice.
-- Owner: billing. Kept as long as the company.
create table billing_details (
  company_id         bigint not null,
  billing_name       text,
  billing_address    text,
  billing_phone      text,
  billing_tax_office text,
  billing_tax_number text,
  constraint pk_billing_details         primary key (company_id),
  constraint fk_billing_details_company foreign key (company_id) references companies (id) on delete restrict
);

insert into billing_details
select id, billing_name, billing_address, billing_phone, billing_tax_office, billing_tax_number
from companies
where coalesce(billing_name, billing_address, billing_phone, billing_tax_office, billing_tax_number) is not null;

alter table companies
  drop column billing_name,
  drop column billing_address,
  drop column billing_phone,
  drop column billing_tax_office,
  drop column billing_tax_number;
