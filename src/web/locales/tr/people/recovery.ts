/** Yanlış parolalardan sonraki kilitler ve giriş yapamayanlara yardım. ICU MessageFormat. */
export const lock = {
  mailSubject: 'YouAreCoder hesabınıza giriş bir süreliğine kilitlendi',
  mailBody:
    'Hesabınızın parolası {time} tarihinde (İstanbul saati) art arda beş kez yanlış girildi. Giriş yarım saat kilitli.',
  mailLink:
    'Sizseniz bu bağlantıyı giriş yapmak istediğiniz tarayıcıda açın. O tarayıcı hemen yeniden deneyebilir:',
  mailExpires: 'Bağlantı bir kez kullanılabilir ve {hours} saat geçerlidir.',
  mailNotYou: 'Siz değilseniz bir şey yapmanız gerekmez: kimse girmedi ve kilit başka kimse için açılmaz.',
  openTitle: 'Kilidi bu tarayıcı için açın',
  openText:
    '{email} ile giriş, yanlış parolalardan sonra kilitlendi. Kilit yalnızca bu tarayıcı için açılır.',
  openButton: 'Burada aç',
  opened: 'Burada yeniden giriş yapabilirsiniz.',
  overTitle: 'Bu bağlantı artık geçerli değil',
  unknownTitle: 'Böyle bir bağlantı yok',
  overText: 'Kilit yarım saat sonra kendiliğinden açılır. Yeni bir parolayla hemen girebilirsiniz.',
  lockedUntil: 'Yanlış parolalardan sonra giriş {time} tarihine kadar kilitli.',
  openByAdmin: 'Kilidi aç',
  signOutEverywhere: 'Her yerde oturumunu kapat',
  signedOut: 'Kişinin tüm tarayıcılardaki oturumu kapatıldı.',
  nowhereSignedIn: 'Kişinin açık oturumu yok.',
  openedByAdmin: 'Kilit açıldı: kişi yeniden giriş yapabilir.',
  notLocked: 'Giriş kilitli değildi.',
};

/** Bir yöneticinin veya platform görevlisinin gönderttiği yeni parola bağlantısı. */
export const recovery = {
  cardTitle: 'Giriş',
  emailConfirmed: 'E-posta adresi {date} tarihinde onaylandı.',
  emailNotConfirmed: 'E-posta adresi onaylanmadı.',
  sendLink: 'Yeni parola bağlantısı gönder',
  sendLinkHint:
    'Bağlantı yalnızca kişinin posta kutusuna gider. Siz görmezsiniz; kullanana kadar parolası aynı kalır.',
  linkSent: 'Bağlantı kişinin posta kutusuna yola çıktı. 24 saat geçerlidir.',
  link_unconfirmed:
    'Bu kişi e-posta adresini henüz doğrulamadığı için bağlantı gönderilmedi. “Parolanızı mı unuttunuz?” bağlantısıyla kendisi yeni bir parola belirleyebilir.',
  'link_not-active': 'Bu kişi giriş yapamadığı için bağlantı gönderilmedi.',
  'link_too-many': 'Bu kişi şimdilik yeterince bağlantı aldı. Lütfen daha sonra yeniden deneyin.',
  'link_no-mail': 'Posta sunucusu kurulu olmadığı için bağlantı gönderilemiyor.',
  reason: 'Gerekçe ve kişinin kimliğinin nasıl doğrulandığı',
  reasonHint:
    'Bir şirketin tek yöneticisi, 24 saat sonra yeni parola bağlantısı alır. Kendisine hemen haber verilir ve itiraz edebilir.',
  reasonMissing: 'Gerekçeyi ve kişinin kimliğinin nasıl doğrulandığını yazın.',
  request: '24 saat sonra bağlantı gönder',
  requested: 'Kişiye haber verildi. İtiraz etmezse bağlantı {hours} saat sonra gider.',
  waits: 'Yeni parola bağlantısı {time} tarihinde gidecek. Gerekçe: {reason}',
  cancel: 'Gönderme',
  cancelled: 'Bağlantı gönderilmeyecek.',
  noneWaits: 'Bekleyen bir bağlantı yoktu.',
  notSoleAdmin: 'Bu kişiye yeni parola bağlantısını şirketin bir yöneticisi gönderebilir.',
  'refused_not-sole-admin':
    'Bizden yalnızca bir şirketin tek yöneticisi bağlantı alır. Diğer herkes kendi yöneticisinden alır.',
  refused_already: 'Bekleyen bir bağlantı zaten var.',
  'refused_no-mail': 'Posta sunucusu kurulu olmadığı için bağlantı gönderilemiyor.',
  mailSubject: 'Birisi YouAreCoder hesabınız için yeni parola istiyor',
  mailBody:
    'Görevlilerimizden hesabınız için yeni bir parola istendi. Şirketinizin tek yöneticisi olduğunuz için {time} tarihinde (İstanbul saati) bu adrese yeni parola belirlenebilecek bir bağlantı göndereceğiz.',
  mailLink: 'İsteyen siz değilseniz buradan itiraz edin. Giriş yapmanız gerekmez:',
  mailIgnore: 'Sizseniz yapılacak bir şey yok: bağlantı kendiliğinden gelir.',
  openTitle: 'Yeni parolaya itiraz edin',
  openText: 'O zaman yeni parola bağlantısı gönderilmez ve görevlilerimiz itiraz ettiğinizi görür.',
  objectButton: 'Ben istemedim',
  doneTitle: 'Bağlantı gönderilmeyecek',
  doneText:
    'Teşekkürler. Parolanız olduğu gibi kalır. Başkası biliyor olabilirse kendiniz yenisini belirleyin.',
  overTitle: 'Bu artık bitti',
  overText: 'Bağlantı zaten gönderildi, geri çekildi veya itiraz edildi.',
  unknownTitle: 'Böyle bir bağlantı yok',
  unknownText: 'Bağlantının eksiksiz olduğuna bakın: e-posta programları uzun satırları bazen böler.',
};
