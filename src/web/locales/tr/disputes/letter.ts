/** Sentences of the letter to the bank, in Turkish. */
export const disputeLetter = {
  paid: '{order} numaralı sipariş: {plan} planının bir dönemi için {at} tarihinde {amount} tahsil edildi.',
  card: 'Ödeme kuruluşunun gösterdiği biçimiyle kart: {card}.',
  ordered_by: 'Sipariş, {login} adresiyle giriş yapan {name} adlı kişinin hesabından verildi.',
  charged_by_consent:
    'Tahsilat, kart hamilinin {first} numaralı siparişle sakladığı karttan, orada verdiği onaya dayanarak yapıldı.',
  authenticated: 'Banka ödemeyi 3-D Secure ile doğruladı (ECI {eci}).',
  authorized: 'Banka ödemeye {code} koduyla provizyon verdi.',
  order_address: 'Sipariş {ip} internet adresinden geldi.',
  address_confirmed: 'Hesap sahibi {login} adresini {at} tarihinde doğrulamıştı.',
  earlier_payments:
    'Aynı kişi daha önce kimsenin itiraz etmediği {count, plural, one {# ödeme} other {# ödeme}} yaptı; en yenisi {at} tarihli {order} numaralı sipariştir.',
  agreed:
    'Koşullar {at} tarihinde “{button}” düğmesiyle kabul edildi; metin kelimesi kelimesine saklanıyor (SHA-256 {hash}).',
  policy_shown:
    '{version} sürümlü iade koşulları, {at} tarihinde gösterilen ve kabul edilen metinlerin içindeydi.',
  card_consent:
    'Kartın saklanmasına ve sonraki dönemlerin tahsiline {at} tarihinde onay verildi (SHA-256 {hash}).',
  renewal_announced: 'Tahsilat, {at} tarihinde {to} adresine gönderilen e-postayla önceden bildirildi.',
  receipt_sent:
    'Ödeme özeti {at} tarihinde {to} adresine e-postayla gönderildi ve posta sunucusu tarafından teslim alındı.',
  terms_sent:
    'Kabul edilen koşullar {at} tarihinde {to} adresine e-postayla gönderildi ve posta sunucusu tarafından teslim alındı.',
  period: 'Ödeme {from} ile {until} arasındaki süreyi satın aldı (ödeme özeti {number}).',
  signed_in:
    'Bu sürede hesaba {count, plural, one {bir kez girildi: {first}} other {# kez girildi: {first} ile {last} arasında}}.',
  used: 'Bu sürede {first} ile {last} arasında {count, plural, one {# oturum} other {# oturum}} ve {time} kanıtlanmış kullanım var.',
  used_by_others:
    'Bunlardan {count, number} oturum ve {time} kanıtlanmış kullanım {name} adlı kişiye, ötekiler aynı hesaptaki başka kişilere aittir.',
  no_faults: 'Bu sürede başlatılamayan çalışma alanı olmadı.',
  used_after_cancellation:
    '{cancelled} tarihli iptalden sonra {count, plural, one {# oturum} other {# oturum}} daha var; son kullanım {last}.',
  not_cancelled: 'Sipariş {at} tarihinde verildiğinde geçerli bir iptal yoktu.',
  cancelled_at: 'Abonelik {at} tarihinde iptal edildi.',
  refunded: '{amount} iade edildi; son bölümü {at} tarihinde.',
  no_refund_promised: 'Bu ödeme için iade yapılmadı ve iade sözü verilmedi.',
  other_order: '{order} numaralı sipariş başka bir alışveriştir.',
  other_period:
    '{order} numaralı sipariş başka bir alışveriştir: {from} ile {until} arasındaki süreyi satın aldı.',
  only_payment: '{order} numaralı siparişin üç gün öncesinde ve sonrasında başka ödeme yok.',
  amount_agreed: '“{button}” düğmesi tutarı gösteriyordu; {amount} sipariş edildi ve tahsil edildi.',
  legal_invoice: 'Elektronik faturanın (e-Arşiv veya e-Fatura) numarası {number}, ETTN’si {ettn}.',
  filed_late: 'Ödeme {at} tarihinde tahsil edildi; itiraz ancak {day} tarihinde işleme alındı.',
  claim_contradicts:
    'İtirazda şöyle deniyor: “{claim}”. Ödemeyi başkasının yaptığı, bir dolandırıcılık iddiasıdır ve bu itiraz nedeniyle bağdaşmaz.',
};
