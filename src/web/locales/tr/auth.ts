import type { auth as en } from '../en/auth.ts';

/** Giriş, kayıt, davetler. */
export const auth: Record<keyof typeof en, string> = {
  loginTitle: 'Giriş yapın',
  loginSubtitle: 'Yeniden hoş geldiniz. Çalışma alanlarınız bıraktığınız gibi duruyor.',
  loginButton: 'Giriş yap',
  noAccount: 'Henüz hesabınız yok mu?',
  wrongCredentials: 'E-posta adresi veya parola hatalı.',
  tooMany: 'Çok fazla deneme yapıldı. Lütfen {minutes} dakika sonra yeniden deneyin.',

  registerTitle: 'Ücretsiz denemeye başlayın',
  registerSubtitle: 'Tüm özellikler {days} gün boyunca açık. Kart gerekmez.',
  companyName: 'Şirket adı',
  subdomain: 'Şirketinizin kısa adı',
  subdomainHint: '3–40 karakter: harf (a–z), rakam ve kısa çizgi. Sonradan değiştirilemez.',
  subdomainAt: 'Çalışma alanlarınızın adresi: ad-kısaad.{domain}',
  emailHint: 'Bu adresle giriş yaparsınız.',
  passwordHint: 'En az 10 karakter. Birkaç sıra dışı sözcük kolay akılda kalır, zor tahmin edilir.',
  registerButton: 'Şirketi oluştur',
  haveAccount: 'Zaten hesabınız var mı?',
  tooManyRegistrations:
    'Ağınızdan çok fazla şirket oluşturuldu. Lütfen {minutes} dakika sonra yeniden deneyin.',

  companyNameMissing: 'Şirketinizin adını girin.',
  subdomainMissing: 'Şirketiniz için kısa bir ad girin.',
  fullNameMissing: 'Adınızı ve soyadınızı girin.',
  emailMissing: 'E-posta adresinizi girin.',
  passwordMissing: 'Bir parola girin.',
  oddCharacters: 'En az bir harf ya da rakam olmalı, görünmeyen karakter olmamalı.',
  emailAscii:
    'Lütfen yalnızca İngilizce harfler içeren bir e-posta adresi kullanın. Ödeme kuruluşu ç, ğ, ı, İ, ö, ş ve ü gibi harfleri kabul etmiyor.',
  signInAscii:
    'Hesapların e-posta adreslerinde yalnızca İngilizce harfler bulunur. Adresinizi ç, ğ, ı, İ, ö, ş ve ü olmadan yazın: İsmail@ yerine ismail@ gibi.',
  subdomainShape:
    '3–40 karakter kullanın: harf (a–z), rakam ve tek kısa çizgi; başında ve sonunda harf ya da rakam olmalı.',
  subdomainReserved: 'Bu ad ayrılmış. Lütfen başka bir ad seçin.',
  subdomainTaken: 'Bu kısa ad başka bir şirkete ait. Lütfen başka bir ad seçin.',
  passwordCommon: 'Bu parola ilk tahmin edilenlerden biri. Lütfen başka bir parola seçin.',
  passwordPersonal:
    'Lütfen yalnızca adınızdan, şirketinizden veya e-posta adresinizden oluşmayan bir parola seçin.',

  inviteTitle: '{company} ekibine katılın',
  inviteSubtitle: '{inviter} sizi şirketin çalışma alanlarına davet etti.',
  inviteEmailHint: 'Davet bu adres için gönderildi. Bu adresle giriş yaparsınız.',
  inviteRole: 'Rolünüz: {role}',
  inviteButton: 'Hesap oluştur ve katıl',

  inviteGoSignIn: 'Giriş sayfasına git',
  inviteGoHome: 'Başlangıç sayfasına git',
  inviteSignOut: 'Çıkış yap',
  inviteStay: 'Çıkış yapmadan devam et',
  invite_unknownTitle: 'Böyle bir davet yok',
  invite_unknownText: 'Bağlantının tam olduğundan emin olun: e-posta programları uzun satırları bazen böler.',
  invite_expiredTitle: 'Bu davetin süresi doldu',
  invite_expiredText: 'Sizi davet eden kişiden yeni bir davet isteyin.',
  invite_usedTitle: 'Bu davet daha önce kullanıldı',
  invite_usedText: 'Kullanan sizseniz e-posta adresiniz ve seçtiğiniz parolayla giriş yapın.',
  invite_revokedTitle: 'Bu davet geri çekildi',
  invite_revokedText: 'Bir yanlışlık olduğunu düşünüyorsanız sizi davet eden kişiye sorun.',
  'invite_email-takenTitle': 'Zaten bir hesabınız var',
  'invite_email-takenText':
    'Bu davetin e-posta adresiyle açılmış bir hesap var ve bir adres yalnızca tek bir şirkete ait olabilir. Giriş yapın ya da başka bir adrese davet isteyin.',
  'invite_member-limitTitle': 'Kişi sınırına ulaşıldı',
  'invite_member-limitText':
    'Şirketin planı şu anda daha fazla kişiye izin vermiyor. Sizi davet eden kişiye haber verin; yer açıldığında bu bağlantı yine çalışır.',
  'invite_signed-inTitle': 'Zaten giriş yaptınız',
  'invite_signed-inText':
    'Bu davet yeni bir hesap oluşturur. Kabul etmek için önce çıkış yapın, sonra bağlantıyı yeniden açın.',

  inviteMailSubject: '{inviter} sizi YouAreCoder’da {company} ekibine davet ediyor',
  inviteMailHello: 'Merhaba,',
  inviteMailBody: '{inviter} sizi YouAreCoder’da {company} ekibine davet etti. Rolünüz: {role}.',
  inviteMailLink: 'Parolanızı belirleyip katılmak için şu bağlantıyı açın:',
  inviteMailExpires: 'Bağlantı bir kez kullanılabilir ve {days} gün geçerlidir.',
  inviteMailIgnore: 'Bu daveti beklemiyorsanız bu e-postayı dikkate almayın.',
};
