-- The texts that belong to an order, in Turkish and English. Words in double braces are filled with the numbers of the
-- order (src/legal/fill-template.ts). Consumers get the pre-information form and the distance sales contract that the
-- Law No. 6502 asks for, companies a contract of their own; the conditions of refunds are for both. A change is a new
-- version in a new migration: what was accepted keeps the words it had.

insert into legal_documents (kind, version, locale, title, body) values
('pre-information', '2026-12-01', 'tr', 'Ön bilgilendirme formu', $text$Bu form, siparişinizi vermeden önce sizi 6502 sayılı Tüketicinin Korunması Hakkında Kanun ve Mesafeli
Sözleşmeler Yönetmeliği uyarınca bilgilendirir.

## 1. Satıcı

- Unvan: {{seller_name}}
- Adres: {{seller_address}}
- Telefon: {{seller_phone}}
- E-posta: {{seller_email}}
- Vergi dairesi ve numarası: {{seller_tax}}

Şikâyetlerinizi bu adrese, telefona veya e-postaya iletebilirsiniz.

## 2. Alıcı

- Ad: {{buyer_name}}
- Adres: {{buyer_address}}
- Telefon: {{buyer_phone}}
- Kimlik numarası: {{buyer_tax}}
- Siparişi veren: {{ordered_by}}
- Hesap: {{account}}

## 3. Hizmet

- Hizmet: {{item}}
- Kapsam: {{limits}}
- Süre: {{period}}

Hizmet, tarayıcı veya SSH ile kullanılan bulut geliştirme çalışma alanlarının sunulmasıdır. Kullanmak için
güncel bir tarayıcı ve internet bağlantısı yeterlidir.

## 4. Fiyat ve ödeme

- Vergiler dâhil toplam: {{total}}
- Toplamın içindeki KDV (%{{tax_percent}}): {{tax}}
- Para birimi: {{currency}}
- Fiyatın dayanağı: {{price_basis}}

Toplam bir defada, kartla, ödeme kuruluşu PayTR'nin sayfasında ödenir. Teslimat bedeli veya başka bir ek masraf
yoktur. Kartınızı veren bankanın kendi ücretleri bizden bağımsızdır. Kart numarası bize ulaşmaz.

## 5. İfa

Hizmet, PayTR ödemeyi onaylar onaylamaz hesabınızda açılır. Süre, 3. bölümde yazıldığı gibi işler.

## 6. Yenileme

Bu sipariş tek bir dönem içindir ve kendiliğinden yenilenmez. Kartınızı saklamaz, sonradan kendiliğimizden
tahsilat yapmayız. Yeni bir dönem ancak yeni bir siparişle satın alınır; bu bilgilendirme o zaman yeniden yapılır.

## 7. Cayma hakkı

Tüketici, kural olarak on dört gün içinde gerekçe göstermeden ve cezai şart ödemeden sözleşmeden cayabilir.
Bu süre hizmet sözleşmelerinde sözleşmenin kurulduğu gün başlar. Cayma, 1. bölümdeki adrese veya e-postaya
yazılarak bildirilir; sipariş veya fatura numarasının belirtilmesi yeterlidir.

Yönetmeliğin 15. maddesine göre cayma hakkı, elektronik ortamda anında ifa edilen hizmetlerde (m. 15/1-ğ) ve
cayma süresi dolmadan tüketicinin onayı ile ifasına başlanan hizmetlerde (m. 15/1-h) kullanılamaz.

Hizmet ödemeyle birlikte açıldığı için, sipariş sayfasında hizmetin hemen başlamasına ayrı bir kutuyla onay
vermeniz istenir. Onay verirseniz, hizmet başladığında cayma hakkınızı kaybedersiniz. Onay vermezseniz bu
sayfadan sipariş verilmez ve hiçbir bedel alınmaz.

## 8. Sona erdirme ve iade

Aboneliğinizi dilediğiniz zaman sona erdirebilirsiniz. Abonelik Sözleşmeleri Yönetmeliği uyarınca bildiriminiz
en geç yedi gün içinde yerine getirilir, kullanılmayan günlerin bedeli de on beş gün içinde geri ödenir. Bu hak
7. bölümdeki onaydan etkilenmez. Ayrıntılar, bu formla birlikte gösterilen iptal ve iade koşullarındadır.

## 9. Şikâyet ve uyuşmazlık

Bir uyuşmazlıkta, kanunda her yıl belirlenen parasal sınırlara göre, yerleşim yerinizdeki veya işlemin yapıldığı
yerdeki tüketici hakem heyetine ya da tüketici mahkemesine başvurabilirsiniz.

Tüketici mahkemesinde dava açmadan önce arabulucuya başvurmak zorunludur (6502 sayılı Kanun m. 73/A). Tüketici
hakem heyetinin görevli olduğu uyuşmazlıklar ile kanunda sayılan diğer hâller bunun dışındadır.

## 10. Saklama

Bu form, siparişinizin numaralarıyla birlikte değiştirilemez biçimde saklanır, ödemeden sonra e-posta ile size
gönderilir ve faturanızın yanında her zaman okunup yazdırılabilir.
$text$),
('pre-information', '2026-12-01', 'en', 'Pre-information form', $text$This form informs you before you order, as the Turkish Law No. 6502 on the Protection of the Consumer and the
Distance Contracts Regulation require.

## 1. Seller

- Name: {{seller_name}}
- Address: {{seller_address}}
- Phone: {{seller_phone}}
- E-mail: {{seller_email}}
- Tax office and number: {{seller_tax}}

You can send complaints to this address, phone or e-mail address.

## 2. Buyer

- Name: {{buyer_name}}
- Address: {{buyer_address}}
- Phone: {{buyer_phone}}
- Identity number: {{buyer_tax}}
- Ordered by: {{ordered_by}}
- Account: {{account}}

## 3. Service

- Service: {{item}}
- What it contains: {{limits}}
- Time: {{period}}

The service is the provision of cloud development workspaces, used by a browser or by SSH. A current browser and
a connection to the internet are enough to use it.

## 4. Price and payment

- Total with all taxes: {{total}}
- VAT within the total ({{tax_percent}}%): {{tax}}
- Currency: {{currency}}
- What the price is based on: {{price_basis}}

The total is paid at once, by card, on the page of the payment institution PayTR. There is no charge for delivery
and no other cost. Fees of the bank that issued your card are not ours. The card number does not reach us.

## 5. Performance

The service is open in your account as soon as PayTR confirms the payment. The time runs as section 3 says.

## 6. Renewal

This order is for one period and does not renew itself. We do not keep your card and charge nothing by ourselves
later. A further period is bought by a new order only, and this information is given again then.

## 7. Right of withdrawal

As a rule a consumer can withdraw from the contract within fourteen days, without a reason and without a penalty.
For services this time begins on the day of the contract. You withdraw by writing to the address or e-mail address
of section 1; it is enough to name the order or the invoice.

Under article 15 of the Regulation there is no right of withdrawal for services performed instantly in electronic
form (art. 15/1-ğ) and for services whose performance began, with the consumer's consent, before the time for
withdrawal ended (art. 15/1-h).

Since the service opens with the payment, the order page asks in a box of its own for your consent that it begins
at once. If you consent, you lose the right of withdrawal when the service begins. If you do not, nothing can be
ordered on that page and nothing is charged.

## 8. Ending and refunds

You can end the subscription at any time. Under the Subscription Contracts Regulation your notice takes effect
within seven days at the latest, and the price of the days not used is paid back within fifteen days. The consent
of section 7 does not touch this right. The conditions of cancellation and refunds, shown together with this form,
say more.

## 9. Complaints and disputes

In a dispute you can turn to the consumer arbitration committee or the consumer court of the place where you live
or where the purchase was made, by the amounts that are set every year.

Before a lawsuit in a consumer court you must have turned to a mediator (Law No. 6502, art. 73/A). Disputes that
belong to a consumer arbitration committee, and other cases that the law names, are excepted.

## 10. How it is kept

This form is kept unchangeably with the numbers of your order, is mailed to you after the payment, and can be read
and printed beside your invoice at any time.
$text$);

