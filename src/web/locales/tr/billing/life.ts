import type { life as en } from '../../en/billing/life.ts';

/** Turkish texts of the life of a subscription; the English catalogue decides which keys exist. */
export const life: Record<keyof typeof en, string> = {
  title: 'Sonraki ödeme',
  nextCharge: 'Tutar',
  nextChargeFor: 'bir aylık {plan}, KDV dâhil',
  dueOn: 'Son gün',
  nothingByItself:
    'Kendiliğinden ücret alınmaz; istediğinizde ödersiniz. O günden sonra çalışma alanları yedi gün daha açık kalır.',
  payNow: 'Şimdi {amount} öde',
  noCharge: 'Sırada bir ödeme yok. Devam etmek istediğinizde aşağıdan bir plan seçin.',
  cancelLink: 'Aboneliği iptal et',
  cancellation: 'İptal',
  endEarlier: 'Daha erken bitir',
  willEnd: 'İptal edildi: abonelik {date} tarihinde bitiyor',
  isCancelled: 'Abonelik {date} tarihinde bitti',
  resumeText:
    'İptali {date} tarihine kadar ücretsiz geri alabilirsiniz. Yeni bir ödeme de iptali geri alır: kalan ödenmiş süre devam eder, ödediğiniz süre onun ardından gelir.',
  payText: 'Devam etmek için aşağıdan bir plan seçin. Çalışma alanlarındaki her şey saklanır.',
  resumeAction: 'İptali geri al',

  cancelTitle: 'Aboneliği iptal et',
  cancelIntro: 'Şirketinizin planı: {plan}',
  meansTitle: 'Ne olacak?',
  meansClosed: 'Çalışma alanları durur; açılamaz, yenisi oluşturulamaz.',
  meansKept:
    'Hiçbir şey silinmez. Oturum açabilir, çalışma alanlarını görebilir, faturaları indirebilirsiniz.',
  meansNoCharge: 'Başka ödeme olmaz. Ödenmiş sürenin ücreti iptalle iade edilmez.',
  meansUndo: 'İptali {date} tarihine kadar faturalama sayfasında geri alabilirsiniz.',
  alreadyCancelled:
    'Abonelik iptal edilmiş durumda ve {date} tarihinde bitiyor. Daha erken bitirebilirsiniz.',
  when: 'Ne zaman bitsin?',
  whenMissing: 'Aboneliğin ne zaman biteceğini seçin.',
  whenEnd: 'Sürenin sonunda, {date}',
  whenEndHint: 'O zamana kadar her şey kullanılabilir.',
  whenNow: 'Şimdi',
  whenNowHint:
    'Çalışma alanları, içinde olanlar için de hemen kapanır. İptali geri alana veya yeniden ödeme yapana kadar, kalan ödenmiş süre kullanılmadan geçer.',
  whenNowTrialHint: 'Çalışma alanları, içinde olanlar için de hemen kapanır.',
  onlyNow: 'Abonelik hemen biter. Çalışma alanları, içinde olanlar için de kapanır.',
  timeOver: 'Ödenmiş süre bitti; abonelik yalnızca şimdi bitirilebilir.',
  reason: 'Neden ayrılıyorsunuz?',
  reasonHint: 'Bize yardımcı olur; iptal kaydıyla birlikte saklanır.',
  cancelAction: 'Aboneliği iptal et',
  keep: 'Vazgeç',
  cancelled:
    'Abonelik iptal edildi; {date} tarihinde bitiyor. Şirketinizin yöneticilerine e-posta gönderilir.',
  nothingToCancel: 'İptal edilecek bir şey yok; abonelik bitmiş.',
  resumed: 'İptal geri alındı. Süreniz {date} tarihine kadar devam ediyor.',
  notCancelled: 'Geri alınacak bir iptal yok.',
  nothingLeft: 'Devam edecek süre kalmadı. Sürdürmek için bir plan seçin.',

  mailHello: 'Merhaba {name},',
  mailContact: 'Sorunuz varsa ya da bu e-postayı beklemiyorsanız {contact} adresine yazın.',
  billingLink: 'Faturalama sayfası (yönetici olarak oturum açın):',
  cancelledSubject: 'YouAreCoder: abonelik iptal edildi, {date} tarihinde bitiyor',
  cancelledBody: 'Şirketinizin aboneliği iptal edildi. Bu e-posta bunu onaylar.',
  factBy: 'İptal eden',
  factRequested: 'İptal tarihi',
  factEnds: 'Bitiş',
  closedMeans:
    'Bu tarihten sonra çalışma alanları açılamaz, yenisi oluşturulamaz. İçlerindeki hiçbir şey silinmez; oturum açmaya ve faturaları indirmeye devam edebilirsiniz. Başka ödeme olmaz.',
  resumeLink: 'İptali {date} tarihine kadar geri alabilirsiniz (yönetici olarak oturum açın):',
  resumedSubject: 'YouAreCoder: iptal geri alındı',
  resumedBody: '{by}, şirketinizin aboneliğinin iptalini geri aldı. Süre {date} tarihine kadar devam ediyor.',

  renewalSubject: 'YouAreCoder: {plan} {date} tarihine kadar ödendi, sıradaki ay ödenebilir',
  renewalBody:
    'Şirketinizin {plan} planı {date} tarihine kadar ödendi. Kesintisiz devam etmek için sonraki ayı o tarihten önce ödeyin.',
  nothingByItselfMail:
    'Kendiliğinden ücret alınmaz. Tutar bugünün tutarıdır; ödemeden önce yeniden gösterilir.',
  factCloses: 'Çalışma alanlarının kapanışı',
  payLink: 'Sonraki ayı ödeyin (yönetici olarak oturum açın):',
  cancelMailLink: 'Aboneliği iptal edin (yönetici olarak oturum açın):',
  trialSubject: 'YouAreCoder: deneme süreniz {date} tarihinde bitiyor',
  trialBody:
    'Şirketinizin deneme süresi {date} tarihinde bitiyor. Sonrasında, bir plan ödenene kadar çalışma alanları açılamaz. İçlerindeki hiçbir şey silinmez.',
  factTrialEnds: 'Denemenin bitişi',
  factMonthOf: 'Bir aylık {plan}, KDV dâhil',
  trialNothingByItself: 'Deneme ücretsizdir ve kendiliğinden ücretli plana dönüşmez.',
  choosePlanLink: 'Plan seçin (yönetici olarak oturum açın):',
  pastDueSubject: 'YouAreCoder: {plan} ödemesi gelmedi, çalışma alanları {date} tarihinde kapanıyor',
  pastDueBody:
    'Şirketinizin {plan} planının ödenmiş süresi bitti. Çalışma alanları {date} tarihine kadar açık kalır. O zamana kadar ödenen ay, ödenmiş sürenin bittiği anda başlar.',
  graceLimits:
    'O zamana kadar {plan} planının sınırları geçerlidir; büyük planın tam bir ayı ödenmemişti. Sınırı aşanlar kapanır, silinmez.',
  factEnded: 'Ödenen sürenin bitişi',
  suspendedSubject: 'YouAreCoder: bir plan ödenene kadar çalışma alanları kapalı',
  suspendedBody: 'Ödeme gelmediği için şirketinizin çalışma alanları {date} tarihinden beri kapalı.',
  suspendedMeans:
    'Hiçbir şey silinmedi. Oturum açabilir, çalışma alanlarını görebilir, faturaları indirebilirsiniz; bir plan ödenir ödenmez her şey yeniden açılır.',
  trialOverSubject: 'YouAreCoder: deneme süreniz bitti',
  trialOverBody: 'Şirketinizin deneme süresi {date} tarihinde bitti ve çalışma alanları kapandı.',

  changeTitle: '{plan} planına geçiş',
  changeIntro: 'Ödenmiş sürenizin sonundan itibaren: {date}',
  changeUntil: '{date} tarihine kadar her şey olduğu gibi kalır.',
  changeNoCharge: 'Şimdi ücret alınmaz. Sonraki ödeme küçük plan içindir ve o günden önce de yapılabilir.',
  changeLimits:
    'Küçük planda {workspaces, plural, other {# çalışma alanı}} ve {members, plural, other {# kişi}} vardır.',
  changeUndo: 'Ödenene kadar faturalama sayfasında geri alabilirsiniz.',
  overTitle:
    'Küçük planın sınırlarını aşan: {workspaces, plural, =0 {} other {# çalışma alanı}}{workspaces, select, 0 {} other {{members, select, 0 {} other {, }}}}{members, plural, =0 {} other {# kişi}}',
  overText:
    'Hiçbir şey silinmez. Sınırı aşanlar saklanır, o günden itibaren kapalı kalır ve plan büyüyünce yeniden açılır.',
  changeAction: '{plan} planına geç',
  changed: '{date} tarihinden itibaren plan: {plan}. Sonraki ödemeniz bu plan için olacak.',
  cannotChange:
    'Bu şimdi mümkün değil: daha büyük bir planın ödenmiş süresi yok ya da başka bir plan değişikliğinin ücreti ödenmiş.',
  chooseCurrency: '{currency} varsayılan para birimimiz olsun',
  chooseCurrencyHint: 'Fiyatlar ve hatırlatmalar şu anda {currency} cinsinden.',
  currencyChosen: 'Fiyatlar ve hatırlatmalar bundan sonra {currency} cinsinden olacak.',
  kept: 'Planınız olduğu gibi kalıyor.',
  changeAhead: '{date} tarihinden itibaren: {plan}',
  changePaid: 'Ödendi. O zamana kadar planınız olduğu gibi kalır.',
  changeWanted: 'Sonraki ödemeniz bu plan için olacak. O zamana kadar planınız olduğu gibi kalır.',
  keepPlan: 'Mevcut planda kal',
};
