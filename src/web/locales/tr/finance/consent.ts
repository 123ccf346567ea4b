import type { consent as en } from '../../en/finance/consent.ts';

/** Turkish texts of the order page; the English catalogue decides which keys exist. */
export const consent: Record<keyof typeof en, string> = {
  heading: 'Sipariş: {item}, {total}',
  edition: 'Sürüm {version}',
  declared: 'Alıcının kutu işaretleyerek beyan ettikleri',
  pressed: 'Düğme: {button}',
  button: '{total} öde (ödeme yükümlülüğü doğuran sipariş)',

  box_consumer_information: 'Yukarıdaki ön bilgilendirme formunu siparişten önce aldım ve okudum.',
  box_consumer_contract: 'Mesafeli satış sözleşmesini ve iptal ve iade koşullarını kabul ediyorum.',
  box_consumer_immediate:
    'Hizmetin, on dört günlük cayma süresi dolmadan hemen başlamasını istiyorum. Hizmet başladığında cayma hakkımı kaybedeceğimi biliyorum.',
  box_company_contract: 'Satış sözleşmesini ve iptal ve iade koşullarını kabul ediyoruz.',
  box_company_business:
    '{buyer} adına sipariş vermeye yetkiliyim; alım ticari veya mesleki amaçladır ve tüketicilere tanınan cayma hakkı yoktur.',
  box_card:
    '“Kartın saklanması ve otomatik ödeme” metninde yazıldığı gibi, kartımın PayTR tarafından saklanmasını ve sonraki ayların bu karttan tahsil edilmesini kabul ediyorum.',
  box_cardHint: 'Bu sipariş için gerekli değildir ve her zaman sona erdirilebilir.',
  cardAgreed: 'Ayrıca kabul edildi: kartın saklanması',
  mailCardHash: 'Karta ilişkin metnin SHA-256 özeti',
  mailCardBegins: 'Kartın saklanmasına ilişkin şu metni de kabul ettiniz.',
  missing_information: 'Ön bilgilendirme formunu okuduğunuzu onaylayın.',
  missing_contract: 'Sipariş için bu kabul gerekir.',
  missing_immediate:
    'Hizmet ödemeyle birlikte açıldığı için bu onay olmadan buradan sipariş verilemez. Hiçbir bedel alınmadı.',
  missing_business: 'Bunu onaylayın veya fatura bilgilerinde “tüketici” seçin.',
  changedTitle: 'Lütfen bir kez daha okuyun',
  changedText:
    'Bu sayfa açıldıktan sonra fiyat, süre veya bir metin değişti. Sipariş verilmedi. Şimdi geçerli olan aşağıdadır.',

  item_month: '{plan} planı, bir aylık bulut çalışma alanı hizmeti',
  item_upgrade: 'daha küçük planın yerine, kalan ödenmiş süre için {plan} planı',
  limits:
    '{workspaces, plural, =0 {sınırsız çalışma alanı} other {# çalışma alanı}}, {members, plural, =0 {sınırsız kişi} other {# kişi}}',
  period_now: 'ödemenin onaylanmasından itibaren bir ay; deneme süresinden kalan günler eklenmez',
  period_later: 'bir ay, {start} – {end} (İstanbul saatiyle), ödenmiş sürenin ardından',
  period_upgrade:
    'ödemenin onaylanmasından, ödenmiş sürenin bittiği {until} (İstanbul saatiyle) anına kadar; bu bitiş değişmez',
  period_upgrade_later:
    'daha küçük planla ödenmiş olan {start} – {until} (İstanbul saatiyle); bu bitiş değişmez',
  logKeyAt: 'bkz. {address}',
  notGiven: 'belirtilmedi',
  taxOf: '{office} {number}',
  personOf: '{name}, {email}',

  title: '{plan} siparişi',
  intro: 'Sipariş ettiğinizi okuyun, kutuları işaretleyin ve kartınızı gireceğiniz ödeme adımına geçin.',
  textsHeading: 'Bu siparişin metinleri',
  included: 'Kapsamı',
  monthlyPrices: 'Planların aylık fiyatı, KDV dâhil',
  declareHeading: 'Onayınız',
  obligation: 'Düğmeye bastığınızda ödeme yükümlülüğü altına girersiniz.',
  keptHint:
    'Bu metinler siparişinizle birlikte; zaman, IP adresiniz ve tarayıcınızla kelimesi kelimesine saklanır. Ödemeden sonra size e-posta ile gönderilir.',
  buyer: 'Alıcı',
  changeBuyer: 'Fatura bilgilerini değiştir',
  customer_company: 'Şirket',
  customer_consumer: 'Tüketici',

  detailsTitle: 'Alıcı kim?',
  detailsIntro: 'Sözleşme ve fatura için bunu bir kez soruyoruz. Ardından sipariş devam eder.',
  customer_type: 'Alım türü',
  customerHint:
    'Şirketler ve tüketiciler farklı kurallarla sipariş verir. İşi için alan şahıs işletmesi, şirket sayılır.',
  choose: 'Lütfen seçin',
  option_company: 'şirket veya başka bir işletme',
  option_consumer: 'tüketici',
  needed_customer_type: 'Birini seçin.',
  needed_billing_name: 'Adınızı ve soyadınızı girin: sözleşme için gerekir.',
  needed_billing_address: 'Adresi girin: sözleşme ve fatura için gerekir.',
  needed_billing_tax_number: 'Şirketin vergi numarasını girin.',
  taxNumberHint:
    'Şirketler: vergi kimlik numarası (VKN). Tüketiciler boş bırakabilir veya kimlik numarasını girebilir.',
  saveAndGoOn: 'Kaydet ve devam et',

  termsTitle: 'Kabul edilen sipariş koşulları',
  termsOf: 'Sipariş koşulları',
  termsShow: 'Kabul edilen sipariş koşullarını göster',
  termsNone: 'Bu sipariş, sipariş koşulları saklanmaya başlamadan önce verildi.',
  acceptedAt: 'Kabul zamanı',
  acceptedBy: 'Kabul eden',
  acceptedFrom: 'IP adresi',
  acceptedBrowser: 'Tarayıcı',
  acceptedAs: 'Alıcı',
  acceptedLocale: 'Dil',
  textHash: 'Metnin SHA-256 özeti',
  htmlHash: 'Sayfanın SHA-256 özeti',
  asText: 'Düz metin olarak',
  boxesTicked: 'İşaretlenen kutular',
  buttonPressed: 'Basılan düğme',

  mailSubject: 'Sipariş koşullarınız: {item}, {total}',
  mailHello: 'Merhaba {name},',
  mailIntro:
    'Siparişinizle birlikte {at} tarihinde kabul ettiğiniz metinler aşağıdadır. Lütfen bu e-postayı saklayın. Yanıt gerekmez.',
  mailOrder: 'Sipariş numarası',
  mailHash: 'Aşağıdaki metnin SHA-256 özeti',
  mailBegins: 'Metin bu satırdan sonra başlar.',

  card: 'Kart',
  cardBank: 'Kartı veren banka',
  cardInstallments: 'Taksit',
  cardSingle: 'tek çekim',
  cardThreeD: 'Bildirilen 3-D Secure bilgisi',
};
