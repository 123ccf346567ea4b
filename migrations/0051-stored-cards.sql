-- Cards that buyers let PayTR keep, and the charges of later months to them (src/billing/stored-cards).

-- The text of the box with which a buyer lets PayTR keep the card.
select lock_patiently('legal_documents');
alter table legal_documents
  drop constraint ck_legal_documents_kind,
  add constraint ck_legal_documents_kind check (
    kind in ('terms', 'privacy', 'pre-information', 'distance-sales', 'company-sales', 'refund-policy', 'stored-card'));

insert into legal_documents (kind, version, locale, title, body) values
('stored-card', '2026-12-01', 'tr', 'Kartın saklanması ve otomatik ödeme', $text$Bu metin yalnızca sipariş sayfasındaki kutusunu işaretlerseniz geçerlidir. İşaretlemek zorunda değilsiniz: o
zaman yalnızca bir dönem satın alırsınız, kart saklanmaz ve sonradan tahsilat yapılmaz.

## 1. Ne, nerede saklanır

- Ödediğiniz kartı ödeme kuruluşu PayTR saklar. Kart numarası, son kullanma tarihi ve güvenlik kodu tarayıcınızdan
  doğrudan PayTR'ye gider; {{seller_name}} bunları almaz ve saklamaz.
- {{seller_name}}, PayTR'nin kart ve kart sahibi için verdiği iki tanıtıcıyı şifreli olarak saklar. Bunun yanında kart
  numarasının ilk altı ve son dört hanesi, kartın markası ve bankası, bu metin ve onayınızın zamanı saklanır.

## 2. Ne, ne zaman tahsil edilir

- Ödenmiş her dönemin sonunda, {{account}} hesabının o günkü planının bir sonraki ayı. Bugünkü sipariş: {{item}},
  {{total}}. Sonraki tutar, hatırlatmanın gönderildiği gün geçerli fiyat listesindeki, vergiler dâhil fiyattır.
- Her tahsilattan en az yedi gün önce hesabın yöneticilerine tutarı, günü, kartı ve iptal bağlantılarını bildiren bir
  e-posta gönderilir. Bu e-posta gönderilmeden tahsilat yapılmaz ve bildirilenden fazlası alınmaz.
- Tahsilat, ödenmiş sürenin bittiği gün, her dönem için bir kez yapılır. Banka reddederse izleyen günlerde, en çok
  yedi gün boyunca yeniden denenebilir; sonrasında yalnızca bağlantıyla ödeme kalır.
- Her tahsilatın belgesi e-postayla gönderilir.

## 3. Nasıl sona erdirilir

- Hesabın bir yöneticisi kartı faturalama sayfasından dilediği zaman kaldırabilir; kart PayTR'den de silinir. Tahsilattan
  önceki kaldırma tahsilatı önler.
- Aboneliğin iptali kartı da kaldırır. Onayı veren kişinin hesabı kapatıldığında da kart kaldırılır.
- Ödenmiş dönemler bundan etkilenmez. İptal ve iade koşulları her tahsilat için geçerlidir.

## 4. Diğer metinlerle ilişkisi

Kullanım koşullarının, ön bilgilendirme formunun ve sözleşmenin; siparişin kendiliğinden yenilenmediğini, kartın
saklanmadığını ve kart bilgilerinin PayTR'nin sayfasına girildiğini söyleyen yerlerinde, onayınızdan itibaren bu metin
geçerlidir. Diğer hükümleri aynen kalır. Sorularınız için: {{seller_email}}
$text$),
('stored-card', '2026-12-01', 'en', 'Keeping the card, and automatic payment', $text$This text applies only if you tick its box on the order page. You need not tick it: then you buy one period, no card
is kept, and nothing is charged later.

## 1. What is kept, and where

- The payment institution PayTR keeps the card that you pay with. Its number, expiry date and security code go from
  your browser straight to PayTR; {{seller_name}} neither receives nor keeps them.
- {{seller_name}} keeps two identifiers, encrypted, which PayTR gives for the card and its holder. Beside them are kept
  the first six and last four digits of the card number, the card's brand and bank, this text, and when you agreed.

## 2. What is charged, and when

- At the end of each paid period, the next month of the plan that the account {{account}} has by then. Today's order:
  {{item}}, {{total}}. A later amount is the price, taxes included, of the price list in force on the day of the reminder.
- At least seven days before each charge the administrators of the account get a mail that names the amount, the day,
  the card, and links to cancel. Without this mail nothing is charged, and never more than it names.
- The charge is made on the day on which the paid time ends, once for each period. If the bank declines, it may be
  tried again on later days, for seven days at most; after that only paying by a link remains.
- The receipt of every charge is mailed.

## 3. How to end it

- An administrator of the account can remove the card on the billing page at any time; it is then deleted at PayTR as
  well. Removing it before a charge prevents the charge.
- Cancelling the subscription removes the card too. So does closing the account of the person who agreed.
- Periods that were paid for are not affected. The conditions of cancellation and refunds apply to every charge.

## 4. How it stands beside the other texts

Where the terms of use, the pre-information form and the contract say that an order does not renew itself, that no card
is kept, and that the card is entered on PayTR's page, this text applies in their place once you have agreed. All else
in them remains. Questions: {{seller_email}}
$text$);

