import type { holds as en } from '../en/holds.ts';

/** Turkish texts about disputes and legal holds; the English catalogue decides which keys exist. */
export const holds: Record<keyof typeof en, string> = {
  nav: 'Kayıt korumaları',
  title: 'İtirazlar ve kayıt korumaları',
  intro:
    'Bunlardan biri yürürlükteyken {company} şirketine ait hiçbir kanıt, ne kadar eski olursa olsun, silinmez.',
  adminNote:
    'Bir banka ödemeye itiraz ettiğinde ya da bir mahkeme veya resmî makam kanıt istediğinde kayıt korumasını ekibimiz başlatır, dosya kapanınca kaldırır. Sizin bir şey yapmanız gerekmez.',
  overviewCount:
    '{count, plural, =0 {Açık dosya yok.} other {# açık dosya nedeniyle bu şirketin bütün kayıtları saklanıyor.}}',
  overviewAction: 'Kayıt korumalarını göster',
  chooserCount: '{count, plural, =0 {Yürürlükte kayıt koruması yok} other {Yürürlükte # kayıt koruması var}}',
  chooserAction: 'Korumaları göster',
  openTitle: 'Bütün şirketlerde yürürlükteki kayıt korumaları',
  openIntro: 'Koruma sürdüğü sürece bu şirketlere ait hiçbir kanıt silinmez.',
  openNoneText: 'Korumayı başlatmak için önce şirketi seçin.',

  lists: 'Kayıt koruması listeleri',
  list_open: 'Yürürlükte',
  list_released: 'Kaldırılan',
  none_open: 'Yürürlükte koruma yok',
  none_released: 'Henüz kaldırılan koruma yok',
  noneText_open: 'Bu şirketin kayıtlarını olağan süresinden uzun saklamayı gerektiren bir koruma yok.',
  noneText_released: 'Kaldırılan koruma, kimin neden kaldırdığıyla birlikte burada kalır.',

  case: 'Dosya',
  kind: 'Tür',
  kind_dispute: 'Ödeme itirazı',
  'kind_legal-hold': 'Yasal koruma',
  kindMissing: 'Bir tür seçin.',
  reference: 'Dosya numarası',
  referenceHint: 'Bankanın veya mahkemenin yazdığı biçimde',
  referenceMissing: 'Dosya numarasını girin.',
  heldAlready: 'Bu dosya için yürürlükte bir koruma var. Farklı bir koruma için önce onu kaldırın.',
  about: 'Kapsam',
  wholeCompany: 'Şirketin tamamı',
  person: 'Kişinin e-posta adresi',
  personHint: 'Dosya şirketin tamamıyla ilgiliyse boş bırakın. Her iki durumda da bütün kayıtlar saklanır.',
  personNobody: 'Bu şirkette bu adrese sahip kimse yok. Ayrılanlar da aranır.',
  reason: 'Gerekçe',
  reasonHint: 'Şirketin yöneticileri bunu okuyabilir.',
  reasonMissing: 'Kanıtın neden saklanması gerektiğini yazın.',
  placedAt: 'Başlangıç',
  releasedAt: 'Kaldırıldı',

  placeTitle: 'Kayıt koruması başlatın',
  placeIntro: 'Hemen yürürlüğe girer ve bir görevli kaldırana kadar sürer.',
  place: 'Korumayı başlat',
  placed:
    '{reference} için kayıt koruması başlatıldı. Yürürlükte olduğu sürece şirkete ait hiçbir kanıt silinmez.',

  release: 'Kaldır',
  releaseTitle: '{reference} için kayıt koruması kaldırılsın mı?',
  releaseText:
    'Bundan sonra {company} şirketinin yeterince eski kayıtları, yürürlükte başka bir koruma yoksa, kalıcı olarak silinebilir.',
  releaseKept: 'Bu işlem geri alınamaz. Koruma, kaldırılmış olarak listede kalır.',
  note: 'Kaldırma gerekçesi',
  noteHint: 'Örneğin dosyanın nasıl sonuçlandığı. Şirketin yöneticileri bunu okuyabilir.',
  noteMissing: 'Korumanın neden kaldırıldığını yazın.',
  releaseConfirm: 'Korumayı kaldır',
  released: '{reference} için kayıt koruması kaldırıldı.',
  releasedBefore: '{reference} için kayıt koruması daha önce kaldırılmıştı. Hiçbir şey değişmedi.',
};
