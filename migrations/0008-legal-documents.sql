-- The texts of the terms and of the privacy notice, and who accepted them.

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

-- The first terms of use and the first privacy notice (information under KVKK art. 10 and GDPR arts. 13-14),
-- in Turkish and English. They promise what the product does and nothing else; whoever changes what it does
-- publishes a new version in a new migration. Format: src/legal/document-blocks.ts. The seller's name and address
-- are configuration and stand beside the text on the page, so that the text is the same on every installation.

insert into legal_documents (kind, version, locale, title, body) values
('terms', '2026-11-01', 'tr', 'Kullanım koşulları', $text$Bu koşullar, bu sitede sunulan bulut geliştirme çalışma alanlarının kullanımını düzenler. Sözleşmenin
tarafları, adı, adresi ve iletişim bilgileri bu metnin yanında ve her faturada yer alan satıcı ("satıcı",
"biz") ile adına hesap açılan şirkettir ("müşteri").

## 1. Taraflar ve sözleşmenin kurulması

Bir şirketi kaydeden kişi, o şirket adına işlem yapmaya yetkili olduğunu beyan eder. Sözleşme, hesabın
açılmasıyla kurulur. Şirketin hesabına sonradan katılan herkes, bu koşulları hizmeti kendi kullanımı
bakımından kabul eder.

Her kabul için metnin sürümünü ve dilini, SHA-256 özetini, zamanı, IP adresini ve tarayıcı bilgisini
saklarız. Özet değeri bu sayfada, metnin dosya hâliyle birlikte sunulur; böylece metnin değişmediğini
herkes doğrulayabilir.

## 2. Hizmet

- Müşterinin kişileri, adlandırılmış çalışma alanları oluşturur ve bunları bu site üzerinden kullanır.
- Bir planın içeriği, sınırları ve fiyatı satın almadan önce faturalama sayfasında gösterilir.
- Çalışma alanının kullanımı oturum olarak kaydedilir. Oturum; kapatıldığında, kişi çıkış yaptığında veya
  otuz dakika boyunca hiçbir etkinlik olmadığında sona erer ve son etkinlik anına kadar sayılır.
- Silinen bir çalışma alanı bu site üzerinden geri getirilemez.
- Belirli bir erişilebilirlik oranı taahhüt edilmez. Ayıplı hizmete ilişkin kanuni haklar saklıdır.

## 3. Hesaplar

- Herkes kendi hesabını kullanır ve parolasını gizli tutar. Hesaplar paylaşılmaz.
- Müşterinin yöneticisi kişileri davet eder ve çıkarır, rolleri belirler, plan satın alır ve 9. bölümde
  anlatılan kayıtları görür.
- Art arda yanlış parola girilmesi hâlinde oturum açma belirli bir süre için engellenir.
- Hesaptan çıkarılan kişi artık oturum açamaz. Daha önce yaptıklarına ilişkin kayıtlar 9. bölümde
  belirtildiği gibi saklanır.
- Müşteri, bir hesabın başkası tarafından kullanılmış olabileceğini öğrendiğinde bunu bize gecikmeden
  bildirir.

## 4. Deneme süresi

Deneme süresi kayıttan itibaren 14 gündür. Ücretsizdir ve kart istenmez. Kendiliğinden ücretli bir plana
dönüşmez: süre bittiğinde, ücretli bir dönem satın alınana kadar çalışma alanları açılamaz.

## 5. Planlar, fiyatlar ve ödeme

- Plan her defasında bir takvim ayı için satın alınır ve bedeli kartla, Türk lirası, ABD doları veya avro
  olarak peşin ödenir. Vergi dâhil ödenecek tutar ve para birimi ödemeden önce gösterilir.
- Ödeme, ödeme kuruluşu PayTR'nin sayfasında yapılır. Kart numarası, son kullanma tarihi ve güvenlik kodu
  oraya girilir. Bu bilgiler bize ulaşmaz ve tarafımızca saklanmaz.
- Otomatik yenileme yoktur. Kart bilgisi tutmaz, sonradan kendiliğimizden tahsilat başlatmayız: her yeni
  ay, müşterinin bir yöneticisinin yaptığı ayrı bir satın almadır.
- Ücretli dönem, PayTR'nin ödemeyi bize onaylamasıyla başlar. Önceki ücretli dönem sürerken satın alınan
  ay, o dönemin sonuna eklenir. Önceki dönem bittikten sonra satın alınan ay, ödemeyle başlar.
- Deneme süresinden kalan günler ücretli döneme eklenmez. Ücretli dönem sürerken daha düşük bir plan satın
  alınamaz; daha yüksek bir plan, ücretli sürenin bitimine en fazla bir ay kaldığında satın alınabilir ve
  ödenir ödenmez geçerli olur. Ücretli süre en fazla on iki ay ileriye uzanabilir.
- Reddedilen veya yarıda bırakılan bir ödemeyle hiçbir şey satın alınmış olmaz. PayTR'nin siparişten
  farklı bir tutar veya para birimiyle onayladığı ödeme kendiliğinden etkinleştirilmez; satıcının bir
  çalışanı tarafından incelenir.
- Her başarılı ödeme için, tam olarak satın alınan döneme ait bir fatura düzenlenir. Yöneticiler faturayı
  faturalama sayfasında bulur.

## 6. Dönem sona erdiğinde

Deneme süresi veya ücretli dönem sona erdiğinde çalışma alanları açılamaz ve yenileri oluşturulamaz.
Oturum açma, faturalama sayfası ve faturalar erişilebilir kalır. Dönemin sona ermesi, tek başına bir
çalışma alanının silinmesine yol açmaz.

## 7. Hemen ifa ve cayma hakkı

Hizmet dijitaldir ve ödeme onaylanır onaylanmaz kullanıma açılır. Müşteri, her satın almayla ifaya hemen
başlanmasını ister.

Ticari veya mesleki amaçla hareket eden müşteri tüketici sayılmaz ve cayma hakkı bulunmayabilir.
Tüketicinin ise, 6502 sayılı Tüketicinin Korunması Hakkında Kanun ve Mesafeli Sözleşmeler Yönetmeliği ya
da 2011/83/AB sayılı Direktif ve bu Direktife dayanan ulusal kanunlar uyarınca kural olarak on dört gün
içinde cayma hakkı vardır. Bu mevzuat; elektronik ortamda anında ifa edilen hizmetler ve cayma süresi
dolmadan tüketicinin onayıyla ifasına başlanan hizmetler başta olmak üzere istisnalar içerir. Bu nedenle
cayma hakkı bulunmayabilir, sona erebilir veya o ana kadar sunulan kısmın bedelini ödeme yükümlülüğü
kalabilir. Bunun böyle olup olmadığını bu metin değil, kanun ve somut olayın koşulları belirler.

## 8. Kullanımın sona erdirilmesi ve iadeler

- Ardından yeni bir satın alma yapılmayan ücretli dönem kendiliğinden sona erer. İptal edilmesi gereken
  bir şey yoktur.
- Müşterinin hesabının kapatılmasını isteyen yönetici, bu sayfada gösterilen iletişim adresine yazar.
- Bu sitede para iadesi yapan bir işlev yoktur. İade talebi, fatura numarası belirtilerek bu sayfada
  gösterilen iletişim adresine gönderilir ve bir kişi tarafından incelenir. İadenin gerekip gerekmediğini
  kanun belirler.
- Bu koşulların hiçbir hükmü, başta 6502 sayılı Kanun ve Abonelik Sözleşmeleri Yönetmeliği olmak üzere
  emredici mevzuatın tanıdığı bir hakkı ortadan kaldırmaz.

## 9. Delil olarak saklanan kayıtlar

Neyin kararlaştırıldığını, kullanıldığını ve ödendiğini her iki taraf da gösterebilsin diye şunları
kaydederiz: kabul edilen metinler, oturum açmalar ve başarısız oturum açma denemeleri, hesapta yapılan
işlemler, çalışma alanlarındaki oturumlar, siparişler, ödemeler ve faturalar. Her kayıtta zaman ve varsa
IP adresi ile tarayıcı bilgisi yer alır.

- Müşterinin yöneticileri bu kayıtları görebilir ve kendi şirketlerindeki bir kişiye ait olanları
  indirebilir.
- Satıcının yetkili çalışanları, hizmeti yürütmek ve bir itirazı yanıtlamak için kayıtlara bakabilir. Bir
  müşterinin kayıtlarına bu site üzerinden her bakış da ayrıca kaydedilir ve müşterinin yöneticilerince
  görülebilir.
- Bir ödemeye itiraz edildiğinde, yanıt için gereken kayıtlar PayTR'ye ve ilgili bankalara iletilir.
- Kayıtlar, ücretli dönemin bitiminden itibaren 24 ay delil olarak; faturalar 10 yıl saklanır. Ayrıntılar
  aydınlatma metnindedir.

Bir tahsilatı tanımayan kişi, ödemeyi ve faturasını şirketinin bir yöneticisi aracılığıyla bulabilir veya
bu sayfada gösterilen iletişim adresine sorabilir. Kişinin bankasına başvurma hakkı saklıdır.

## 10. Kabul edilebilir kullanım

Hizmet; hukuka aykırı hiçbir iş için, bu sisteme veya başka sistemlere saldırmak ya da onları aşırı
yüklemek için, istenmeyen ileti göndermek için, bir planın sınırlarını aşmak için veya başkasına ait bir
hesapla kullanılamaz. Bu kuralın ağır biçimde ihlal edilmesi hâlinde satıcı, ilgili kişilerin oturum
açmasını engelleyebilir ve hukuken mümkün olduğu ölçüde nedenini müşteriye bildirir.

## 11. Müşterinin içeriği

Müşterinin kişilerinin çalışma alanlarında tuttuğu içerik kendilerine aittir. Satıcı bu içeriği yalnızca
hizmeti sunmak için işler. Bu içeriğin yedeklenmesi taahhüt edilmez; müşteri kendi kopyasını tutar.

## 12. Sorumluluk

Satıcı, kanuna göre sorumludur. Buradaki hiçbir hüküm; kasıt veya ağır kusurdan, ölüm veya bedensel
zarardan doğan sorumluluğu ya da kanunun izin vermediği hâllerde sorumluluğu kaldırmaz veya sınırlamaz.

## 13. Yeni sürümler

Yeni bir sürüm, kendi sürüm numarasıyla bu sitede yayımlanır. Oturum açan herkese, devam etmeden önce
yeni sürüm gösterilir ve kabulü istenir. Önceki sürümler bu sitede okunabilir kalır. Yeni sürüm, bedeli
ödenmiş bir dönemin fiyatını değiştirmez.

## 14. Hukuk, yetki ve dil

Satıcının yerleşik olduğu ülkenin hukuku uygulanır. Tüketici, yaşadığı ülkenin emredici hukukunun
sağladığı korumadan yararlanmaya devam eder ve tüketicilere açık mercilere ve mahkemelere başvurabilir;
Türkiye'de bunlar tüketici hakem heyetleri ve tüketici mahkemeleridir.

Türkçe ve İngilizce metinlerin aynı anlamı taşıması amaçlanmıştır. Aralarında fark varsa, kabulün
yapıldığı dildeki metin esas alınır.

## 15. İletişim

Satıcının adı, adresi ve e-posta adresi bu sayfada metnin yanında ve her faturada gösterilir.
$text$);

