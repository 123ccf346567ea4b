import type { security as en } from '../en/security.ts';

/** Güvenlik olayları sayfası: platformun personeli içindir. */
export const security: Record<keyof typeof en, string> = {
  title: 'Güvenlik olayları',
  intro: 'Bütün şirketlerden ve giriş yapmamış ziyaretçilerden gelen, reddedilen istekler; en yenisi üstte.',
  bounded:
    'Her türün en yeni {slots, number} olayı saklanır, daha eskilerinin üzerine yazılır; bir adres aynı türden dakikada en çok {perMinute, number} olay bırakır. Bunun ötesi yalnızca security_events_total ölçümünde sayılır.',
  workspacesElsewhere: 'Çalışma alanları başka makinelerde çalışıyor.',
  workspacesApart:
    'Bu makinedeki her çalışma alanı kendi korumalı alanında (bubblewrap) çalışır: kendi dosyaları, /tmp klasörü ve süreçleri vardır.',
  network_own: 'Her birinin kendi ağı vardır: internete ulaşır, bu makineye ve özel ağlara ulaşamaz.',
  network_none: 'Hiçbirinin ağı yoktur.',
  network_shared:
    'Hepsi bu makinenin ağını, loopback adresindeki portlarla birlikte paylaşır (WORKSPACE_NETWORK: shared).',
  network_auto: 'Hangi ağa sahip oldukları henüz bilinmiyor.',
  workspacesTogether:
    'Bu makinedeki çalışma alanları korumalı alan olmadan çalışıyor (WORKSPACE_SANDBOX: none): /tmp klasörünü, süreç listesini ve makinenin portlarını paylaşıyorlar.',
  boundsOfGroups: 'Her birinin belleği, süreçleri ve işlemci süresi için kendi denetim grubu vardır.',
  boundsOfProcesses:
    'Hiçbirinin denetim grubu yok (WORKSPACE_CGROUP): bellek en fazla süreç başına sınırlıdır, işlemci süresi hiç sınırlı değildir.',
  disk_quota: 'Her birinin diski dosya sisteminin proje kotasıyla sınırlıdır.',
  disk_measured: 'Her birinin disk kullanımı ölçülür; izin verilenden fazlasını kullanan durdurulur.',
  disk_none: 'Disk kullanımları sınırlı değildir (WORKSPACE_DISK_MB).',
  chooserTitle: 'Reddedilen istekler',

  kind: 'Tür',
  allKinds: 'Bütün türler',
  counts: 'Şu anda saklanan',
  'kind_unsigned-callback': 'Geçerli imzası olmayan ödeme bildirimi',
  'kind_forged-request': 'Sahte form veya istek',
  'kind_access-refused': 'Reddedilen erişim',
  'kind_sign-in-refused': 'Reddedilen giriş',
  'kind_token-refused': 'Reddedilen erişim anahtarı',

  path: 'Yol',
  known: 'Ayrıntılar',
  utc: '{time} UTC',
  none: 'Güvenlik olayı yok',
  noneText: 'Şu ana kadar burada gösterilecek bir istek reddedilmedi.',
  noneOfKind: 'Bu türden olay yok',
  noneOfKindText: 'Başka bir tür seçin ya da bütün türleri gösterin.',
};
