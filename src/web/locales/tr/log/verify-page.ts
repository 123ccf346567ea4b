/** Turkish texts of the public page that verifies evidence files. ICU MessageFormat. */
export const verifyPage = {
  title: 'Kanıt dosyasını doğrulayın',
  lede: 'Dosya tarayıcınızda doğrulanır. Yüklenmez; hakkında hiçbir bilgi cihazınızdan çıkmaz.',
  bundle: 'Kanıt dosyası',
  bundleHint: 'İndirildiği hâliyle JSON ya da NDJSON.',
  dropHint: 'Dosyayı buraya bırakabilirsiniz.',
  policy: 'İlkeler (isteğe bağlı)',
  policyHint:
    'İki satırlık bir metin dosyası: “log” ile ardından günlüğün anahtarı, ve “quorum none”. Anahtarı kanıt dosyasından değil; sözleşmeden, bir e-postadan ya da başka bir kaynaktan alın. İlkeler olmadan dosyanın içindeki anahtar olduğu gibi kabul edilir.',
  submit: 'Doğrula',
  working: 'İlerleme',
  failed: 'Dosya bu tarayıcıda okunamadı. Aşağıdaki programı kullanın.',
  resultHeading: 'Sonuç',
  programHeading: 'Kendi bilgisayarınızda',
  programText:
    'Aynı program bu sayfa ve ağ olmadan da çalışır: okunabilir kodlu tek bir dosya; Node 20.12 ya da daha yenisi dışında bir şey gerekmez.',
  command: 'node verify.mjs bundle.json --policy policy.txt --lang tr',
  programLink: 'verify.mjs dosyasını indir',
  meaningHeading: 'Sonuç ne demek',
  verifiedMeans:
    '“doğrulandı”: Anahtarı ilkelerinizde yazan bir günlük, sayılan her kaydı dosyadaki hâliyle içeriyor.',
  agreesMeans:
    '“içindeki anahtarla uyuşuyor”: Aynısı; ama herkes bir anahtar üretebilir. Ancak anahtarı başka bir kaynaktakiyle karşılaştırırsanız bir şey kanıtlar.',
  failedMeans: '“doğrulanamadı”: Bir şey uyuşmuyor; ilk uyuşmayan yer yazılır.',
  limits:
    'Günlük, sonradan hiçbir şeyin değiştirilmediğini kanıtlar. Yazılanın doğru olduğunu ya da dosyada bulunmayan bir kaydın başkasına ait olduğunu kanıtlamaz. Zaman, ancak ilkelerinizde yazan bir kurumun zaman damgasıyla geçerlidir.',
  trust:
    'Bu sayfa satıcıdan gelir. Satıcıya güvenmiyorsanız programı okuyun, kendi bilgisayarınızda çalıştırın; anahtarı ve eski denetim noktalarını başka yerden alın.',
};
