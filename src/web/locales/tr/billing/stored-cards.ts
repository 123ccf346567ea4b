import type { storedCards as en } from '../../en/billing/stored-cards.ts';

/** Turkish texts of the stored card; the English catalogue decides which keys exist. */
export const storedCards: Record<keyof typeof en, string> = {
  title: 'Saklanan kart',
  card: 'Kart',
  unnamed: 'PayTR kartı henüz bildirmedi',
  since: 'Saklanma tarihi',
  by: 'onaylayan: {name}',
  nextCharge: 'Sonraki tahsilat',
  onDay: '{date} günü',
  underWay: 'şu anda tahsil ediliyor',
  notAnnounced: 'Tutar ve gün, en az yedi gün önce e-postayla bildirilir.',
  off: 'Saklanan kartlardan şu anda tahsilat yapılmıyor: hatırlatmadaki bağlantıyla ödeyin.',
  chargedByItself:
    '{card} kartından {date} günü tahsilat yapılır. Bir şey yapmanız gerekmez; aşağıdan kartı kaldırmak bunu önler.',
  announcedFirst:
    'Tutar saklanan karttan tahsil edilir. Tutar ve gün, en az yedi gün önce e-postayla bildirilir.',
  removeLink: 'Kartı kaldır',
  leavingTitle: 'Kart kaldırılıyor',
  leaving:
    'Karttan artık tahsilat yapılmaz. PayTR kaldırmayı henüz onaylamadı; kendiliğinden yeniden sorulur.',
  none: 'Saklanan bir kart yok.',
  endedTitle: 'Sıradaki ödeme karttan tahsil edilmedi',
  'ended_card-removed': 'Kart kaldırıldı. Lütfen sipariş sayfasından ödeyin.',
  'ended_card-closed': 'Banka kartı kapatmış. Lütfen sipariş sayfasından ödeyin.',
  ended_cancelled: 'Abonelik iptal edildi.',
  'ended_paid-otherwise': 'Bu ay zaten ödendi.',
  'ended_plan-changed': 'Plan, e-postadan sonra değişti. Lütfen sipariş sayfasından ödeyin.',
  'ended_too-late': 'Ücretli süreden sonraki günler doldu. Lütfen sipariş sayfasından ödeyin.',
  ended_declined: 'Banka reddetti. Lütfen sipariş sayfasından, isterseniz başka bir kartla ödeyin.',
  ended_refused: 'PayTR tahsilatı kabul etmedi. Lütfen sipariş sayfasından ödeyin.',
  ended_unknown:
    'PayTR açık bir yanıt vermedi; bu yüzden kendiliğinden yeniden tahsilat yapılmaz. Önce kart ekstrenize bakın, sonra sipariş sayfasından ödeyin.',
  ended_review: 'Tahsilat inceleniyor. Size yazacağız.',

  removeTitle: 'Saklanan kartı kaldır',
  meansGone: 'PayTR kartı siler ve karttan artık tahsilat yapılmaz.',
  meansLink: 'Bundan sonra her ayı hatırlatmadaki bağlantıyla kendiniz ödersiniz.',
  meansSubscription: 'Abonelik ve ödenmiş süre olduğu gibi kalır.',
  storedOn: 'Saklanma tarihi: {date}; onaylayan: {name}.',
  removeAction: 'Kartı kaldır',
  removed: 'Kart kaldırıldı, PayTR’den de silindi.',
  cancelRemoves: 'Saklanan kart kaldırılır, PayTR’den de silinir.',
  chargeUnderWay:
    'Bu ay için saklanan karttan tahsilat yapılıyor ve PayTR sonucu henüz bildirmedi. Lütfen bir saat sonra yeniden bakın: şimdi verilecek bir sipariş iki kez ödenebilir.',

  formIntro:
    'Kart bilgileriniz tarayıcınızdan doğrudan PayTR’ye gider; kartı PayTR saklar. Biz bu bilgileri görmeyiz.',
  formTitle: 'Saklanacak kartla ödeyin',
  field_owner: 'Kart üzerindeki ad',
  field_number: 'Kart numarası',
  field_numberHint: 'Yalnızca rakam, boşluksuz.',
  field_month: 'Son kullanma ayı',
  field_monthHint: 'İki rakam, örneğin 07.',
  field_year: 'Son kullanma yılı',
  field_yearHint: 'İki rakam, örneğin 30.',
  field_cvv: 'Güvenlik kodu',
  field_cvvHint: 'Kartın üzerindeki üç veya dört rakam.',
  formKept: 'Onayınızla PayTR bu kartı sonraki aylar için saklar. Faturalama sayfasından kaldırabilirsiniz.',
  formPay: '{amount} öde ve kartı sakla',

  mailSubject: 'YouAreCoder: {plan} için {date} günü {amount} tahsil edilecek',
  mailBody:
    'Şirketinizin {plan} planı {date} tarihine kadar ödendi. Onaylandığı gibi, sonraki ay saklanan karttan tahsil edilir.',
  factAmount: 'Tutar, KDV dâhil',
  factChargedOn: 'Tahsilat günü',
  factConsent: 'Onaylayan',
  mailNothingToDo:
    'Bir şey yapmanız gerekmez. Bu tutardan fazlası ve bu günden önce tahsil edilmez. O güne kadar önleyebilirsiniz:',
  removeMailLink: 'Kartı kaldır (yönetici olarak oturum açın):',
  pastDueNext:
    '{card} kartı {date} tarihinde denenecek. Aşağıdaki bağlantıyla da ödeyebilirsiniz; o zaman denenmez.',
  pastDueSent:
    '{card} kartından tahsilat yapılıyor ve PayTR henüz yanıtlamadı. Bağlantıyla ödemeden önce lütfen bekleyin.',
};