insert into legal_documents (kind, version, locale, title, body) values
('distance-sales', '2026-12-01', 'tr', 'Mesafeli satış sözleşmesi', $text$Bu sözleşme, aşağıdaki satıcı ile tüketici olan alıcı arasında, alıcının sipariş sayfasında onaylamasıyla kurulur.

## 1. Taraflar

- Satıcı: {{seller_name}}, {{seller_address}}, {{seller_phone}}, {{seller_email}}
- Satıcının vergi dairesi ve numarası: {{seller_tax}}
- Alıcı: {{buyer_name}}, {{buyer_address}}
- Alıcının telefonu: {{buyer_phone}}
- Siparişi veren: {{ordered_by}}
- Hesap: {{account}}

## 2. Konu, süre ve bedel

- Hizmet: {{item}}
- Kapsam: {{limits}}
- Süre: {{period}}
- Vergiler dâhil toplam: {{total}} (içindeki KDV %{{tax_percent}}: {{tax}})
- Para birimi: {{currency}}
- Fiyatın dayanağı: {{price_basis}}

Fiyat bir kurla çevrilmişse, burada yazılı kur tarafların kararlaştırdığı kurdur.

## 3. Ödeme ve ifa

Toplam, peşin olarak, kartla ve PayTR'nin sayfasında ödenir. Satıcı, PayTR ödemeyi onaylar onaylamaz hizmeti açar.
Reddedilen veya yarıda bırakılan bir ödemeyle sözleşme hüküm doğurmaz.

## 4. Yenileme

Sözleşme tek bir dönem içindir ve kendiliğinden yenilenmez. Satıcı kart bilgisi saklamaz ve kendiliğinden tahsilat
yapmaz. Her yeni dönem ayrı bir sipariştir.

## 5. Cayma hakkı ve hemen ifa

Alıcının kural olarak on dört günlük cayma hakkı vardır. Alıcı, ön bilgilendirme formunda anlatıldığı gibi, hizmetin
bu süre dolmadan başlamasını ayrı bir kutuyla istemiştir; bu nedenle cayma hakkı hizmetin başlamasıyla sona erer
(Mesafeli Sözleşmeler Yönetmeliği m. 15/1-ğ ve h).

## 6. Sona erdirme ve iade

Alıcı aboneliği dilediği zaman sona erdirebilir. Bildirim en geç yedi gün içinde yerine getirilir, kullanılmayan
günlerin bedeli on beş gün içinde geri ödenir. İptal ve iade koşulları bu sözleşmenin parçasıdır.

Satıcı hizmeti sunamaz hâle gelirse bunu alıcıya bildirir ve sunulmayan sürenin bedelini on dört gün içinde geri öder.

## 7. Ayıplı hizmet

Hizmetin ayıplı olması hâlinde alıcının 6502 sayılı Kanundan doğan hakları saklıdır.

## 8. Kayıtlar

Siparişin zamanı, IP adresi, tarayıcısı, bu metinler ve hizmetin kullanımı aydınlatma metninde belirtilen süreyle
saklanır ve uyuşmazlıkta delil olarak kullanılabilir. Alıcının her türlü delille ispat hakkı saklıdır.

## 9. Uyuşmazlık

Uyuşmazlıklarda, parasal sınırlara göre alıcının yerleşim yerindeki veya işlemin yapıldığı yerdeki tüketici hakem
heyetleri ile tüketici mahkemeleri yetkilidir. Tüketici mahkemesinde dava açmadan önce, kanunda sayılan istisnalar
dışında, arabulucuya başvurmak zorunludur (6502 sayılı Kanun m. 73/A).

## 10. Yürürlük

Alıcı, ön bilgilendirme formunu okuduğunu ve bu sözleşmeyi kabul ettiğini sipariş sayfasındaki kutularla beyan eder.
Sözleşme siparişin verildiği anda kurulur; metni e-posta ile gönderilir ve faturanın yanında saklanır.
$text$),
('distance-sales', '2026-12-01', 'en', 'Distance sales contract', $text$This contract is concluded between the seller and the buyer below, who is a consumer, when the buyer accepts it on the order page.

## 1. Parties

- Seller: {{seller_name}}, {{seller_address}}, {{seller_phone}}, {{seller_email}}
- Tax office and number of the seller: {{seller_tax}}
- Buyer: {{buyer_name}}, {{buyer_address}}
- Phone of the buyer: {{buyer_phone}}
- Ordered by: {{ordered_by}}
- Account: {{account}}

## 2. Subject, time and price

- Service: {{item}}
- What it contains: {{limits}}
- Time: {{period}}
- Total with all taxes: {{total}} (with VAT of {{tax_percent}}%: {{tax}})
- Currency: {{currency}}
- What the price is based on: {{price_basis}}

Where the price was converted by an exchange rate, the rate written here is the rate that the parties agree.

## 3. Payment and performance

The total is paid in advance, by card, on PayTR's page. The seller opens the service as soon as PayTR confirms the
payment. A payment that is declined or given up makes the contract void.

## 4. Renewal

The contract is for one period and does not renew itself. The seller keeps no card data and charges nothing by
itself. Every further period is an order of its own.

## 5. Right of withdrawal and immediate performance

As a rule the buyer has a right of withdrawal of fourteen days. As the pre-information form explains, the buyer has
asked in a box of its own that the service begins before that time is over; the right of withdrawal therefore ends
when the service begins (Distance Contracts Regulation, art. 15/1-ğ and h).

## 6. Ending and refunds

The buyer can end the subscription at any time. The notice takes effect within seven days at the latest, and the
price of the days not used is paid back within fifteen days. The conditions of cancellation and refunds are a part
of this contract.

If the seller becomes unable to provide the service, it tells the buyer so and pays the price of the time not
provided back within fourteen days.

## 7. Defective service

Where the service is defective, the buyer has the rights of the Law No. 6502.

## 8. Records

The time of the order, its IP address and browser, these texts and the use of the service are kept for as long as
the privacy notice says and may serve as evidence in a dispute. The buyer may use evidence of every kind.

## 9. Disputes

By the amounts in question, the consumer arbitration committees and consumer courts of the place where the buyer
lives or where the purchase was made are competent. Before a lawsuit in a consumer court the buyer must have turned
to a mediator, apart from the exceptions of the law (Law No. 6502, art. 73/A).

## 10. Entry into force

By the boxes of the order page the buyer declares to have read the pre-information form and to accept this contract.
The contract is concluded when the order is placed; its text is mailed and kept beside the invoice.
$text$);

