import type { ReasonCode } from './reason-codes.ts';

type Line = [code: string, family: ReasonCode['family'], tr: string, en: string, old?: 'old'];

function listOf(network: ReasonCode['network'], lines: readonly Line[]): ReasonCode[] {
  return lines.map(([code, family, tr, en, old]) => ({
    network,
    code,
    family,
    tr,
    en,
    ...(old === undefined ? {} : { old: true }),
  }));
}

/** Visa's dispute conditions that can reach a service sold on the web. */
export const visaReasons = listOf('visa', [
  ['10.4', 'fraud', 'Kart yokken yapılan işlemi ben yapmadım', 'I did not make this online payment'],
  ['11.1', 'authorization', 'Kart yasaklı listedeydi', 'The card was on a list of blocked cards'],
  ['11.2', 'authorization', 'Provizyon reddedilmişti', 'The authorization had been declined'],
  ['11.3', 'authorization', 'Provizyon yok ya da geç alındı', 'No authorization, or a late one'],
  ['12.5', 'amount', 'Tutar yanlış', 'The amount is wrong'],
  ['12.6.1', 'duplicate', 'Aynı işlem iki kez çekildi', 'I was charged twice'],
  ['12.6.2', 'duplicate', 'Başka bir yolla ödemiştim', 'I had paid another way'],
  ['13.1', 'not_received', 'Hizmeti almadım', 'I did not get the service'],
  ['13.2', 'cancelled', 'Düzenli ödemeyi iptal etmiştim', 'I had cancelled the recurring payment'],
  [
    '13.3',
    'not_as_described',
    'Anlatılan gibi değildi ya da kusurluydu',
    'It was not as described, or faulty',
  ],
  ['13.5', 'not_as_described', 'Koşullar yanıltıcıydı', 'The terms were misleading'],
  ['13.6', 'credit_not_processed', 'Söz verilen iade yapılmadı', 'The promised refund was not made'],
  ['13.7', 'cancelled', 'İptal ettim, iade almadım', 'I cancelled and got no refund'],
]);

/** Mastercard's codes; several old ones are folded into 4853 and still seen at processors. */
export const mastercardReasons = listOf('mastercard', [
  ['4837', 'fraud', 'Kart hamilinin onayı yok', 'No authorization by the cardholder'],
  [
    '4853',
    'general',
    'Kart hamili itirazı (hizmet, iptal, iade)',
    'Cardholder dispute (service, cancellation, refund)',
  ],
  [
    '4853-NP',
    'not_received',
    'Kart hamili itirazı: hizmet verilmedi',
    'Cardholder dispute: service not provided',
  ],
  [
    '4853-ND',
    'not_as_described',
    'Kart hamili itirazı: anlatılan gibi değil',
    'Cardholder dispute: not as described',
  ],
  [
    '4853-RC',
    'cancelled',
    'Kart hamili itirazı: iptal edilen düzenli ödeme',
    'Cardholder dispute: recurring payment cancelled',
  ],
  [
    '4853-CR',
    'credit_not_processed',
    'Kart hamili itirazı: iade yapılmadı',
    'Cardholder dispute: refund not processed',
  ],
  [
    '4841',
    'cancelled',
    'İptal edilen düzenli ödeme ya da dijital ürün',
    'Cancelled recurring payment or digital goods',
    'old',
  ],
  ['4855', 'not_received', 'Mal ya da hizmet verilmedi', 'Goods or services not provided', 'old'],
  ['4860', 'credit_not_processed', 'İade işlenmedi', 'Credit not processed', 'old'],
  ['4834', 'duplicate', 'Aynı işlem iki kez', 'The same transaction twice'],
  ['4831', 'amount', 'Tutar farklı', 'The amount differs'],
  ['4846', 'amount', 'Para birimi yanlış', 'The currency is wrong'],
  ['4863', 'unrecognized', 'Kart hamili hatırlamıyor', 'The cardholder does not recognize it', 'old'],
]);

/** American Express. */
export const amexReasons = listOf('amex', [
  ['F29', 'fraud', 'Kart yokken sahtecilik', 'Fraud without the card'],
  [
    'F24',
    'fraud',
    'Kart hamilinin izin vermediği ek çekim',
    'Further charge that the cardmember did not allow',
  ],
  ['C08', 'not_received', 'Mal ya da hizmet alınmadı', 'Goods or services not received'],
  ['C28', 'cancelled', 'İptal edilen düzenli ödeme', 'Cancelled recurring payment'],
  ['C05', 'cancelled', 'Mal ya da hizmet iptal edildi', 'Goods or services cancelled'],
  ['C02', 'credit_not_processed', 'İade işlenmedi', 'Credit not processed'],
  ['C04', 'credit_not_processed', 'Mal ya da hizmet geri verildi', 'Goods or services returned'],
  ['C31', 'not_as_described', 'Anlatılan gibi değil', 'Not as described'],
  ['C32', 'not_as_described', 'Hasarlı ya da kusurlu', 'Damaged or defective'],
  ['C14', 'duplicate', 'Başka bir yolla ödendi', 'Paid by other means'],
  ['P08', 'duplicate', 'Aynı işlem iki kez', 'Charged twice'],
  ['P05', 'amount', 'Tutar yanlış', 'The amount is wrong'],
  ['P23', 'amount', 'Para birimi yanlış', 'The currency is wrong'],
  ['A02', 'authorization', 'Geçerli provizyon yok', 'No valid authorization'],
  ['R03', 'general', 'Yanıt yetersiz', 'The reply was not sufficient'],
  ['R13', 'general', 'Yanıt verilmedi', 'There was no reply'],
  ['FR2', 'fraud', 'Sahtecilik geri alma programı', 'Fraud recourse programme (hard to contest)'],
  [
    'FR4',
    'fraud',
    'Anında sahtecilik geri alma programı',
    'Immediate fraud recourse programme (hard to contest)',
  ],
  [
    'FR6',
    'fraud',
    'Kısmi sahtecilik geri alma programı',
    'Partial fraud recourse programme (hard to contest)',
  ],
]);

/** The kinds of objections at Turkish banks (BKM, Troy): names, since the codes are unconfirmed. */
export const troyReasons = listOf('troy', [
  ['HATIRLAMAMA', 'unrecognized', 'Hatırlamama: işlemi tanımıyorum', 'I do not recognize the transaction'],
  ['DOLANDIRICILIK', 'fraud', 'Kart hamili onayı dışında, dolandırıcılık', 'Without the cardholder, fraud'],
  ['TEMIN-EDILMEDI', 'not_received', 'Ürün ya da hizmet temin edilmedi', 'Product or service not provided'],
  ['AYIPLI', 'not_as_described', 'Ayıplı ya da farklı', 'Defective or different'],
  ['IPTAL', 'cancelled', 'İptal edildi', 'Cancelled'],
  ['IADE', 'credit_not_processed', 'İade yapılmadı', 'Refund not made'],
  ['MUKERRER', 'duplicate', 'Mükerrer çekim', 'Charged twice'],
  ['TUTAR', 'amount', 'Tutar farklı', 'The amount differs'],
  ['PROVIZYON', 'authorization', 'Provizyon yok', 'No authorization'],
]);