-- What a buyer accepted with the box of the stored card: all null when it was not ticked.
select lock_patiently('order_consents');
alter table order_consents
  -- Kind, version, language and hash of the template, and the words beside the box.
  add column card_terms       jsonb,
  -- The filled text and the box, word for word.
  add column card_terms_text  text,
  add column card_text_sha256 text,
  add constraint ck_order_consents_card_terms check (num_nonnulls(card_terms, card_terms_text, card_text_sha256) in (0, 3)),
  add constraint ck_order_consents_card_hash check (card_text_sha256 is not distinct from content_hash(card_terms_text));

-- One row is a card that PayTR keeps for a company, by the consent of the payment that it was stored with.
-- Owner: billing. Kept 10 years with its payments; without its tokens once PayTR has removed the card.
create table stored_cards (
  id               bigint      generated always as identity,
  company_id       bigint      not null,
  -- The person who agreed.
  user_id          bigint      not null,
  -- The payment that it was stored with: its order_consents row has the consent, its payment_card_facts the card.
  first_payment_id bigint      not null,
  -- PayTR's tokens, encrypted under the key of STORED_CARD_KEYS with this id. Null once PayTR keeps the card no more.
  sealed_tokens    bytea,
  key_id           text,
  stored_at        timestamptz not null,
  -- PayTR said that the card is closed: it is never charged again.
  closed_at        timestamptz,
  -- From then on it is not charged, and PayTR is asked to remove it until it has.
  removal_asked_at timestamptz,
  removal_cause    text,
  removal_tries    integer     not null default 0,
  removal_due_at   timestamptz,
  removal_problem  text,
  removed_at       timestamptz,
  constraint pk_stored_cards         primary key (id),
  constraint fk_stored_cards_company foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_stored_cards_user    foreign key (user_id) references users (id) on delete restrict,
  constraint fk_stored_cards_payment foreign key (first_payment_id) references payments (id) on delete restrict,
  constraint uq_stored_cards_payment unique (first_payment_id),
  constraint ck_stored_cards_tokens  check ((sealed_tokens is null) = (key_id is null) and (sealed_tokens is null) = (removed_at is not null)),
  constraint ck_stored_cards_removal check ((removal_asked_at is null) = (removal_cause is null) and (removed_at is null or removal_asked_at is not null)),
  constraint ck_stored_cards_cause   check (removal_cause in ('asked', 'replaced', 'closed', 'cancelled', 'person-left', 'subscription-over'))
);
-- A company has one card at most.
create unique index uq_stored_cards_company on stored_cards (company_id) where removal_asked_at is null;
create index idx_stored_cards_user on stored_cards (user_id);
create index idx_stored_cards_removal on stored_cards (removal_due_at) where removed_at is null and removal_asked_at is not null;
create trigger refuse_delete before delete on stored_cards
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on stored_cards
  for each statement execute function refuse_change();

