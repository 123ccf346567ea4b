import type { billing as en } from '../en/billing.ts';

/** Turkish texts of billing; the English catalogue decides which keys exist. */
export const billing: Record<keyof typeof en, string> = {
  title: 'Faturalama',
  subtitle: 'Şirketinizin planı, ödemeleri, ödeme özetleri ve faturaları.',
  subtitleMember: 'Şirketinizin planı ve ne kadarının kullanıldığı.',

  planInForce: 'Plan',
  state_trial: 'Deneme',
  state_active: 'Etkin',
  state_past_due: 'Ödeme bekleniyor',
  state_suspended: 'Askıda',
  state_cancelled: 'Sona erdi',
  stateCancelledFor: '{state}, {date} tarihinde bitmek üzere iptal edildi',
  until_trial: 'Deneme bitişi',
  until_active: 'Ödenmiş sürenin bitişi',
  until_past_due: 'Açık kalacağı tarih',
  until_suspended: 'Askıya alındığı tarih',
  until_cancelled: 'Bitiş tarihi',
  stateMeans_trial:
    'Denemedeki her şey {closes} tarihine kadar kullanılabilir. Deneme kendiliğinden ücretli plana dönüşmez.',
  stateMeans_active:
    'Plandaki her şey kullanılabilir. Başka ödeme yapılmazsa çalışma alanları en geç {closes} tarihine kadar açılabilir.',
  stateMeans_past_due:
    'Ödenmiş süre bitti. Ödeme yapılabilmesi için çalışma alanları {closes} tarihine kadar açık kalır. Şimdi ödenen ay, ödenmiş sürenin bittiği yerden başlar.',
  stateMeans_suspended:
    'Çalışma alanları görülebilir; ancak bir plan için ödeme yapılana kadar yenisi oluşturulamaz, olanlar açılamaz. İçlerindeki her şey saklanır.',
  stateMeans_cancelled:
    'Çalışma alanları görülebilir; ancak bir plan için ödeme yapılana kadar yenisi oluşturulamaz, olanlar açılamaz. İçlerindeki her şey saklanır.',
  left: '{left} kaldı',
  left_day: '{count, plural, other {# gün}}',
  left_hour: '{count, plural, other {# saat}}',
  left_minute: '{count, plural, other {# dakika}}',
  ending_trial: 'Deneme sürenizin bitmesine {left} kaldı',
  ending_active: 'Şirketinizin ödenmiş süresinin bitmesine {left} kaldı',
  ending_past_due: 'Ödenmiş süre bitti. Çalışma alanlarının kapanmasına {left} kaldı',
  endingGraceAdmin:
    'Bitiş: {date}. Sonraki ayı ödeyebilmeniz için çalışma alanları {closes} tarihine kadar açık kalır.',
  endingGraceMember:
    'Bitiş: {date}. Çalışma alanları {closes} tarihine kadar açık kalır. Sonraki ayın ödenmesi için şirketinizdeki bir yöneticiye başvurun.',
  endingAdmin:
    'Bitiş: {date}. Sonrasında çalışma alanları durur ve bir plan için ödeme yapılana kadar açılamaz. İçlerindeki her şey saklanır.',
  endingMember:
    'Bitiş: {date}. Sonrasında çalışma alanları durur ve bir plan için ödeme yapılana kadar açılamaz. İçlerindeki her şey saklanır. Plan seçmesi için şirketinizdeki bir yöneticiye başvurun.',
  bannerAction: 'Plan seç',
  askAdminTitle: 'Planı yöneticiler satın alır',
  askAdminText:
    'Planı değiştirmek, ödemeleri ve faturaları görmek için şirketinizin bir yöneticisine başvurun.',
  usage: 'Kullanım',
  usageWorkspaces: 'Çalışma alanları',
  usageMembers: 'Ekip üyeleri',
  usageOf: '{used} / {max}',
  usageUnlimited: '{used}, sınırsız',
  usageOver:
    'Planın sınırı aşıldı. Hiçbir şey silinmez: en eski çalışma alanları ve kişiler açık kalır, ötekiler plan büyüyene ya da yer açılana kadar kapalıdır.',

  plans: 'Plan seçin',
  plansHint:
    'Fiyatlar bir aylıktır ve %{percent} KDV içerir. Otomatik yenileme yoktur; yalnızca istediğinizde ödersiniz.',
  currency: 'Para birimi',
  buy: '{plan} planını al',
  addMonth: 'Bir ay ekle',
  upgrade: '{plan} planına geç',
  changeFrom: '{date} itibarıyla geç',
  upgradeCosts:
    '{date} tarihine kadar kalan süre için planınızla arasındaki fark şimdi {amount}. Bu tarih değişmez.',
  refused_changed:
    'Bu sipariş verildikten sonra ödenmiş süreniz değişti. Yeniden sipariş verin. Sizden ücret alınmadı.',
  conversion: '{from} planından kalan {left}, {to} planında {days} olarak alacağınız aya eklenir.',
  conversionToNothing:
    '{from} planından kalan süre ({left}), {to} planının bir gününden daha az eder; alacağınız aya bir şey eklenmez.',
  buyable_lower: 'Bu planı, ödenmiş süreniz bitince, {date} tarihinden itibaren alabilirsiniz.',
  buyable_upgrade: 'Bu plana {date} tarihinden itibaren geçebilirsiniz.',
  buyable_ahead: 'Bir yıllık süreniz ödenmiş. {date} tarihinden itibaren ay ekleyebilirsiniz.',
  refused_lower:
    'Şirketiniz {date} tarihine kadar daha büyük bir planın ücretini ödemiş. {plan} planını o günden itibaren alabilirsiniz. Sizden ücret alınmadı.',
  refused_upgrade:
    'Şirketiniz daha küçük bir plan için bir aydan uzun süre ödemiş. {plan} planına {date} tarihinden itibaren geçebilirsiniz. Sizden ücret alınmadı.',
  refused_ahead:
    'En fazla {months} ay ileriye ödeme yapabilirsiniz. Bir sonraki ay {date} tarihinden itibaren eklenebilir. Sizden ücret alınmadı.',
  currencyNotOffered: 'Şu para birimlerinden birini seçin: {list}. Sizden ücret alınmadı.',

  payments: 'Ödemeler',
  paymentsEmptyTitle: 'Henüz ödeme yok',
  paymentsEmptyText: 'Her ödeme denemesi, sonucuyla birlikte burada listelenir.',
  invoices: 'Ödeme özetleri ve faturalar',
  invoicesEmptyTitle: 'Henüz ödeme özeti yok',
  invoicesEmptyText: 'Başarılı her ödeme için ayrı bir ödeme özeti ve ayrı bir fatura düzenlenir.',
  orderNo: 'Sipariş numarası',
  paymentBy: 'Başlatan',
  invoice: '{paper, select, invoice {Fatura} other {Ödeme özeti}}',
  period: 'Dönem',
  total: 'Toplam',
  status_pending: 'Ödeme bekleniyor',
  status_success: 'Ödendi',
  status_failed: 'Ödenmedi',
  status_expired: 'Süresi doldu',
  status_superseded: 'Yerine yenisi açıldı',
  status_review: 'İnceleniyor',
  status_refunded: 'İade edildi',
  status_refused: 'Form açılamadı',

  details: 'Fatura bilgileri',
  detailsHint: 'Bundan sonraki siparişler için geçerlidir. Önceki siparişlerin faturalarında alıcı değişmez.',
  billing_name: 'Faturadaki şirket veya kişi',
  billing_nameHint:
    'Şirketler boş bırakabilir; o zaman fatura “{company}” adına düzenlenir. Tüketici siparişinde ad ve soyad gerekir.',
  billing_address: 'Adres',
  billing_district: 'İlçe',
  billing_city: 'İl',
  billing_country: 'Ülke',
  billing_phone: 'Telefon',
  billing_tax_office: 'Vergi dairesi',
  billing_tax_number: 'Vergi veya T.C. kimlik numarası',
  detailsSaved: 'Fatura bilgileri kaydedildi.',
  detailsMissing: 'Henüz adres yok: ilk siparişten önce sorulur.',
  neededForOrder: 'Sipariş için gerekir.',
  neededForInvoice: 'Yasal fatura için gerekir.',
  error_tooLong: 'Çok uzun (en fazla {max} karakter).',
  error_unreadable: 'En az bir harf ya da rakam olmalı, görünmeyen karakter olmamalı.',
  error_phone: '+90 212 000 00 00 gibi bir telefon numarası girin.',
  error_taxNumber: '5–20 rakam veya harf girin.',
  error_consumerNumber: 'T.C. kimlik numarası 11 hanelidir. Boş da bırakılabilir.',
  error_taxNumberMistyped:
    'Bir rakam yanlış: böyle bir vergi kimlik numarası (10 rakam) veya T.C. kimlik numarası (11 rakam) olamaz.',

  checkoutTitle: '{plan} planı için ödeme',
  checkoutIntro:
    'Ödemeyi aşağıdaki PayTR sayfasında yaparsınız. Kart bilgileriniz yalnızca PayTR’ye gider; biz görmeyiz.',
  frameTitle: 'PayTR ödeme formu',
  frameTroubleTitle: 'Form görünmüyor mu ya da bankanızın sayfası boş mu kalıyor?',
  frameTroubleText: 'Formu yeni sekmede açın. Aynı ödemedir; yalnızca bir yerde ödeyin.',
  frameOpen: 'Ödeme formunu yeni sekmede aç',
  pageOpenUntil: 'Form şu saate kadar açık: {time}.',
  orderSummary: 'Siparişiniz',
  orderPlan: 'Plan',
  orderPeriod: 'Hizmet dönemi',
  orderTotal: 'Toplam, KDV dâhil',
  orderTax: 'İçindeki KDV (%{percent})',
  orderCurrency: 'Para birimi',
  orderTestMode: 'Test ödemesi: gerçek para çekilmez.',
  orderUpgrade: 'Ödenmiş sürenizin bitişi değişmez. Sonraki ödeme yeni planın tam ayıdır.',
  orderStartNow: 'Ay, ödeme onaylandığında başlar; deneme süresinden kalan günler eklenmez.',
  orderStartLarger:
    '{plan} ayı, ödeme onaylandığında başlar; {from} planı o anda sona erer. Şimdi öderseniz: {conversion}',
  orderStartLater: 'Bu ay, daha önce ödediğiniz sürenin ardından başlar.',
  openingTitle: 'Ödeme formu açılıyor',
  openingText: 'Birkaç saniye sürer. Sayfa kendiliğinden yenilenir.',

  pendingTitle: 'Onay bekleniyor',
  pendingText:
    'Bankanız veya PayTR ödemeyi hâlâ kontrol ediyor olabilir. Sonuç geldiğinde bu sayfa kendiliğinden güncellenir.',
  pendingLongTitle: 'Onay her zamankinden uzun sürüyor',
  pendingLongText:
    'Bu sayfayı kapatabilirsiniz. Ödeme onaylanınca planınız hemen başlar ve ödeme özeti, Faturalama sayfasında görünür. Lütfen ikinci kez ödeme yapmayın.',
  closedTitle: 'Ödeme formu kapandı',
  closedText:
    'Form 30 dakika açık kaldı. Ödeme yaptıysanız planınız, PayTR onayladığında hemen başlar. Yapmadıysanız yeniden deneyebilirsiniz.',
  successTitle: 'Ödendi. Teşekkürler!',
  successText: '{plan} planının ücreti {until} tarihine kadar ödendi. Ödeme özeti, Faturalama sayfasında.',
  failedTitle: 'Ödeme gerçekleşmedi',
  failedNothing: 'Kartınızdan ücret alınmadı.',
  expiredTitle: 'Bu ödemenin süresi doldu',
  expiredText: 'PayTR’de bu siparişe ait bir tahsilat yok. Yeniden deneyebilirsiniz.',
  reviewTitle: 'Bu ödemeyi inceliyoruz',
  reviewText:
    'PayTR, siparişle uyuşmayan bir ödeme bildirdi. Ekibimiz inceliyor, size yazacağız. Lütfen ikinci kez ödeme yapmayın.',
  reviewMisfitText:
    'Bu ödeme bize, şirketinizin ödenmiş süresini değiştiren başka bir ödemeden sonra ulaştı ve artık uygun değil. Planınız değişmedi. Ekibimiz inceliyor, size yazacağız. Lütfen ikinci kez ödeme yapmayın.',
  refundedTitle: 'Bu ödeme iade edildi',
  refundedText:
    'Siparişle uyuşmadığı için tutarın tamamını karta iade ettik. Bankanıza bağlı olarak hesaba geçmesi birkaç gün sürer.',
  supersededTitle: 'Bu ödeme formu artık geçerli değil',
  supersededText:
    'Şirketinizin daha yeni bir siparişi bunun yerini aldı ya da sipariş, ödenmiş sürenize artık uymuyor. Lütfen bu formdan ödeme yapmayın; Faturalama sayfasından yeniden başlayın.',
  refusedTitle: 'Ödeme formu açılamadı',
  refusedText:
    'Ödeme kuruluşu bu sipariş için form açmadı. Kartınızdan ücret alınmadı. Lütfen birkaç dakika sonra yeniden deneyin.',
  refusedAddressTitle: 'Ödeme formu bu ağdan açılamıyor',
  refusedAddressText:
    'Ödeme kuruluşu herkese açık bir internet adresi istiyor, sizinki belirlenemedi. Kartınızdan ücret alınmadı. Lütfen başka bir bağlantıyla deneyin.',
  refusedQuote: 'Yine olursa {email} adresine yazın ve {order} sipariş numarasını belirtin.',
  reason_0: 'Bankanız onay vermedi; limit veya bakiye yetersiz olabilir. Lütfen başka bir kart deneyin.',
  reason_1: 'Banka doğrulaması tamamlanmadı. Lütfen yeniden deneyin.',
  reason_2: 'Bankanızın gönderdiği kod yanlış girildi. Lütfen yeniden deneyin.',
  reason_3: 'Ödeme kuruluşu güvenlik nedeniyle onay veremedi. Lütfen başka bir kart deneyin veya bize yazın.',
  reason_6: 'Ödeme tamamlanmadan form kapatıldı ya da süre doldu. Yeniden deneyebilirsiniz.',
  reason_8: 'Bu kartla taksit yapılamıyor. Lütfen tek çekim olarak ödeyin.',
  reason_9: 'Bu kart burada kullanılamıyor. Lütfen başka bir kart deneyin.',
  reason_10: 'Bu kart için banka doğrulaması (3-D Secure) gerekiyor. Lütfen yeniden deneyin.',
  reason_11: 'Ödeme kuruluşu güvenlik nedeniyle onay veremedi. Yeniden denemeden önce lütfen bize yazın.',
  reason_99: 'Ödeme kuruluşunda teknik bir sorun oluştu. Lütfen daha sonra yeniden deneyin.',
  reason_other:
    'Banka veya ödeme kuruluşu onay vermedi. Lütfen yeniden deneyin ya da başka bir kart kullanın.',
  tryAgain: 'Yeniden dene',
  toBilling: 'Faturalamaya git',
  toWorkspaces: 'Çalışma alanlarına git',
  toInvoice: 'Ödeme özetini göster',

  invoiceTitle: '{paper, select, invoice {Fatura} other {Ödeme özeti}} {number}',
  invoiceHeading: '{paper, select, invoice {Fatura} other {Ödeme özeti}}',
  receiptNotice:
    'Bu belge bir ödemenin özetidir. Vergi mevzuatına göre fatura değildir ve fatura yerine geçmez; fatura ayrıca düzenlenir.',
  invoiceSeller: 'Satıcı',
  invoiceBuyer: 'Alıcı',
  invoiceNo: '{paper, select, invoice {Fatura numarası} other {Ödeme özeti numarası}}',
  invoiceIssued: 'Düzenlenme tarihi',
  invoicePaid: 'Ödeme tarihi',
  istanbulTime: '{time} (İstanbul)',
  utcTime: '{time} (UTC)',
  invoicePaidBy: 'Ödeme yöntemi',
  invoiceItem: 'Hizmet',
  invoiceItemText: '{plan} planı, bulut çalışma alanı',
  invoiceNet: 'KDV hariç tutar',
  invoiceTax: 'KDV %{percent}',
  invoiceTotal: 'Ödenen toplam',
  invoiceSurcharge: 'vade farkı (toplamın içinde)',
  invoiceMethod: 'Kart, PayTR üzerinden',
  taxOffice: 'Vergi dairesi',
  taxNumber: 'Vergi numarası',
  priceFrom: 'Fiyatın dayanağı',
  inLiras: 'Türk lirası karşılığı',
  inLirasValue: '{total}, bunun KDV’si {tax}',
  inLirasUnknown: 'Belirtilmedi: bu belge düzenlendiğinde o güne ait bir TCMB kuru burada yoktu.',
  backToBilling: 'Faturalama',
  basketItem: 'YouAreCoder {plan}',

  pdf: 'PDF',
  pdfPage: 'Sayfa',
  receiptSubject:
    '{paper, select, invoice {Fatura} other {Ödeme özeti}} {invoiceNo}: YouAreCoder {plan}, {amount}',
  receiptHello: 'Merhaba {name},',
  receiptThanks: 'Ödemenizi aldık, teşekkür ederiz.',
  receiptPlan: 'Plan',
  receiptPeriod: 'Hizmet dönemi',
  receiptPeriodValue: '{from} – {until} (İstanbul saatiyle)',
  receiptAmount: 'Tutar',
  receiptAmountValue: '{amount}, KDV dâhil',
  receiptView:
    'Buradan görüntüleyebilir, yazdırabilir ve indirebilirsiniz (yönetici olarak giriş yapmanız gerekir):',
  receiptNotYou: 'Bu ödemeyi siz yapmadıysanız lütfen {contact} adresine yazın.',
};