insert into legal_documents (kind, version, locale, title, body) values
('terms', '2026-11-01', 'en', 'Terms of use', $text$These terms govern the use of the cloud development workspaces offered on this site. They are agreed
between the seller, who is named with address and contact beside this text and on every invoice ("the
seller", "we"), and the company in whose name an account is opened ("the customer").

## 1. Parties and conclusion of the contract

The person who registers a company declares that they may act for it. The contract is concluded when the
account has been opened. Everyone who later joins the company's account accepts these terms for their own
use of the service.

For each acceptance we store the version and language of the text, its SHA-256 hash, the time, the IP
address and the browser identification. The hash is shown on this page beside the text as a file, so that
anyone can check that the text is unchanged.

## 2. The service

- The people of the customer create named workspaces and use them through this site.
- What a plan contains, its limits and its price are shown on the billing page before a purchase.
- Use of a workspace is recorded as a session. A session ends when it is closed, when the person signs
  out, or after thirty minutes without activity; it is then counted up to its last activity.
- A deleted workspace cannot be brought back through this site.
- No particular availability figure is promised. Rights that the law gives for a defective service
  remain.

## 3. Accounts

- Every person uses an account of their own and keeps the password secret. Accounts are not shared.
- An admin of the customer invites and removes people, gives roles, buys plans and sees the records
  described in section 9.
- After repeated wrong passwords, sign-in is refused for a limited time.
- A person who has been removed can no longer sign in. The records of what they did before are kept as
  described in section 9.
- The customer tells us without delay when an account may have been used by someone else.

## 4. Trial

The trial lasts 14 days from registration. It costs nothing and no card is asked for. It does not turn
into a paid plan by itself: when it ends, workspaces cannot be opened until a paid period has been
bought.

## 5. Plans, prices and payment

- A plan is bought for one calendar month at a time and paid in advance by card, in Turkish lira, US
  dollars or euros. The amount to be paid, tax included, and its currency are shown before the payment.
- The payment is made on a page of the payment institution PayTR. The card number, expiry date and
  security code are entered there. We neither receive nor store them.
- There is no automatic renewal. We keep no card and start no later charge: every further month is a
  purchase of its own, made by an admin of the customer.
- The paid period begins when PayTR has confirmed the payment to us. A month bought while an earlier paid
  period is still running is added to its end. A month bought after the earlier period has ended begins
  at the payment.
- Days left of the trial are not added to a paid period. While a paid period is running, a lower plan
  cannot be bought; a higher plan can be bought when at most one month of the paid time is left, and applies
  as soon as it is paid. Paid time can reach at most twelve months ahead.
- A payment that was declined or given up buys nothing. A payment that PayTR confirms with another amount
  or currency than ordered is not activated automatically; a member of the seller's staff examines it.
- For every successful payment there is an invoice for exactly the period it bought. Admins find it on
  the billing page.

## 6. When a period ends

When the trial or a paid period has ended, workspaces cannot be opened and no new ones can be created.
Sign-in, the billing page and the invoices remain available. The end of a period does not by itself
delete a workspace.

## 7. Immediate performance and the right of withdrawal

The service is a digital one and is available as soon as the payment has been confirmed. With each
purchase the customer asks for performance to begin at once.

A customer who acts for commercial or professional purposes is not a consumer and may have no right of
withdrawal. A consumer in principle has fourteen days to withdraw under Law No. 6502 on the Protection of
the Consumer and the Distance Contracts Regulation of Türkiye, or under Directive 2011/83/EU and the
national laws made from it. These laws contain exceptions, among them for services performed instantly in
electronic form and for services whose performance began, with the consumer's consent, before the period
had ended. The right of withdrawal may therefore not exist, may be lost, or may leave a duty to pay for
the part already provided. Whether that is so is decided by the law and the facts of the case, not by
this text.

## 8. Ending the use, and refunds

- A paid period that is not followed by another purchase ends by itself. Nothing needs to be cancelled.
- An admin who wants the customer's account closed writes to the contact shown on this page.
- This site has no function that pays money back. A request for a refund is sent to the contact shown on
  this page, with the invoice number, and is examined by a person. Whether a refund is due is decided by
  the law.
- Nothing in these terms takes away a right that binding law gives, in particular Law No. 6502 and the
  Subscription Contracts Regulation of Türkiye.

## 9. Records kept as evidence

So that both sides can show what was agreed, used and paid, we record: accepted texts, sign-ins and
failed sign-in attempts, actions in the account, sessions in workspaces, orders, payments and invoices,
each with its time and, where there is one, the IP address and browser identification.

- The admins of the customer can see these records and download those about a person of their company.
- Authorised staff of the seller may look at them to run the service and to answer a dispute. Each look
  into a customer's records through this site is itself recorded where the customer's admins can see it.
- When a payment is disputed, the records needed to answer are passed to PayTR and to the banks
  concerned.
- They are kept as evidence for 24 months after the end of the paid period; invoices are kept for 10
  years. The privacy notice says more.

Someone who does not recognise a charge can find the payment and its invoice through an admin of their
company, or ask the contact shown on this page. The right to turn to one's bank is not affected.

## 10. Acceptable use

The service may not be used for anything unlawful, to attack or overload this or other systems, to send
unsolicited messages, to get round the limits of a plan, or with an account that belongs to somebody
else. If this is seriously broken, the seller may bar the persons concerned from signing in and tells the
customer why, as far as the law allows.

## 11. The customer's content

What the customer's people keep in their workspaces stays theirs. The seller handles it only to provide
the service. Copies of that content are not promised: the customer keeps its own.

## 12. Liability

The seller is liable under the law. Nothing here excludes or limits liability for intent or gross
negligence, for injury to life or body, or where the law does not allow it.

## 13. New versions

A new version is published on this site with its own version number. Before continuing, everyone who
signs in is shown it and asked to accept it. Earlier versions stay readable on this site. A new version
does not change the price of a period that is already paid.

## 14. Law, courts and language

The law of the country in which the seller is established applies. A consumer keeps the protection of the
binding law of the country they live in, and may turn to the authorities and courts open to consumers; in
Türkiye these are the consumer arbitration committees and the consumer courts.

The Turkish and the English text are meant to say the same. If they differ, the text in the language in
which it was accepted counts.

## 15. Contact

The seller's name, address and e-mail address are shown on this page beside the text and on every
invoice.
$text$);

insert into legal_documents (kind, version, locale, title, body) values
('privacy', '2026-11-01', 'tr', 'Aydınlatma metni', $text$Bu metin, 6698 sayılı Kişisel Verilerin Korunması Kanunu'nun (KVKK) 10. maddesi ile (AB) 2016/679 sayılı
Genel Veri Koruma Tüzüğü'nün (GDPR) 13. ve 14. maddeleri uyarınca, bu siteyi kullandığınızda işlenen
kişisel veriler hakkında sizi bilgilendirir. Bir bilgilendirmedir, açık rıza talebi değildir: okuduğunuzu
onayladığınızda yalnızca bu husus kaydedilir. Burada anlatılan işlemelerin hiçbiri açık rızaya dayanmaz.

## 1. Veri sorumlusu

Veri sorumlusu; adı, adresi ve iletişim bilgileri bu metnin yanında ve her faturada yer alan satıcıdır.
Şirketinizin çalışma alanlarında tuttuğu içerik bakımından veri sorumlusu şirketinizdir; satıcı bu
içeriği şirketiniz adına işler.

## 2. Hangi veriler, hangi amaçla, hangi hukuki sebeple işlenir

### Hesap

Adınız, e-posta adresiniz, şirketiniz, rolünüz, diliniz, katılma ve ayrılma zamanlarınız; geldiğiniz
davet; parolanızın yalnızca tek yönlü özeti. Hizmetin şirketinize sunulması ve davet ya da ödeme
bildirimi gibi hizmete ait e-postaların gönderilmesi için gereklidir. Hukuki sebep: sözleşme (KVKK
m. 5/2-c, GDPR m. 6(1)(b)); sözleşmenin tarafı siz değilseniz, hizmetin şirketinize sunulmasındaki meşru
menfaat (KVKK m. 5/2-f, GDPR m. 6(1)(f)).

### Oturum açma

Başarılı veya başarısız her oturum açma denemesi: zaman, IP adresi, tarayıcı bilgisi ve girilen e-posta
adresi; ayrıca oturum açtığınız tarayıcılar. Hesapların korunması ve kimin nereden oturum açtığının
sonradan gösterilebilmesi için gereklidir. Hukuki sebep: güvenliğe ilişkin meşru menfaat ve bir hakkın
korunması (KVKK m. 5/2-e ve f, GDPR m. 6(1)(f)).

### İşlemler ve çalışma alanlarının kullanımı

Hesapta neyin, kim tarafından ve ne zaman yapıldığı: örneğin çalışma alanlarının oluşturulması ve
silinmesi, kişilerin davet edilmesi veya çıkarılması, rol değişiklikleri, satın almalar, kayıtların
indirilmesi. Bir çalışma alanının her kullanımı için: başlangıç, son etkinlik, bitiş, bildirilen etkinlik
sayısı, erişim yolu, IP adresi ve tarayıcı bilgisi. Çalışma alanında yazdıklarınız veya tuttuklarınız bu
amaçla kaydedilmez. Hizmetin sunulması, güvenlik ve hizmetin sunulduğunun gösterilmesi için gereklidir.
Hukuki sebep: sözleşme, güvenliğe ilişkin meşru menfaat ve bir hakkın korunması (KVKK m. 5/2-c, e ve f,
GDPR m. 6(1)(b) ve (f)).

### Kabul edilen metinler

Kullanım koşullarının hangi sürümünü kabul ettiğiniz ve bu metnin hangi sürümünün size gösterildiği;
dili, metnin özet değeri, zaman, IP adresi ve tarayıcı bilgisi. Hukuki sebep: bir hakkın tesisi ve
korunması ile bilgilendirmenin yapıldığını gösterebilme yükümlülüğü (KVKK m. 5/2-ç ve e, GDPR m. 6(1)(c)
ve (f)).

### Siparişler ve ödemeler

Plan, tutar, para birimi, sipariş numarası, zaman, siparişi veren kişi, IP adresi ve tarayıcı bilgisi;
PayTR'nin ödeme için zorunlu tuttuğu ad, e-posta adresi, posta adresi ve telefon numarası; PayTR'nin
başarı, ret ve ret nedeni gibi yanıtları. Kart bilgileri PayTR'nin sayfasına girilir; bize ulaşmaz ve
tarafımızca saklanmaz. Hukuki sebep: sözleşme, dolandırıcılığın önlenmesine ilişkin meşru menfaat ve bir
hakkın korunması (KVKK m. 5/2-c, e ve f, GDPR m. 6(1)(b) ve (f)).

### Faturalar

Alıcının adı, adresi ve vergi bilgileri, dönem, tutar ve vergi. Hukuki sebep: ticaret ve vergi
mevzuatından doğan hukuki yükümlülük (KVKK m. 5/2-ç, GDPR m. 6(1)(c)).

### Sunucunun işletilmesi ve korunması

Sunucunun teknik günlüğünde istekler, zamanı, istenen adresi ve sonucuyla, ayrıca bir arızanın bulunması
için gereken bilgiler yer alır. Saldırıları önlemek için denemeler kısa bir süre IP adresine ve hesaba göre
sayılır; sahte istekler IP adresi ve sayfasıyla not edilir. Hukuki sebep: güvenliğe ilişkin meşru menfaat
(KVKK m. 5/2-f, GDPR m. 6(1)(f)).

## 3. Veriler nasıl toplanır

Elektronik ortamda ve otomatik yollarla: sitedeki formlar aracılığıyla sizden, istek gönderdiğinde
tarayıcınızdan, sizi davet eden yöneticiden ve PayTR'den. Hesap için ad, e-posta adresi ve parola, ödeme
için PayTR'nin zorunlu tuttuğu bilgiler gereklidir; bunlar olmadan hesap açılamaz veya ödeme yapılamaz.

## 4. Çerezler

Yalnızca sitenin ihtiyaç duyduğu çerezler kullanılır: oturumunuzu açık tutmak ve formları sahteciliğe
karşı korumak, dilinizi hatırlamak ve daha önce oturum açtığınız tarayıcıyı tanıyarak başkasının girdiği
yanlış parolaların sizi dışarıda bırakmasını önlemek için. Analiz veya reklam çerezi yoktur.

## 5. Verileri kimler alır

- Şirketinizin yöneticileri, şirketlerindeki kişilere ait kayıtları görür ve indirebilir.
- Satıcının yetkili çalışanları, hizmeti yürütmek ve bir itirazı yanıtlamak için. Bir şirketin
  kayıtlarına bu site üzerinden her bakış da ayrıca kaydedilir ve şirketin yöneticilerince görülebilir.
- Ödemenin yapılması için PayTR. Kendi sayfasına girilen verilerden PayTR sorumludur.
- Bir ödemeye itiraz edildiğinde PayTR ile ilgili bankalar ve kartlı ödeme sistemleri: itirazın
  yanıtlanması için gereken kayıtlar. Hukuki sebep: bir hakkın korunması (KVKK m. 5/2-e, GDPR m.
  6(1)(f)).
- Satıcı adına ve onun talimatlarıyla sunucuları barındıran ve e-postaları ileten hizmet sağlayıcılar.
- Kanunun gerektirdiği hâllerde mahkemeler ve yetkili makamlar.

## 6. Yurt dışına aktarım

Veriler, satıcının yerleşik olduğu ülkeden yalnızca yukarıdaki alıcılardan biri yurt dışında bulunduğu
ölçüde çıkar. Böyle bir aktarım KVKK'nın 9. maddesi ve GDPR'nin V. bölümü uyarınca yapılır. Hangi hizmet
sağlayıcıların kullanıldığını, nerede bulunduklarını ve hangi güvencelerin geçerli olduğunu bu sayfada
gösterilen iletişim adresinden öğrenebilirsiniz.

## 7. Veriler ne kadar süre saklanır

- Delil olarak saklanan kayıtlar (oturum açmalar, işlemler, çalışma alanlarındaki oturumlar ile sipariş,
  ödeme ve kabul kayıtlarındaki IP adresi ve tarayıcı bilgisi): ait oldukları ücretli dönemin bitiminden
  itibaren 24 ay; ücretli bir dönem yoksa kaydın oluşturulmasından itibaren 24 ay. Bu süre, bir kart
  ödemesine ne kadar geç itiraz edilebildiğinden kaynaklanır.
- Faturalar ve ilgili ödemeler: 10 yıl (Türk Ticaret Kanunu m. 82; Vergi Usul Kanunu m. 253'teki daha
  kısa süre bunun içinde kalır).
- Hangi metinlerin ne zaman kabul edildiği: sözleşmenin parçası olarak 10 yıl.
- Hesap verileri: hesap var olduğu sürece, sonrasında da yukarıdaki kayıtlar bunlara dayandığı sürece.
- Sunucunun teknik günlüğü: satıcının arızaları ve saldırıları tespit etmek için ihtiyaç duyduğu kısa
  süre boyunca; bu süreyi, bu sayfada gösterilen iletişim adresi bildirir.
- Saldırılara karşı tutulan sayaçlar: süreleri dolana kadar, en fazla yaklaşık bir gün; sahte isteklere
  ilişkin notlar: yerlerini yenileri alana kadar.
- Açık bir itiraz veya hukuki süreç için gereken kayıtlar: süreç kapanıncaya kadar.

Bu sitede, delil olarak saklanan kayıtları silen bir işlev yoktur. Süre dolduğunda veriler, en geç altı
ay içinde yapılan periyodik imha sırasında satıcının çalışanlarınca silinir.

## 8. Otomatik kararlar

Sizin için hukuki sonuç doğuran veya sizi benzer şekilde etkileyen hiçbir karar yalnızca otomatik
yollarla alınmaz. Yanlış parolalar nedeniyle bir süre engellenen oturum açma kendiliğinden yeniden
açılır.

## 9. Veriler nasıl korunur

Parolalar yalnızca özet olarak saklanır. Bir şirketin kayıtlarını başka bir şirket göremez. Uygulama;
işlem günlüğüne, kabul kayıtlarına ve faturalara ekleme yapabilir, ancak bunların içeriğini değiştiremez
ve silemez. Satıcının çalışanlarının bu site üzerinden erişimi kaydedilir.

## 10. Haklarınız

KVKK'nın 11. maddesi uyarınca; verilerinizin işlenip işlenmediğini öğrenme, işlenmişse bilgi talep etme,
işlenme amacını ve amacına uygun kullanılıp kullanılmadığını öğrenme, yurt içinde veya yurt dışında
aktarıldığı üçüncü kişileri bilme, eksik veya yanlış işlenmişse düzeltilmesini isteme, 7. madde
çerçevesinde silinmesini veya yok edilmesini isteme, düzeltme ve silmenin aktarılan üçüncü kişilere
bildirilmesini isteme, münhasıran otomatik sistemlerle analiz edilmesi suretiyle aleyhinize bir sonucun
ortaya çıkmasına itiraz etme ve kanuna aykırı işleme nedeniyle zarara uğramanız hâlinde zararın
giderilmesini talep etme haklarına sahipsiniz.

GDPR'nin uygulandığı hâllerde, 15 ila 21. maddeleri uyarınca erişim, düzeltme, silme, işlemenin
kısıtlanması, veri taşınabilirliği ve itiraz haklarınız da vardır. Meşru menfaate dayanan işlemeye, özel
durumunuzdan kaynaklanan nedenlerle her zaman itiraz edebilirsiniz.

Silme hakkının sınırları vardır: kanunun saklanmasını zorunlu kıldığı veya bir hakkın tesisi,
kullanılması ya da korunması için gerekli olan veriler, 7. bölümdeki süreler boyunca saklanır ve yalnızca
bunun için kullanılır (KVKK m. 5 ve 7, GDPR m. 17(3)(b) ve (e)). Talebinize verilen yanıtta neyin
silindiği, neyin, neden ve ne zamana kadar saklandığı belirtilir.

## 11. Nasıl başvurulur

Hesabınızın e-posta adresinden bu sayfada gösterilen iletişim adresine veya posta yoluyla orada
gösterilen adrese yazabilirsiniz. Sitede bunun için bir form yoktur; talebinizle bir kişi ilgilenir.
Talebin gerektirdiği ölçüde kimliğinizi göstermenizi isteyebiliriz. Yanıt en geç 30 gün içinde ve kural
olarak ücretsiz verilir; GDPR'nin karmaşık talepler için daha uzun süreye izin verdiği hâllerde bunu size
ilk bir ay içinde bildiririz.

KVKK'nın 14. maddesindeki süreler içinde Kişisel Verileri Koruma Kurulu'na veya GDPR'nin uygulandığı
hâllerde yaşadığınız ya da çalıştığınız ülkenin denetim makamına şikâyette bulunabilirsiniz.

## 12. Yeni sürümler

Bu metnin yeni sürümleri, kendi sürüm numaralarıyla bu sitede yayımlanır ve oturum açan herkese
gösterilir. Önceki sürümler bu sitede okunabilir kalır.
$text$);

insert into legal_documents (kind, version, locale, title, body) values
('privacy', '2026-11-01', 'en', 'Privacy notice', $text$This notice informs you, under article 10 of the Turkish Law No. 6698 on the Protection of Personal Data
(KVKK) and articles 13 and 14 of Regulation (EU) 2016/679 (GDPR), about the personal data processed when
you use this site. It is information and not a request for consent: when you confirm that you have read
it, only that is recorded. None of the processing described here rests on consent.

## 1. Who is responsible

The controller is the seller named with address and contact beside this text and on every invoice. For
what your company keeps inside its workspaces, your company is the controller and the seller processes it
on your company's behalf.

## 2. Which data, for what, on which legal basis

### Account

Your name, e-mail address, company, role, language and the times of joining and leaving; the invitation
through which you came; your password only as a one-way hash. Needed to provide the service to your
company, and to send the e-mail that belongs to it, such as an invitation or a receipt. Legal basis:
contract (KVKK art. 5/2-c, GDPR art. 6(1)(b)); where you are not yourself the contract partner, the
legitimate interest in providing the service to your company (KVKK art. 5/2-f, GDPR art. 6(1)(f)).

### Sign-ins

Every attempt to sign in, successful or not: time, IP address, browser identification and the e-mail
address that was entered; and the browsers you have signed in with. Needed to protect accounts and to
show later who signed in from where. Legal basis: legitimate interest in security and in protecting
rights (KVKK art. 5/2-e and f, GDPR art. 6(1)(f)).

### Actions and use of workspaces

What was done in the account, by whom and when: for example workspaces created and deleted, people
invited or removed, roles changed, purchases, downloads of records. For each use of a workspace: start,
last activity, end, number of reported activities, way of access, IP address and browser identification.
What you type or keep in a workspace is not recorded for this purpose. Needed to provide the service, for
security, and to show that the service was provided. Legal basis: contract and legitimate interest in
security and in protecting rights (KVKK art. 5/2-c, e and f, GDPR art. 6(1)(b) and (f)).

### Accepted texts

Which version of the terms you accepted and of this notice you were shown, in which language, with the
hash of the text, time, IP address and browser identification. Legal basis: establishing and protecting
rights, and the duty to be able to show that information was given (KVKK art. 5/2-ç and e, GDPR art.
6(1)(c) and (f)).

### Orders and payments

Plan, amount, currency, order number, time, the person who ordered, IP address and browser
identification; the name, e-mail address, postal address and telephone number that PayTR requires for a
payment; and PayTR's answers, such as success, refusal and its reason. Card data are entered on PayTR's
page; we neither receive nor store them. Legal basis: contract, and legitimate interest in preventing
fraud and protecting rights (KVKK art. 5/2-c, e and f, GDPR art. 6(1)(b) and (f)).

### Invoices

Name, address and tax details of the buyer, period, amount and tax. Legal basis: legal duty under
commercial and tax law (KVKK art. 5/2-ç, GDPR art. 6(1)(c)).

### Running and protecting the server

The server's technical log holds requests with time, address requested and result, and what is needed to
find a fault. To fend off attacks, attempts are counted for a short time by IP address and account, and
forged requests are noted with IP address and page. Legal basis: legitimate interest in security (KVKK
art. 5/2-f, GDPR art. 6(1)(f)).

## 3. How the data are collected

Electronically and by automated means: from you through the forms of this site, from your browser when it
makes a request, from the admin who invited you, and from PayTR. Name, e-mail address and password are
needed for an account, and the details PayTR requires for a payment; without them the account or the
payment is not possible.

## 4. Cookies

Only cookies that the site needs are set: to keep you signed in and protect forms against forgery, to
remember your language, and to recognise a browser you have signed in with, so that somebody else's wrong
passwords do not lock you out. There are no cookies for analysis or advertising.

## 5. Who receives data

- The admins of your company see the records of the people of their company and can download them.
- Authorised staff of the seller, to run the service and to answer a dispute. Each look into a company's
  records through this site is itself recorded where the company's admins can see it.
- PayTR, to carry out a payment. PayTR is itself responsible for the data entered on its page.
- PayTR and the banks and card schemes concerned, when a payment is disputed: the records needed to
  answer the dispute. Legal basis: protecting a right (KVKK art. 5/2-e, GDPR art. 6(1)(f)).
- The providers that host the servers and deliver e-mail for the seller, on the seller's instructions.
- Courts and authorities, where the law requires it.

## 6. Transfer abroad

Data leave the country where the seller is established only as far as one of the recipients above is
abroad. Such a transfer takes place under article 9 KVKK and chapter V of the GDPR. The contact shown on
this page tells you which providers are used, where they are and which safeguards apply.

## 7. How long data are kept

- Records kept as evidence (sign-ins, actions, sessions in workspaces, and the IP address and browser
  identification stored with orders, payments and acceptances): 24 months after the end of the paid
  period they belong to; without a paid period, 24 months after they were made. The period follows from
  how late a card payment can be disputed.
- Invoices and the payments they belong to: 10 years (Turkish Commercial Code art. 82; the shorter period
  of Tax Procedure Law art. 253 lies within it).
- Which texts were accepted, and when: 10 years, as part of the contract.
- Account data: as long as the account exists, and afterwards as long as the records above refer to it.
- The server's technical log: for the short period that the seller needs to find faults and attacks; the
  contact shown on this page states it.
- Counters against attacks: until they have run out, at most about a day; notes of forged requests: until
  newer ones take their place.
- Records that an open dispute or legal proceeding needs: until it is closed.

This site has no function that deletes records kept as evidence. When a period has run out, the seller's
staff remove the data in a periodic clean-up, at most six months later.

## 8. Automated decisions

No decision that has legal effects for you, or affects you in a similar way, is taken by automated means
alone. Sign-in that is refused for a while after wrong passwords opens again by itself.

## 9. How the data are protected

Passwords are stored only as hashes. Records of one company cannot be seen by another. The application
can add to the log of actions, the accepted texts and the invoices, but cannot change or delete what is
in them. Access by the seller's staff through this site is recorded.

## 10. Your rights

Under article 11 KVKK you may learn whether your data are processed, ask for information about it, learn
the purpose and whether the data are used accordingly, know the third parties at home or abroad to whom
they are passed, have incomplete or wrong data corrected, ask for erasure or destruction under article 7,
have corrections and erasures passed on to those third parties, object to a result against you that comes
only from automated analysis, and claim compensation for damage from unlawful processing.

Where the GDPR applies you also have the rights of access, rectification, erasure, restriction, data
portability and objection under its articles 15 to 21. You may object at any time, on grounds relating to
your particular situation, to processing based on legitimate interest.

Erasure has limits: data that a law obliges us to keep, or that are needed to establish, exercise or
defend a right, are kept for the periods in section 7 and used only for that (KVKK arts. 5 and 7, GDPR
art. 17(3)(b) and (e)). The answer to your request says what has been erased, what is kept, why and until
when.

## 11. How to make a request

Write from the e-mail address of your account to the contact shown on this page, or by post to the
address shown there. There is no form for this on the site; a person deals with your request. We may ask
you to show who you are, as far as the request makes that necessary. The answer comes within 30 days at
the latest and is in principle free of charge; where the GDPR allows a longer time for a complex request,
we tell you within the first month.

You may complain to the Turkish Personal Data Protection Board (Kişisel Verileri Koruma Kurulu) within
the time limits of article 14 KVKK, or, where the GDPR applies, to the supervisory authority of the
country where you live or work.

## 12. New versions

A new version of this notice is published on this site with its own version number and shown to everyone
who signs in. Earlier versions stay readable on this site.
$text$);

-- Second version of both texts: the first said that a deleted workspace cannot come back (it can for some days), that nothing
-- here deletes records (retention does, once it is switched on), and did not know SSH keys, access tokens and the cookie at a
-- workspace's host. Written as changes to the first version, so that one sees what changed; a passage that is not found, or
-- found twice, stops the migration. test/legal/documents.test.ts holds the promises against the product.

create function pg_temp.publish_revision(of_kind text, in_locale text, changes text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
  change    text[];
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = of_kind and version = '2026-11-01' and locale = in_locale;
  foreach change slice 1 in array changes loop
    if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
      raise exception 'not found exactly once in % (%): %', of_kind, in_locale, change[1];
    end if;
    text_now := replace(text_now, change[1], change[2]);
  end loop;
  insert into legal_documents (kind, version, locale, title, body)
    values (of_kind, '2026-11-29', in_locale, title_now, text_now);
end
$function$;

select pg_temp.publish_revision('terms', 'tr', array[
  [$old$- Silinen bir çalışma alanı bu site üzerinden geri getirilemez.$old$,
   $new$- Silinen bir çalışma alanı, silinirken gösterilen gün sayısı içinde bu site üzerinden geri alınabilir. Bu
  süre dolduğunda içeriği geri dönülmez biçimde yok edilir.$new$],
  [$old$  otuz dakika boyunca hiçbir etkinlik olmadığında sona erer ve son etkinlik anına kadar sayılır.$old$,
   $new$  otuz dakika boyunca hiçbir etkinlik olmadığında sona erer ve son etkinlik anına kadar sayılır. Çalışma
  alanı durdurulduğunda veya kişinin erişimi sona erdiğinde de biter.$new$],
  [$old$  farklı bir tutar veya para birimiyle onayladığı ödeme kendiliğinden etkinleştirilmez; satıcının bir
  çalışanı tarafından incelenir.$old$,
   $new$  farklı bir tutar veya para birimiyle onayladığı ya da ödendiği anda artık satın alınamayacak bir siparişe
  ait ödeme kendiliğinden etkinleştirilmez; satıcının bir çalışanı tarafından incelenir.$new$],
  [$old$- Kayıtlar, ücretli dönemin bitiminden itibaren 24 ay delil olarak; faturalar 10 yıl saklanır. Ayrıntılar
  aydınlatma metnindedir.$old$,
   $new$- Kayıtlar, ücretli dönemin bitiminden itibaren en az 24 ay delil olarak; faturalar 10 yıl saklanır.
  Ayrıntılar aydınlatma metnindedir.$new$]
]);

select pg_temp.publish_revision('terms', 'en', array[
  [$old$- A deleted workspace cannot be brought back through this site.$old$,
   $new$- A deleted workspace can be brought back through this site within the number of days shown when it is
  deleted. After that its content is destroyed for good.$new$],
  [$old$  out, or after thirty minutes without activity; it is then counted up to its last activity.$old$,
   $new$  out, or after thirty minutes without activity; it is then counted up to its last activity. It also ends
  when the workspace is stopped or the person's access ends.$new$],
  [$old$  or currency than ordered is not activated automatically; a member of the seller's staff examines it.$old$,
   $new$  or currency than ordered, or for an order that could no longer be placed at the moment it is paid, is not
  activated automatically; a member of the seller's staff examines it.$new$],
  [$old$- They are kept as evidence for 24 months after the end of the paid period; invoices are kept for 10
  years. The privacy notice says more.$old$,
   $new$- They are kept as evidence for at least 24 months after the end of the paid period; invoices are kept for
  10 years. The privacy notice says more.$new$]
]);

select pg_temp.publish_revision('privacy', 'tr', array[
  [$old$davet; parolanızın yalnızca tek yönlü özeti. Hizmetin$old$,
   $new$davet; parolanızın ve erişim anahtarlarınızın yalnızca tek yönlü özeti; eklediğiniz açık SSH anahtarları,
parmak izleri ve son kullanımları. Hizmetin$new$],
  [$old$indirilmesi. Bir çalışma alanının her kullanımı için: başlangıç, son etkinlik, bitiş, bildirilen etkinlik
sayısı, erişim yolu, IP adresi ve tarayıcı bilgisi.$old$,
   $new$indirilmesi. Bir çalışma alanının her kullanımı için: başlangıç, son etkinlik, bitiş ve nedeni, bağlı ve
etkin olduğunuz dakikalar, erişim yolu, IP adresi, tarayıcı bilgisi veya SSH anahtarının parmak izi.$new$],
  [$old$karşı korumak, dilinizi hatırlamak ve$old$,
   $new$karşı korumak, çalışma alanınızın adresinde sizi tanımak, dilinizi hatırlamak ve$new$],
  [$old$  ödeme ve kabul kayıtlarındaki IP adresi ve tarayıcı bilgisi): ait oldukları ücretli dönemin bitiminden
  itibaren 24 ay; ücretli bir dönem yoksa kaydın oluşturulmasından itibaren 24 ay. Bu süre, bir kart
  ödemesine ne kadar geç itiraz edilebildiğinden kaynaklanır.$old$,
   $new$  ödeme ve kabul kayıtlarındaki IP adresi ve tarayıcı bilgisi): ait oldukları ücretli dönemin bitiminden
  itibaren en az 24 ay. Ücretli süre en fazla on iki ay ileriye uzanabildiği ve kayıtlar ay ay silindiği için
  bu, kaydın oluşturulmasından itibaren en az 36 aydır; satıcının belirlediği süreyi, bu sayfada gösterilen
  iletişim adresi bildirir. Bu süre, bir kart ödemesine ne kadar geç itiraz edilebildiğinden kaynaklanır.$new$],
  [$old$Bu sitede, delil olarak saklanan kayıtları silen bir işlev yoktur. Süre dolduğunda veriler, en geç altı
ay içinde yapılan periyodik imha sırasında satıcının çalışanlarınca silinir.$old$,
   $new$Bu süreler dolmadan, delil olarak saklanan kayıtları silen bir işlev yoktur. Süre dolduğunda veriler, en geç
altı ay içinde yapılan periyodik imha sırasında tam aylar hâlinde silinir.$new$],
  [$old$işlem günlüğüne, kabul kayıtlarına ve faturalara ekleme yapabilir, ancak bunların içeriğini değiştiremez
ve silemez. Satıcının$old$,
   $new$işlem günlüğüne, kabul kayıtlarına ve faturalara ekleme yapabilir, ancak bunların içeriğini değiştiremez
ve silemez; bunu yalnızca veri tabanının kendisini yöneten çalışanlar yapabilir. Satıcının$new$]
]);

select pg_temp.publish_revision('privacy', 'en', array[
  [$old$through which you came; your password only as a one-way hash. Needed$old$,
   $new$through which you came; your password and your access tokens only as one-way hashes; the public SSH keys
you add, with their fingerprints and last use. Needed$new$],
  [$old$invited or removed, roles changed, purchases, downloads of records. For each use of a workspace: start,
last activity, end, number of reported activities, way of access, IP address and browser identification.$old$,
   $new$invited or removed, roles changed, purchases, downloads of records. For each use of a workspace: start,
last activity, end and its reason, the minutes in which you were connected and active, way of access, IP
address, and browser identification or fingerprint of the SSH key.$new$],
  [$old$protect forms against forgery, to
remember your language,$old$,
   $new$protect forms against forgery, to
recognise you at the address of your workspace, to remember your language,$new$],
  [$old$  identification stored with orders, payments and acceptances): 24 months after the end of the paid
  period they belong to; without a paid period, 24 months after they were made. The period follows from
  how late a card payment can be disputed.$old$,
   $new$  identification stored with orders, payments and acceptances): at least 24 months after the end of the
  paid period they belong to. Since paid time can reach twelve months ahead and records are removed month by
  month, that is at least 36 months after they were made; the contact shown on this page states the number
  the seller has set. The period follows from how late a card payment can be disputed.$new$],
  [$old$This site has no function that deletes records kept as evidence. When a period has run out, the seller's
staff remove the data in a periodic clean-up, at most six months later.$old$,
   $new$Before these periods are over, this site has no function that deletes records kept as evidence. When a period
has run out, the data are removed in a periodic clean-up, at most six months later, as whole months.$new$],
  [$old$in them. Access by the seller's staff$old$,
   $new$in them; only staff who run the database itself could. Access by the seller's staff$new$]
]);

-- Third version of the terms: a larger plan's month begins at its payment, and what is left of a smaller plan
-- is converted into days of the larger one by the two prices (src/billing/bought-period.ts). Before, the
-- larger plan applied to the smaller plan's time as well. Written as changes to the second version. The privacy
-- notice stays as it is.

create function pg_temp.publish_third_version(of_kind text, in_locale text, changes text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
  change    text[];
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = of_kind and version = '2026-11-29' and locale = in_locale;
  foreach change slice 1 in array changes loop
    if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
      raise exception 'not found exactly once in % (%): %', of_kind, in_locale, change[1];
    end if;
    text_now := replace(text_now, change[1], change[2]);
  end loop;
  insert into legal_documents (kind, version, locale, title, body)
    values (of_kind, '2026-11-30', in_locale, title_now, text_now);
end
$function$;

select pg_temp.publish_third_version('terms', 'tr', array[
  [$old$Önceki ücretli dönem sürerken satın alınan
  ay, o dönemin sonuna eklenir.$old$,
   $new$Önceki ücretli dönem sürerken aynı
  plandan satın alınan ay, o dönemin sonuna eklenir.$new$],
  [$old$  alınamaz; daha yüksek bir plan, ücretli sürenin bitimine en fazla bir ay kaldığında satın alınabilir ve
  ödenir ödenmez geçerli olur. Ücretli süre$old$,
   $new$  alınamaz; daha yüksek bir plan, ücretli sürenin bitimine en fazla bir ay kaldığında satın alınabilir.
  Onun ayı ödemeyle başlar ve plan o andan itibaren geçerli olur. Düşük planın o anda kalan ücretli süresi,
  iki planın aylık fiyatlarının oranına göre yüksek planın süresine çevrilir, tam güne aşağı yuvarlanarak
  o aya eklenir. Fiyatlar siparişin para birimindeki liste fiyatlarıdır; önceki süre başka bir para biriminde
  ödenmişse iki orandan küçük olanı uygulanır. Eklenecek gün sayısı ödemeden önce gösterilir. Ücretli süre$new$]
]);

select pg_temp.publish_third_version('terms', 'en', array[
  [$old$A month bought while an earlier paid
  period is still running is added to its end.$old$,
   $new$A month of the same plan bought
  while an earlier paid period is still running is added to its end.$new$],
  [$old$  cannot be bought; a higher plan can be bought when at most one month of the paid time is left, and applies
  as soon as it is paid. Paid time$old$,
   $new$  cannot be bought; a higher plan can be bought when at most one month of the paid time is left. Its month
  begins at the payment, and the plan applies from then on. What is then left of the lower plan's paid time is
  converted into time of the higher plan in the ratio of the two plans' monthly prices, rounded down to whole
  days, and added to that month. The prices are the list prices in the currency of the order; when the earlier
  time was paid in another currency, the smaller of the two ratios applies. The number of days to be added is
  shown before the payment. Paid time$new$]
]);
