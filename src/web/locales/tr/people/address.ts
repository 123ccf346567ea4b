/** Hesap adresleri: onaylama, değiştirme. ICU MessageFormat. */
export const address = {
  bannerTitle: 'Lütfen e-posta adresinizi onaylayın',
  bannerText:
    '{email} adresine gönderilen e-postadaki bağlantıyı açın. O zamana kadar bir şey satın alınamaz ve kimse davet edilemez.',
  bannerAction: 'E-postayı yeniden gönder',
  askTitle: 'E-posta adresinizi onaylayın',
  askText: '{email} adresine bir bağlantı gönderdik. Adresin size ait olduğunu göstermek için onu açın.',
  askHint:
    'Birkaç dakika sonra hâlâ gelmediyse istenmeyen postalar klasörüne bakın veya e-postayı yeniden isteyin. Bağlantı 24 saat geçerlidir, yenisi eskisinin yerini alır.',
  askButton: 'E-postayı yeniden gönder',
  noMailText: 'Posta sunucusu kurulu olmadığı için adresler onaylanamıyor. {contact} adresine yazın.',
  sent: '{email} adresine yeni bir bağlantı yola çıktı.',
  tooMany: 'Şimdilik yeterince e-posta gönderildi. En son gelene bakın veya bir saat sonra yeniden deneyin.',
  isConfirmedTitle: 'E-posta adresiniz onaylı',
  isConfirmedText: '{email} onaylandı. Yapılacak başka bir şey yok.',
  goOn: 'Çalışma alanlarına git',
  requiredTitle: 'Lütfen önce e-posta adresinizi onaylayın',
  requiredText:
    'Bir şey satın alınmadan veya biri davet edilmeden önce {email} adresinin size ait olduğundan emin oluruz. E-postadaki bağlantıyı açın, sonra yeniden deneyin.',
  confirmTitle: 'Bu e-posta adresini onaylayın',
  confirmText: '{email} adresinin size ait olduğunu onaylayın.',
  confirmElsewhere:
    'Bu tarayıcıda oturumunuz açık değil. Adresi onaylamak için {email} adresli YouAreCoder hesabının parolasını yazın.',
  confirmButton: 'Adresi onayla',
  wrongPassword: 'Bu, hesabın parolası değil.',
  notYours: 'Kaydolan siz değil misiniz veya parolayı bilmiyor musunuz?',
  notYoursLink: 'Yeni bir parola belirleyin: eski parolayla açık kalan her şeyi sonlandırır.',
  confirmed: '{email} onaylandı. Teşekkür ederiz.',
  unknownTitle: 'Böyle bir bağlantı yok',
  unknownText: 'Bağlantının eksiksiz olduğuna bakın: e-posta programları uzun satırları bazen böler.',
  confirmedTitle: 'Bu adres zaten onaylı',
  confirmedText: 'Bağlantı işini gördü. Yapılacak başka bir şey yok.',
  overTitle: 'Bu bağlantı artık geçerli değil',
  overText: 'Üzerinden 24 saat geçmiş veya yerini yenisi almış. Yenisini istemek için giriş yapın.',
  foreignTitle: 'Bu bağlantı başka bir hesap için',
  foreignText: 'Burada başka biri olarak oturum açtınız. Oturumu kapatın, sonra bağlantıyı yeniden açın.',
  takenTitle: 'Bu adres başka bir hesabın',
  takenText: 'Öteki hesap adresi onaylamış veya kısa süre önce bırakmış. O hesaba giriş yapın.',

  mailHello: 'Merhaba,',
  mailSubject: 'YouAreCoder’daki e-posta adresiniz',
  mailBody: 'Bu e-posta adresiyle {name} için bir hesap açıldı.',
  mailLink: 'Adresin size ait olduğunu onaylamak için şu bağlantıyı açın:',
  mailExpires: 'Bağlantı bir kez kullanılabilir ve {hours} saat geçerlidir.',
  mailClaims:
    'Bu adresle {date} tarihinde açılan eski bir hesap hiç onaylanmamış. Onayladığınızda o hesap sona erer. Onu korumak istiyorsanız bunun yerine bu adresle yeni bir parola isteyin.',
  mailIgnore: 'Hesap açan siz değilseniz bir şey yapmanız gerekmez: adres onaysız kalır.',
  takenBody:
    'Birisi bu e-posta adresiyle yeni bir hesap açtı. Zaten bir hesabınız olduğu için hiçbir şey değiştirilmedi.',
  takenLink:
    'Açan sizseniz mevcut hesabınıza giriş yapın. Parolayı unuttuysanız buradan yenisini belirleyin:',
  takenIgnore: 'Siz değilseniz bir şey yapmanız gerekmez.',
};
