import type { tokens as en } from '../en/tokens.ts';

/** Erişim anahtarları: programların bir kişi adına kullandıkları. */
export const tokens: Record<keyof typeof en, string> = {
  title: 'Erişim anahtarları',
  intro:
    'Bir betik veya araç, anahtarla API’yi sizin adınıza kullanır. Her birine ayrı bir anahtar ve yalnızca gereken izinleri verin.',
  emptyTitle: 'Henüz anahtar yok',
  emptyText: 'API’yi bir betikte, derlemede veya kendi aracınızda kullanmak için bir anahtar oluşturun.',
  tableLabel: 'Erişim anahtarlarınız',
  name: 'Ad',
  nameHint: 'Anahtarı sonradan tanımanız için; örneğin “gece derlemesi”.',
  scopes: 'İzinler',
  validUntil: 'Son geçerlilik',
  lastUse: 'Son kullanım',
  neverUsed: 'Hiç',
  state: 'Durum',
  state_usable: 'Geçerli',
  state_expired: 'Süresi doldu',
  state_revoked: 'Geri alındı',
  createdOn: 'Oluşturulma tarihi',
  pageText: 'En yenisi üstte',
  revoke: 'Geri al',
  revokeWhich: '{name} anahtarını geri al',
  revoked: '“{name}” geri alındı. Bu anahtarı kullanan programlar artık reddedilir.',
  revokedBefore: '“{name}” daha önce geri alınmıştı.',

  createTitle: 'Yeni anahtar',
  createIntro:
    'Anahtarın yetkisi sizinkini aşamaz; yalnızca hesabınız ve şirketinizin aboneliği geçerliyken çalışır.',
  create: 'Anahtar oluştur',
  days: 'Geçerlilik süresi',
  daysOption: '{days} gün',
  scope_workspacesRead: 'Çalışma alanlarını görme',
  scope_workspacesWrite: 'Çalışma alanı oluşturma ve silme',
  scope_sessionsRead: 'Oturumlarınızı görme',
  scope_sessionsWrite: 'Oturum açma, sürdürme ve bitirme',
  nameMissing: 'Anahtara bir ad verin.',
  scopesMissing: 'Anahtar için en az bir izin seçin.',
  tooMany: 'En çok {max} geçerli anahtarınız olabilir. Artık gerekmeyen birini geri alın.',

  createdTitle: 'Yeni anahtarınız',
  createdOnce: 'Şimdi kopyalayın: yalnızca bu kez gösterilir.',
  createdText:
    'Yalnızca parmak izini sakladığımız için anahtarı yeniden gösteremeyiz. Parola gibi koruyun: ele geçiren kişi {until} tarihine kadar sizin adınıza işlem yapabilir.',
  token: '“{name}” anahtarı',
  done: 'Kopyaladım',
};