insert into legal_documents (kind, version, locale, title, body) values
('company-sales', '2026-12-01', 'tr', 'Hizmet satış sözleşmesi (ticari alıcı)', $text$Bu sözleşme, aşağıdaki satıcı ile ticari veya mesleki amaçla hareket eden alıcı arasında, alıcının sipariş sayfasında
onaylamasıyla kurulur. Kullanım koşullarını tamamlar.

## 1. Taraflar

- Satıcı: {{seller_name}}, {{seller_address}}, {{seller_phone}}, {{seller_email}}
- Satıcının vergi dairesi ve numarası: {{seller_tax}}
- Alıcı: {{buyer_name}}, {{buyer_address}}
- Alıcının vergi dairesi ve numarası: {{buyer_tax}}
- Alıcının telefonu: {{buyer_phone}}
- Siparişi veren: {{ordered_by}}
- Hesap: {{account}}

## 2. Konu, süre ve bedel

- Hizmet: {{item}}
- Kapsam: {{limits}}
- Süre: {{period}}
- Vergiler dâhil toplam: {{total}} (içindeki KDV %{{tax_percent}}: {{tax}})
- Para birimi: {{currency}}
- Fiyatın dayanağı: {{price_basis}}

Fiyat bir kurla çevrilmişse, burada yazılı kur tarafların kararlaştırdığı kurdur.

## 3. Ödeme ve ifa

Toplam, peşin olarak, kartla ve PayTR'nin sayfasında ödenir. Satıcı, PayTR ödemeyi onaylar onaylamaz hizmeti açar.
Reddedilen veya yarıda bırakılan bir ödemeyle sözleşme hüküm doğurmaz.

## 4. Yenileme

Sözleşme tek bir dönem içindir ve kendiliğinden yenilenmez. Satıcı kart bilgisi saklamaz ve kendiliğinden tahsilat
yapmaz. Her yeni dönem ayrı bir sipariştir.

## 5. Ticari amaç

Siparişi veren, alıcı adına işlem yapmaya yetkili olduğunu ve alımın ticari veya mesleki amaçla yapıldığını beyan
eder. Bu nedenle tüketicilere tanınan cayma hakkı ve tüketici mevzuatı bu sözleşmeye uygulanmaz.

## 6. Sona erdirme ve iade

Sona erdirme ve iadede bu sözleşmenin parçası olan iptal ve iade koşulları uygulanır. Emredici hükümler saklıdır.

## 7. Kayıtlar

Siparişin zamanı, IP adresi, tarayıcısı, bu metinler ve hizmetin kullanımı aydınlatma metninde belirtilen süreyle
saklanır ve uyuşmazlıkta delil olarak kullanılabilir.

## 8. Şikâyet, hukuk ve yetki

Şikâyetler satıcının 1. bölümdeki adresine, telefonuna veya e-postasına iletilir. Uyuşmazlıklarda kullanım
koşullarında belirtilen hukuk ve yetki kuralları uygulanır. Ticari davalarda, kanunun öngördüğü hâllerde, dava
açmadan önce arabulucuya başvurmak zorunludur.

## 9. Yürürlük

Alıcı, bu sözleşmeyi kabul ettiğini sipariş sayfasındaki kutularla beyan eder. Sözleşme siparişin verildiği anda
kurulur; metni e-posta ile gönderilir ve faturanın yanında saklanır.
$text$),
('company-sales', '2026-12-01', 'en', 'Sales contract for services (business buyer)', $text$This contract is concluded between the seller and the buyer below, who acts for commercial or professional purposes,
when the buyer accepts it on the order page. It adds to the terms of use.

## 1. Parties

- Seller: {{seller_name}}, {{seller_address}}, {{seller_phone}}, {{seller_email}}
- Tax office and number of the seller: {{seller_tax}}
- Buyer: {{buyer_name}}, {{buyer_address}}
- Tax office and number of the buyer: {{buyer_tax}}
- Phone of the buyer: {{buyer_phone}}
- Ordered by: {{ordered_by}}
- Account: {{account}}

## 2. Subject, time and price

- Service: {{item}}
- What it contains: {{limits}}
- Time: {{period}}
- Total with all taxes: {{total}} (with VAT of {{tax_percent}}%: {{tax}})
- Currency: {{currency}}
- What the price is based on: {{price_basis}}

Where the price was converted by an exchange rate, the rate written here is the rate that the parties agree.

## 3. Payment and performance

The total is paid in advance, by card, on PayTR's page. The seller opens the service as soon as PayTR confirms the
payment. A payment that is declined or given up makes the contract void.

## 4. Renewal

The contract is for one period and does not renew itself. The seller keeps no card data and charges nothing by
itself. Every further period is an order of its own.

## 5. Business purpose

The person who orders declares that they may act for the buyer and that the purchase is for commercial or
professional purposes. The right of withdrawal and the law that protect consumers therefore do not apply.

## 6. Ending and refunds

The conditions of cancellation and refunds, a part of this contract, apply to its end and to refunds. Binding law
remains.

## 7. Records

The time of the order, its IP address and browser, these texts and the use of the service are kept for as long as
the privacy notice says and may serve as evidence in a dispute.

## 8. Complaints, law and courts

Complaints go to the seller's address, phone or e-mail address of section 1. The rules of the terms of use on law
and courts apply to disputes. Where the law says so, the parties of a commercial lawsuit must have turned to a
mediator before.

## 9. Entry into force

By the boxes of the order page the buyer declares to accept this contract. The contract is concluded when the order
is placed; its text is mailed and kept beside the invoice.
$text$);

