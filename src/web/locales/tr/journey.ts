/** Turkish texts about the journey of a person and the use of a company. ICU MessageFormat. */
export const journey = {
  link: 'Zaman çizelgesi',
  title: '{name}: zaman çizelgesi',
  subtitle:
    'Bu kişi hakkında bilinen her şey tek bir zaman çizgisinde, eskiden yeniye: kanıt dosyasındaki bilgilerin aynısı, e-postalar ve itirazlar.',
  kind: 'Tür',
  'kind_sign-ins': 'Girişler',
  kind_account: 'Hesap',
  kind_workspaces: 'Çalışma alanları',
  kind_sessions: 'Kullanım',
  kind_payments: 'Ödemeler',
  kind_acceptances: 'Onaylar',
  kind_cases: 'İtirazlar',
  case: '{order} siparişi hakkında itiraz {name}',
  kind_mails: 'E-postalar',
  kind_others: 'Görevliler ve indirmeler',
  counts:
    'Bu sürede: {audit_logs, number} denetim kaydı, {workspace_sessions, number} oturum, {payments, number} ödeme, {invoices, number} ödeme özeti, {acceptances, number} onay, {mails, number} e-posta.',
  cut: 'Her listenin en yeni {max, number} kaydı gösteriliyor. Daha kısa bir süre seçin veya hepsini içeren kanıt dosyasını indirin.',
  emptyTitle: 'Bu sürede bir şey yok',
  empty: 'Başka bir tür veya daha uzun bir süre seçin.',
  accepted: 'Kabul etti: {document}, sürüm {version}',
  document_terms: 'kullanım koşulları',
  document_privacy: 'aydınlatma metni',
  joined: 'Şirkete katıldı',
  left: 'Şirketten ayrıldı',
  session: '{workspace} çalışma alanını kullandı',
  use: 'bağlı {most}, etkin {least}',
  useUnknown: 'kullanım sayılmadı',
  payment: '{amount} tutarında ödeme, sipariş {order}',
  paid: 'ödendi',
  notPaid: 'ödenmedi',
  mail: 'E-posta: “{subject}”',
};

/** Turkish texts about how a company uses its workspaces. ICU MessageFormat. */
export const usage = {
  title: 'Kullanım',
  subtitle:
    'Şirketin çalışma alanlarını ne kadar kullandığı: en çok (bağlı) ve en az (etkin). Günler ve aylar İstanbul saatine göredir.',
  csv: 'CSV indir',
  perHour: 'Etkin bir saatin maliyeti',
  perHourHint: 'Bu ay ödenen {paid}, etkin saatlere bölündü',
  nothingPaid: 'Bu ay bir ödeme yapılmadı',
  chart: 'Günlere göre kullanım',
  chartText:
    'Her çubuk bir gündür: geniş olan bağlı, dar olan etkin süredir. Aşağıdaki tabloda aynı sayılar vardır.',
  axisHours: '{count, number} sa',
  axisMinutes: '{count, number} dk',
  people: 'Kişilere göre',
  workspaces: 'Çalışma alanlarına göre',
  name: 'Ad',
  absent: '{days} gündür gelmeyenler',
  nobodyAbsent: 'En az {days} gündür burada olup uzak kalan kimse yok.',
  never: 'hiç',
};
