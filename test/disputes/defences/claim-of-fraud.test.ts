import { describe, expect, it } from 'vitest';
import { claimOfFraud } from '../../../src/disputes/reasons/claim-of-fraud.ts';

describe('a claim that somebody else paid', () => {
  it.each([
    ['Kartım çalındı, bu ödemeyi ben yapmadım.', 'Kartım çalındı, bu ödemeyi ben yapmadım'],
    ['Hizmet gelmedi. Bu işlemi yapmadım!', 'Bu işlemi yapmadım'],
    ['KARTIM ÇALINMIŞ', 'KARTIM ÇALINMIŞ'],
    ['Tutar bilgim dışında çekildi', 'Tutar bilgim dışında çekildi'],
    ['I did not make this payment. Help', 'I did not make this payment'],
    ['My card was stolen in May', 'My card was stolen in May'],
    ['The charge was not authorised by me', 'The charge was not authorised by me'],
  ])('is found and quoted word for word: %s', (claim, quote) => {
    expect(claimOfFraud(claim)).toBe(quote);
  });

  it.each([
    'İptal başvurusu yapmadım ama kullanmadım da',
    'Ödeme iptali yapmadım',
    'İade talebi yapmadım',
    'I did not make use of the service',
    'I did not make a refund request',
    'Your company is a fraud: nothing works',
    'Beni dolandırdınız, hizmet çalışmıyor',
    'My card was not stolen',
    'Sahte bir reklam gördüm',
    '',
  ])('is not read into other words: %s', (claim) => {
    expect(claimOfFraud(claim)).toBeNull();
  });
});
