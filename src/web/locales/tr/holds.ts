import type { holds as en } from '../en/holds.ts';

/** Turkish texts about disputes and legal holds; the English catalogue decides which keys exist. */
export const holds: Record<keyof typeof en, string> = {
  nav: 'Saklama kararları',
  title: 'İtirazlar ve saklama kararları',
  intro:
    'Bunlardan biri yürürlükteyken {company} şirketine ait hiçbir kanıt, ne kadar eski olursa olsun, silinmez.',
  adminNote:
    'Bir banka ödemeye itiraz ettiğinde ya da bir mahkeme veya makam kanıt istediğinde saklama kararını ekibimiz verir, dosya kapanınca kaldırır. Sizin bir şey yapmanız gerekmez.',
  overviewCount:
    '{count, plural, =0 {Açık dosya yok.} other {# açık dosya nedeniyle bu şirketin bütün kayıtları saklanıyor.}}',
  overviewAction: 'Saklama kararlarını göster',
  chooserCount: '{count, plural, =0 {Yürürlükte saklama kararı yok} other {Yürürlükte # saklama kararı var}}',
  chooserAction: 'Kararları göster',
  openTitle: 'Bütün şirketlerde yürürlükteki saklama kararları',
  openIntro: 'Kararları yürürlükte olduğu sürece bu şirketlere ait hiçbir kanıt silinmez.',
  openNoneText: 'Karar vermek için önce şirketi seçin.',

  lists: 'Saklama kararı listeleri',
  list_open: 'Yürürlükte',
  list_released: 'Kaldırılan',
  none_open: 'Yürürlükte karar yok',
  none_released: 'Henüz kaldırılan karar yok',
  noneText_open: 'Bu şirketin kayıtlarını olağan süresinden uzun saklamayı gerektiren bir karar yok.',
  noneText_released: 'Kaldırılan karar, kimin neden kaldırdığıyla birlikte burada kalır.',

  case: 'Dosya',
  kind: 'Tür',
  kind_dispute: 'Ödeme itirazı',
  'kind_legal-hold': 'Yasal saklama',
  kindMissing: 'Bir tür seçin.',
  reference: 'Dosya numarası',
  referenceHint: 'Bankanın veya mahkemenin yazdığı biçimde',
  referenceMissing: 'Dosya numarasını girin.',
  heldAlready: 'Bu dosya için yürürlükte bir karar var. Farklı bir karar için önce onu kaldırın.',
  about: 'İlgili',
  wholeCompany: 'Şirketin tamamı',
  person: 'Kişinin e-posta adresi',
  personHint: 'Dosya şirketin tamamıyla ilgiliyse boş bırakın. Her iki durumda da bütün kayıtlar saklanır.',
  personNobody: 'Bu şirkette bu adrese sahip kimse yok. Ayrılanlar da aranır.',
  reason: 'Gerekçe',
  reasonHint: 'Şirketin yöneticileri bunu okuyabilir.',
  reasonMissing: 'Kanıtın neden saklanması gerektiğini yazın.',
  placedAt: 'Verildi',
  releasedAt: 'Kaldırıldı',

  placeTitle: 'Saklama kararı verin',
  placeIntro: 'Hemen yürürlüğe girer ve bir görevli kaldırana kadar sürer.',
  place: 'Kararı ver',
  placed:
    '{reference} için saklama kararı verildi. Yürürlükte olduğu sürece şirkete ait hiçbir kanıt silinmez.',

  release: 'Kaldır',
  releaseTitle: '{reference} için saklama kararı kaldırılsın mı?',
  releaseText:
    'Bundan sonra {company} şirketinin yeterince eski kayıtları, yürürlükte başka bir karar yoksa, kalıcı olarak silinebilir.',
  releaseKept: 'Bu işlem geri alınamaz. Karar, kaldırılmış olarak listede kalır.',
  note: 'Kaldırma gerekçesi',
  noteHint: 'Örneğin dosyanın nasıl sonuçlandığı. Şirketin yöneticileri bunu okuyabilir.',
  noteMissing: 'Kararın neden kaldırıldığını yazın.',
  releaseConfirm: 'Kararı kaldır',
  released: '{reference} için saklama kararı kaldırıldı.',
  releasedBefore: '{reference} için saklama kararı daha önce kaldırılmıştı. Hiçbir şey değişmedi.',
};
