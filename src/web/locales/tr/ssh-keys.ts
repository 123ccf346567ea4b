import type { sshKeys as en } from '../en/ssh-keys.ts';

/** SSH anahtarları: bir kişinin terminalden çalışma alanlarına girmek için kullandıkları. */
export const sshKeys: Record<keyof typeof en, string> = {
  title: 'SSH anahtarları',
  intro:
    'Anahtarınızla çalışma alanlarınıza SSH üzerinden bağlanırsınız: terminalden ve scp, git gibi programlarla.',
  emptyTitle: 'Henüz anahtar yok',
  emptyText: 'Kullandığınız her bilgisayarın açık anahtarını ekleyin.',
  tableLabel: 'SSH anahtarlarınız',
  label: 'Ad',
  labelHint: 'Hangi bilgisayar olduğunu gösterir. Boş bırakırsanız anahtarın sonundaki açıklama kullanılır.',
  labelMissing: 'Anahtara bir ad verin.',
  fingerprint: 'Parmak izi',
  lastUse: 'Son kullanım',
  neverUsed: 'Hiç',
  addedOn: 'Eklenme tarihi',

  addTitle: 'Yeni anahtar',
  addIntro: 'Bir anahtar yalnızca bir kişiye aittir. Özel yarısı bilgisayarınızda kalır.',
  key: 'Açık anahtar',
  keyHint:
    'id_ed25519.pub gibi bir dosyanın tek satırı. Böyle bir dosya yoksa ssh-keygen -t ed25519 oluşturur.',
  keyMissing: 'Bir açık anahtar yapıştırın.',
  add: 'Anahtar ekle',
  added: '“{label}” eklendi.',
  tooMany: 'En çok {max} anahtarınız olabilir. Artık gerekmeyen birini kaldırın.',
  faultPrivate:
    'Bu bir özel anahtar. Onu saklamadık, ama bilgisayarınızdan çıkmamalıydı: başka bir yere de gittiyse yenisini oluşturun. Buraya .pub ile biten dosyanın içeriği yapıştırılır.',
  faultLines:
    'Açık anahtar tek satırdır. .pub ile biten dosyanın içeriğini, her seferinde bir anahtar olarak yapıştırın.',
  faultOptions: 'Anahtarın önündeki bölümü silin: anahtar, ssh-ed25519 veya ssh-rsa gibi türüyle başlar.',
  faultType:
    'Bu anahtar türü desteklenmiyor. Ed25519, ECDSA, RSA ve güvenlik anahtarındaki (FIDO) anahtarlar kabul edilir.',
  faultBroken: 'Bu anahtar eksik ya da bozuk: bir parçası kaybolmuş veya fazladan bir şey eklenmiş olabilir.',
  faultRsa: 'Bu RSA anahtarı çok kısa. En az 2048 bit gerekir; Ed25519 anahtarı daha iyidir.',
  faultOwn: 'Bu anahtarı daha önce eklediniz.',
  faultTaken: 'Bu anahtar zaten kullanılıyor. Bu hesap için yeni bir anahtar oluşturun.',

  remove: 'Kaldır',
  removeWhich: '{label} anahtarını kaldır',
  removeTitle: 'SSH anahtarını kaldır',
  removeText: 'Bu anahtarla artık bağlanılamaz; onunla kurulmuş bağlantılar saniyeler içinde sona erer.',
  removeConfirm: 'Anahtarı kaldır',
  removed: '“{label}” kaldırıldı. Bu anahtarla artık bağlanılamaz.',

  proven: 'Kanıtlandı',
  unproven: 'Kanıtlanmadı',
  prove: 'Kanıtla',
  proveWhich: '{label} anahtarının size ait olduğunu kanıtlayın',
  proveTitle: '“{label}” anahtarının size ait olduğunu kanıtlayın',
  proveIntro:
    'Anahtarın özel yarısıyla bir metni imzalayın. Bu, anahtarın gerçekten sizde olduğunu gösterir; bir anlaşmazlıkta onunla yapılanlar daha güçlü kanıt olur.',
  proveStep1: 'Anahtarın bulunduğu bilgisayarda, bir terminalde 15 dakika içinde şunu çalıştırın:',
  proveFile: 'Özel anahtar başka bir dosyadaysa satırın sonunu değiştirin.',
  signature: 'İmza',
  signatureHint: 'Komutun yazdığı her şey: BEGIN SSH SIGNATURE satırından END SSH SIGNATURE satırına kadar.',
  signatureMissing: 'İmzayı yapıştırın.',
  proveButton: 'İmzayı denetle',
  proveNote: 'Özel anahtar bilgisayarınızdan çıkmaz. Kanıtlanmamış bir anahtar da çalışma alanlarınızı açar.',
  provenOn: 'Bu anahtarın size ait olduğunu {date} tarihinde kanıtladınız.',
  wasProven: 'İmza doğru: anahtarın size ait olduğu kanıtlandı.',
  proof_over: '15 dakikadan uzun sürdü. İmzalamanız için yeni bir metin hazırlandı.',
  proof_unreadable: 'Bu bir imza değil veya bir parçası eksik. Komutun yazdığı her şeyi kopyalayın.',
  'proof_other-key': 'Bu imza başka bir anahtarla atılmış. Komutun sonunda bu anahtarın dosyasını yazın.',
  'proof_other-namespace':
    'Bu imza başka bir amaç için atılmış. Komuttaki -n {namespace} kısmını değiştirmeyin.',
  proof_wrong: 'Bu imza uymuyor. Komutu burada yazdığı gibi çalıştırın ve yanıtının tamamını kopyalayın.',
};
