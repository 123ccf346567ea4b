-- The buyer as an order's accepted texts name it. Receipt and legal invoice name the same one, although the company's
-- billing details may have changed until they are written (src/billing/legal-invoices/issuing/legal-buyer.ts).
select lock_patiently('order_consents');

alter table order_consents
  -- The billing details of that moment. Null for orders from before this.
  add column buyer jsonb;
