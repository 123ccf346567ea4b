-- The payments of a company that a person must look at, by keyset; for all companies there is idx_payments_review.
create index idx_payments_company_review on payments (company_id, id) where status = 'review';
