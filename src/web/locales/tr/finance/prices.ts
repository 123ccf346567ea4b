import type { prices as enPrices } from '../../en/finance/prices.ts';

export const prices: Record<keyof typeof enPrices, string> = {
  problem_not_priced: 'Şu anda {currency} ile fiyat yok.',
  problem_no_rate:
    '{currency} fiyatları Merkez Bankası (TCMB) kuruyla hesaplanır; elimizde henüz bir kur yok. Lütfen başka bir para birimi seçin.',
  problem_old_rate:
    '{currency} fiyatları Merkez Bankası (TCMB) kuruyla hesaplanır. Elimizdeki en yeni kur {date} tarihli, yani {days} günden eski; bu yüzden kullanmıyoruz. Lütfen başka bir para birimi seçin.',
};
