/** Turkish texts of the monthly usage statement and of the pages behind its links. ICU MessageFormat. */
export const usageStatements = {
  subject: '{month} kullanımınız ve ödemeleriniz',
  hello: 'Merhaba {name},',
  intro: '{company} hesabının {month} dönemindeki ödemeleri ve kullanımı aşağıdadır.',
  plan: 'Plan',
  upgradeTo: 'Yükseltilen plan',
  period: '{plan}, {from} – {to}',
  paid: 'Ödeme',
  paidOn: '{date} tarihinde {amount}, ödeme özeti {invoice}',
  used: 'Kullanım',
  usedBetween: '{sessions, number} oturum: en az {least}, en çok {most}',
  notUsed: 'bu ay kullanılmadı',
  lastUse: 'Son kullanım',
  bounds:
    'En az: birinin çalıştığı dakikalar. En çok: birinin bağlı olduğu dakikalar. Birden çok kişinin süreleri toplanır; aynı anda iki oturumda olan kişi bir kez sayılır.',
  nothingToDo:
    'Bilgiler doğruysa bir şey yapmanız gerekmez. Değilse bize bildirin: oturum açmanız gerekmez ve bağlantılar {date} tarihine kadar geçerlidir. Bu e-postaya sahip olan herkes bağlantıları kullanabilir; lütfen başkasına iletmeyin.',
  notMeLink: 'Bu ben değildim: bu ödemeyi veya kullanımı tanımıyorum',
  cancelLink: 'Aboneliği ödenmiş sürenin sonunda iptal et',
  secretNote: 'Bağlantı e-postanın kendisindeydi ve saklanmaz.',
  contact: 'Sorularınız için: {contact}',

  notMeTitle: 'Bu ben değildim',
  notMeIntro: '{company} hesabının {month} ekstresi',
  notMeThen:
    'Düğmeye basarsanız bir dosya açılır: bir kişi durumu inceler ve size yazar. Önce bankanıza gitmeniz gerekmez.',
  whichPayment: 'Hangi ödeme hakkında?',
  paymentMissing: 'Hangi ödeme hakkında olduğunu seçin.',
  whatIsWrong: 'Yanlış olan nedir?',
  whatMissing: 'Neyin yanlış olduğunu seçin.',
  what_payment: 'Bu ödemeyi ben yapmadım',
  what_use: 'Bizden kimse kullanmadı',
  what_both: 'Ne ödeme ne kullanım bize ait',
  words: 'Kendi sözlerinizle',
  wordsHint: 'Lütfen kart numarası ve parola yazmayın.',
  notMeButton: 'Bildir',
  notMeOtherwise: 'Her şey doğruysa bu sayfayı kapatın: hiçbir şey olmadı.',
  reportedTitle: 'İnceliyoruz',
  reportedText:
    'Bildiriminiz {date} tarihinde ulaştı. Bir kişi okuyup e-postayla yanıtlayacak. Sorularınız için: {contact}',

  cancelTitle: 'Aboneliği iptal et',
  cancelIntro:
    '{company} hesabının aboneliği, ödenmiş süresiyle birlikte {date} tarihinde sona erer. O zamana kadar her şey sürer.',
  cancelMeans:
    'Başka tahsilat yapılmaz. Çalışma alanları o gün kapanır. O zamana kadar bir yönetici bunu faturalama sayfasında geri alabilir.',
  cancelCard: 'Saklanan kart kaldırılır.',
  cancelNow:
    'Bu bağlantı yalnızca ödenmiş sürenin sonu için iptal eder ve bu geri alınabilir. Hemen iptal etmek için oturum açın:',
  cancelNowLink: 'faturalama sayfalarında hemen iptal et',
  confirm: 'Evet, ödenmiş sürenin sonunda iptal et',
  confirmMissing: 'Onaylamak için kutuyu işaretleyin.',
  cancelButton: 'Aboneliği iptal et',
  cancelledText: 'Abonelik iptal edildi. {date} tarihinde sona erer. Bütün yöneticilere e-posta gönderildi.',
  nothingToCancel: 'Bu bağlantıyla iptal edilebilecek ödenmiş süre kalmadı. Sorularınız için: {contact}',
  keep: 'Vazgeçtiyseniz bu sayfayı kapatın: hiçbir şey olmadı.',

  toBilling: 'Faturalama sayfasını aç',
  overTitle: 'Bu bağlantının süresi doldu',
  overText:
    'Bir ekstrenin bağlantıları 60 gün ve yalnızca hâlâ şirkette olan kişiler için geçerlidir. Her şeyi faturalama sayfasında bulabilirsiniz; orada oturum açmanız gerekir.',
};
