-- What a buyer accepted with an order, word for word, and what follows a payment: the same words by mail, and what the
-- gateway says of the card.

-- A company buys under other laws than a consumer, so every buyer says once which of them they are.
alter table billing_details
  add column customer_type text,
  add constraint ck_billing_details_customer check (customer_type in ('company', 'consumer'));

-- Texts that are filled with the numbers of an order, and the conditions of refunds. Only terms and privacy are
-- accepted by everybody; the others belong to an order.
alter table legal_documents
  drop constraint ck_legal_documents_kind,
  add constraint ck_legal_documents_kind check (
    kind in ('terms', 'privacy', 'pre-information', 'distance-sales', 'company-sales', 'refund-policy'));

-- One row is what the buyer of one order was shown and accepted. Append-only: it cannot be made later.
-- Owner: billing/consent. Kept 10 years with its payment.
create table order_consents (
  id              bigint      generated always as identity,
  payment_id      bigint      not null,
  company_id      bigint      not null,
  -- The person who accepted.
  user_id         bigint      not null,
  customer_type   text        not null,
  locale          text        not null,
  -- The templates that were filled: kind, version, locale and content_sha256 of each.
  documents       jsonb       not null,
  -- Everything that was shown, as plain text: the filled texts, the boxes and the button.
  terms_text      text        not null,
  text_sha256     text        not null generated always as (content_hash(terms_text)) stored,
  -- The filled texts as the page had them.
  terms_html      text        not null,
  html_sha256     text        not null generated always as (content_hash(terms_html)) stored,
  -- Each box that was ticked, by name, with its words. Orders need all of them.
  boxes           jsonb       not null,
  button          text        not null,
  -- What the price came from, as in payments; null where no price list was asked.
  price_facts     jsonb,
  accepted_at     timestamptz not null,
  -- Null when the request's address was unusable.
  ip_address      inet,
  -- Null when the client sent none.
  user_agent      text,
  -- SHA-256 of the browser session, as in workspace_sessions.
  browser_session text,
  -- The request that ordered; its audit rows bear the same id.
  request_id      text        not null,
  constraint pk_order_consents          primary key (id),
  constraint fk_order_consents_payment  foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_order_consents_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_order_consents_user     foreign key (user_id) references users (id) on delete restrict,
  constraint uq_order_consents_payment  unique (payment_id),
  constraint ck_order_consents_customer check (customer_type in ('company', 'consumer')),
  constraint ck_order_consents_locale   check (locale in ('tr', 'en'))
);
create index idx_order_consents_user on order_consents (user_id);
create trigger refuse_change before update or delete on order_consents
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on order_consents
  for each statement execute function refuse_change();

-- One row is what the gateway said, when asked after a payment, of the card and of the way it was charged.
-- Append-only. Owner: billing/follow-up. Kept 10 years with its payment.
create table payment_card_facts (
  payment_id        bigint      not null,
  asked_at          timestamptz not null,
  -- First six and last four digits, as the gateway masks them. The number itself never reaches us.
  masked_pan        text,
  -- The card programme, such as BONUS.
  card_brand        text,
  -- From the gateway's list of the cards that begin like this one. Null where it does not know them, such as foreign ones.
  card_bank         text,
  card_scheme       text,
  card_type         text,
  -- 0 is a single payment, as the gateway counts.
  installment_count integer,
  payment_type      text,
  -- What of the charge the gateway keeps and pays out, in minor units.
  fee_minor         bigint,
  net_minor         bigint,
  -- As the gateway writes it; the zone is not stated.
  payment_date      text,
  -- Fields of the answer whose name speaks of 3-D Secure. The gateway's documents name none.
  three_d           jsonb,
  -- Both answers as they came, cut to a bound.
  answer            text        not null,
  bin_answer        text,
  constraint pk_payment_card_facts         primary key (payment_id),
  constraint fk_payment_card_facts_payment foreign key (payment_id) references payments (id) on delete restrict
);
create trigger refuse_change before update or delete on payment_card_facts
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on payment_card_facts
  for each statement execute function refuse_change();

-- One row is a payment after which something is still to be done, or was. Written by the settlement, which waits for
-- neither a long mail nor the gateway.
-- Owner: billing/follow-up. Kept with its payment.
create table payment_follow_ups (
  payment_id     bigint      not null,
  -- The mail with the accepted words. Null before, and where no order terms were accepted.
  terms_mail_id  bigint,
  -- When the next step is due. Null when everything is done, or given up.
  due_at         timestamptz,
  asks_failed    integer     not null default 0,
  asked_at       timestamptz,
  ask_problem    text,
  constraint pk_payment_follow_ups         primary key (payment_id),
  constraint fk_payment_follow_ups_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_payment_follow_ups_mail    foreign key (terms_mail_id) references mails (id) on delete restrict
);
create index idx_payment_follow_ups_due on payment_follow_ups (due_at) where due_at is not null;
