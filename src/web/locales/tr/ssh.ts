import type { ssh as en } from '../en/ssh.ts';

/** Terminalde görünenler ve çalışma alanı sayfasında terminal için yazanlar. */
export const ssh: Record<keyof typeof en, string> = {
  title: 'Terminalden bağlanma',
  text: 'Bunu ~/.ssh/config dosyasına ekleyin. Sonra “ssh {label}” çalışma alanında bir komut satırı açar; scp, sftp, rsync ve git de aynı yoldan çalışır.',
  keysText: 'Bunun için hesabınızda bir SSH anahtarı bulunmalıdır.',
  keysLink: 'SSH anahtarları',
  config: '~/.ssh/config için satırlar',
  off: 'Bu hizmette SSH henüz kurulmadı; anahtarlar şimdilik kullanılamaz.',

  refused_unknown: 'Böyle bir çalışma alanınız yok. ssh ayarlarınızdaki SetEnv WORKSPACE satırına bakın.',
  refused_none: 'Henüz çalışma alanınız yok. Tarayıcıda bir tane oluşturun: {url}',
  refused_several: 'Hangi çalışma alanını istediğinizi ssh ayarlarınızda SetEnv WORKSPACE ile belirtin:',
  refused_tooMany: 'Çok fazla açık bağlantınız var. Önce birkaçını kapatın.',
  refused_tooOften: 'Bir dakika içinde çok fazla bağlantı açtınız. Biraz bekleyip yeniden deneyin.',
  refused_pass: 'Bağlantının başlaması çok uzun sürdü. Lütfen yeniden deneyin.',
  refused_removed: 'Bu anahtar hesabınızdan kaldırıldı.',
  refused_deactivated: 'Erişiminiz şirketinizin bir yöneticisi tarafından sona erdirildi.',
  refused_notAllowed: 'Bu çalışma alanını kullanma izniniz artık yok.',
  refused_noSecondFactor: 'Şirketiniz ikinci adım istiyor. Önce tarayıcıda ikinci adımı ekleyin: {url}',
  refused_notAccepted: 'Önce tarayıcıda güncel koşulları okuyup kabul edin: {url}',
  refused_lapsed: 'Şirketinizin aboneliği sona erdi, bu yüzden çalışma alanları kapalı.',
  refused_overLimit:
    'Şirketinizin planında bu çalışma alanına yer yok, bu yüzden kapalı. İçindeki hiçbir şey silinmedi.',
  refused_stopped: 'Bu çalışma alanı çalışmıyor. Tarayıcıda başlatın: {url}',
  refused_deleted: 'Bu çalışma alanı silindi.',
  refused_shutdown: 'Platform kapatıldı.',
  refused_lost: 'Platform yeniden başlatıldı ve bu bağlantıyı artık tanımıyor.',
};
