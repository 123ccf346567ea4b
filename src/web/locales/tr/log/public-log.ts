/** Turkish texts of the public page about the log of the evidence. ICU MessageFormat. */
export const publicLog = {
  title: 'Kanıt günlüğü',
  lede: 'Kayıtlarımızın sonradan değiştirilmediğini herkes nasıl görebilir?',
  haltedTitle: 'Şu anda yeni bir şey yayımlanmıyor',
  haltedText:
    'Günlüğün başka yerde saklanan bir kopyası buradakine uymuyor. Bunun nedeni açıklanana kadar hiçbir şey yayımlamıyoruz.',
  whatHeading: 'Nedir?',
  what: 'Kanıt olabilecek her kayıt (bir giriş, bir çalışma alanının kullanımı, kabul edilen bir sözleşme, bir ödeme) kendi şirketinin günlüğünde sıradaki yeri alır. Bütün yerlerin ortak parmak izi olan denetim noktası imzalanır ve dışarıya verilir.',
  proves:
    'Eski bir denetim noktası elinde olan herkes, ondan önceki hiçbir kaydın değiştirilmediğini, silinmediğini ve araya kayıt eklenmediğini doğrulayabilir. Yalnızca parmak izleri herkese açıktır; bunlardan kimse hakkında bir şey öğrenilemez.',
  provesNot:
    'Günlük, bir kaydın yazıldığı anda doğru olduğunu göstermez. Değişikliği de yalnızca dışarıda bir denetim noktası bulunan kişi görebilir; bu yüzden onları dağıtıyoruz.',
  newestHeading: 'Platformun en yeni denetim noktası',
  newest: '{size, plural, other {# kayıt}}, imzalandığı an:',
  checkpointLink: 'Denetim noktası, dosya olarak',
  none: 'Henüz yok: ilki, ilk kayıttan kısa süre sonra imzalanır.',
  keysHeading: 'Anahtarlar',
  keysText:
    'Denetim noktaları bu açık anahtarlarla doğrulanır. Bir anahtar, bir günden başka bir güne değil, platform günlüğünde bir yerden başka bir yere kadar geçerlidir; böylece eski bir anahtar yeni bir şey imzalayamaz. Bir şirketin günlüğü aynı anahtarı kendi adıyla taşır; her siparişin sözleşmesinde yazar.',
  keyFrom: '{from, number}. kayıttan itibaren',
  keyFromTo: '{from, number}. kayıttan {to, number}. kayda kadar',
  outsideHeading: 'Denetim noktalarının dışarıda saklandığı yerler',
  outsideText:
    'Platformun günlüğünde bütün şirketlerin en yeni denetim noktaları vardır; onun denetim noktası hepsinin yerine geçer.',
  outsideMails: 'Ödeme özetleri ve ödemelerle ilgili e-postalar, şirketin en yeni denetim noktasıyla biter.',
  stamped: 'Günde bir kez bağımsız bir kurum zaman damgası vurur (RFC 3161). En yenisi: {authority},',
  stampedByOurselves:
    'Günde bir kez zaman damgası alır, ancak damgayı bizden bağımsız olmayan bir kurum vurur. En yenisi: {authority},',
  notStamped: 'Henüz bir kurumdan zaman damgası alınmadı.',
  witnessed: 'Bir tanık, yalnızca öncekilerin devamı olanları imzalar. Tanığın anahtarı:',
  notWitnessed: 'İmzalayan bir tanık yok.',
  handedOutHeading: 'Kayıtların denetim noktası',
  handedOut:
    'Aşağıdaki satırları saklayın: şirketiniz hakkındaki kayıtlarımızın imzalı bir denetim noktasıdır. Ondan önce kaydedilen hiçbir şeyin değiştirilmediği ve silinmediği, sonradan bu satırlarla gösterilebilir. Ayrıntılar: {address}',
  monitorsHeading: 'İzleyenler için',
  monitorsText:
    'Her günlük C2SP tlog-tiles biçiminde okunabilir: en yeni denetim noktası ve 256’lık karolar hâlinde parmak izleri. Kayıtların kendisi herkese açık değildir. Bir günlüğün adı, denetim noktalarında yazar.',
};