-- One row is the charge of one period to a stored card, as it was announced to the company's admins. There is one for
-- each end of paid time at most, so no period is charged twice.
-- Owner: billing. Kept 10 years.
create table card_renewals (
  company_id    bigint      not null,
  -- The end of the paid time that it follows.
  due_at        timestamptz not null,
  card_id       bigint      not null,
  announced_at  timestamptz not null,
  -- Seven days after the mail at the earliest.
  charge_from   timestamptz not null,
  plan          text        not null,
  currency      char(3)     not null,
  amount_minor  bigint      not null,
  price_list_id bigint      not null,
  price_facts   jsonb       not null,
  -- 'waiting' until next_try_at, 'sent' until the gateway has said what became of the newest charge, 'paid', and
  -- 'ended': not charged by itself any more, for the reason in ended_as.
  state         text        not null default 'waiting',
  tries         integer     not null default 0,
  next_try_at   timestamptz,
  ended_as      text,
  decided_at    timestamptz,
  constraint pk_card_renewals          primary key (company_id, due_at),
  constraint fk_card_renewals_company  foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_card_renewals_card     foreign key (card_id) references stored_cards (id) on delete restrict,
  constraint fk_card_renewals_list     foreign key (price_list_id) references price_lists (id) on delete restrict,
  constraint ck_card_renewals_from     check (charge_from >= announced_at + interval '168 hours'),
  constraint ck_card_renewals_plan     check (plan in ('starter', 'team', 'enterprise')),
  constraint ck_card_renewals_currency check (currency in ('TRY', 'USD', 'EUR')),
  constraint ck_card_renewals_amount   check (amount_minor >= 100),
  constraint ck_card_renewals_state    check (state in ('waiting', 'sent', 'paid', 'ended')),
  constraint ck_card_renewals_next     check ((state = 'waiting') = (next_try_at is not null)),
  constraint ck_card_renewals_ended    check ((state = 'ended') = (ended_as is not null)),
  constraint ck_card_renewals_decided  check ((state in ('paid', 'ended')) = (decided_at is not null))
);
create index idx_card_renewals_next on card_renewals (next_try_at) where state = 'waiting';
create index idx_card_renewals_sent on card_renewals (due_at) where state = 'sent';
create trigger refuse_delete before delete on card_renewals
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on card_renewals
  for each statement execute function refuse_change();

-- One row is a charge of a stored card that was sent to PayTR, with the order that it is for.
-- Owner: billing. Kept 10 years.
create table card_charges (
  payment_id      bigint      not null,
  company_id      bigint      not null,
  due_at          timestamptz not null,
  card_id         bigint      not null,
  sent_at         timestamptz not null,
  -- What PayTR's answer said: null before it, and for ever when the process died. 'unsent': no connection came
  -- about. 'unknown': no answer, so the status query decides.
  answer          text,
  gateway_message text,
  constraint pk_card_charges         primary key (payment_id),
  constraint fk_card_charges_payment foreign key (payment_id) references payments (id) on delete restrict,
  constraint fk_card_charges_renewal foreign key (company_id, due_at) references card_renewals (company_id, due_at) on delete restrict,
  constraint fk_card_charges_card    foreign key (card_id) references stored_cards (id) on delete restrict,
  constraint ck_card_charges_answer  check (answer in ('accepted', 'busy', 'closed', 'refused', 'unsent', 'unknown'))
);
create index idx_card_charges_renewal on card_charges (company_id, due_at);
create trigger refuse_delete before delete on card_charges
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on card_charges
  for each statement execute function refuse_change();