insert into legal_documents (kind, version, locale, title, body) values
('refund-policy', '2026-12-01', 'tr', 'İptal ve iade koşulları', $text$Bu koşullar, bu sitede satın alınan dönemlerin iptali ve bedelinin iadesi için geçerlidir ve her siparişte
sözleşmeyle birlikte gösterilir.

## 1. İptal

Satın alınan dönem kendiliğinden yenilenmez; ardından yeni bir sipariş verilmezse kendiliğinden biter. Dönem
bitmeden sona erdirmek isteyen alıcı, faturalama sayfasından iptal eder veya satıcının iletişim adresine fatura
veya sipariş numarasıyla yazar.

## 2. Yanlış tahsilat

İki kez alınan veya siparişten farklı olan bir bedel, karşılığında hizmet verilmemişse tümüyle iade edilir.

## 3. Tüketiciler

- Abonelik her zaman, gerekçe gösterilmeden sona erdirilebilir. Bildirim en geç yedi gün içinde yerine getirilir.
- Sona ermeden sonraki kullanılmayan günlerin bedeli, sona ermeden itibaren on beş gün içinde iade edilir.
- Cayma hakkı, hizmetin hemen başlamasına verilen onayla ve hizmetin başlamasıyla sona erer; sona ermemişse on dört
  gün içinde kullanılabilir.
- Ayıplı hizmete ve sunulamayan hizmete ilişkin kanuni haklar saklıdır.

## 4. Ticari alıcılar

Ödenmiş bir dönemin bedeli, hizmetin kullanılmaması nedeniyle iade edilmez. Hizmet satıcıdan kaynaklanan bir nedenle
sunulamamışsa, sunulmayan günlerin bedeli iade edilir. Emredici hükümler saklıdır.

## 5. Nasıl istenir, nasıl ödenir

- İade isteği, fatura veya sipariş numarasıyla satıcının iletişim adresine yazılır ve bir kişi tarafından incelenir.
- İade, ödemenin yapıldığı karta, ödemenin para biriminde ve PayTR aracılığıyla yapılır. Tutarın ne zaman hesaba
  yansıyacağını kartı veren banka belirler.
- Kısmi iadede hangi günlerin iade edildiği yazılı olarak bildirilir.

## 6. Bankaya yapılan itirazlar

Bir ödemeye bankada itiraz edilmişse, aynı ödeme için ayrıca iade yapılmaz; sonuç bankadan öğrenilir. İtirazdan önce
satıcıya yazmak çoğu zaman daha hızlıdır, ancak bankaya başvurma hakkını etkilemez.
$text$),
('refund-policy', '2026-12-01', 'en', 'Conditions of cancellation and refunds', $text$These conditions apply to cancelling periods that were bought on this site and to paying their price back. They are
shown with the contract at every order.

## 1. Cancellation

A period that was bought does not renew itself; without a new order it ends by itself. A buyer who wants to end it
before that cancels on the billing page, or writes to the seller's contact with the number of the invoice or the order.

## 2. Wrong charges

An amount that was charged twice, or not as ordered, is paid back in full where no service was given for it.

## 3. Consumers

- A subscription can be ended at any time, without a reason. The notice takes effect within seven days at the latest.
- The price of the days not used after that end is paid back within fifteen days of it.
- The right of withdrawal ends with the consent that the service begins at once, when it has begun; where it has not
  ended, it can be used within fourteen days.
- The rights that the law gives for a defective service, or for one that was not provided, remain.

## 4. Business buyers

The price of a paid period is not paid back because the service was not used. Where the service could not be provided
for a cause on the seller's side, the price of the days not provided is paid back. Binding law remains.

## 5. How to ask, and how it is paid

- A refund is asked for by writing to the seller's contact, with the number of the invoice or the order, and is
  examined by a person.
- It goes to the card that paid, in the currency of the payment, through PayTR. The bank that issued the card decides
  when the amount appears on the account.
- Where only a part is paid back, we say in writing for which days.

## 6. Disputes at a bank

While a payment is disputed at a bank, the same payment is not refunded beside it; the outcome comes from the bank.
Writing to the seller first is often faster, and does not touch the right to turn to the bank.
$text$);
