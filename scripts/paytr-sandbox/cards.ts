import { expectedBinHash, type SandboxStore } from './signatures.ts';

/**
 * PayTR's published test cards (dev.paytr.com/direkt-api/test-kart-bilgileri). The banks are those that issue
 * cards of these programmes; the codes are those of Turkish banks.
 */
export const TEST_CARDS: readonly {
  number: string;
  brand: string;
  bank: string;
  bankCode: string;
  scheme: string;
}[] = [
  { number: '4355084355084358', brand: 'AXESS', bank: 'Akbank', bankCode: '0046', scheme: 'VISA' },
  {
    number: '5406675406675403',
    brand: 'MAXIMUM',
    bank: 'İş Bankası',
    bankCode: '0064',
    scheme: 'MASTERCARD',
  },
  { number: '9792030394440796', brand: 'PARAF', bank: 'Halkbank', bankCode: '0012', scheme: 'TROY' },
];

/** The CVV of every test card. */
export const TEST_CVV = '000';

/** The card form as the payer typed it. */
export interface CardForm {
  cc_owner: string;
  card_number: string;
  expiry: string;
  cvv: string;
}

/** A field of the card form that is refused. */
export type CardFault = keyof CardForm;

/**
 * Every wrong field. Without any, the card is one of PayTR's test cards; the name and the expiry may be
 * anything.
 */
export function findCardFaults(form: CardForm): CardFault[] {
  const faults: CardFault[] = [];
  if (form.cc_owner.trim() === '' || form.cc_owner.length > 50) faults.push('cc_owner');
  if (!findTestCard(form.card_number)) faults.push('card_number');
  if (!/^\s*(0?[1-9]|1[0-2])\s*\/\s*(20)?\d{2}\s*$/.test(form.expiry)) faults.push('expiry');
  if (form.cvv.trim() !== TEST_CVV) faults.push('cvv');
  return faults;
}

/** The test card with this number. Spaces are ignored. */
export function findTestCard(cardNumber: string): (typeof TEST_CARDS)[number] | undefined {
  const digits = cardNumber.replace(/\s/g, '');
  return TEST_CARDS.find((card) => card.number === digits);
}

/** A card number as PayTR masks it in its answers: 435508AAA4358. */
export function maskPan(cardNumber: string): string {
  return `${cardNumber.slice(0, 6)}AAA${cardNumber.slice(-4)}`;
}

/** A card number in groups of four, as printed on the card. */
export function groupPan(cardNumber: string): string {
  return cardNumber.replace(/(\d{4})(?=\d)/g, '$1 ');
}

/**
 * PayTR's answer to a BIN query: only the test cards are known. Source:
 * dev.paytr.com/direkt-api/bin-sorgulama-servisi. The texts of the errors are ours.
 */
export function answerBinQuery(store: SandboxStore, fields: Record<string, string>): Record<string, string> {
  const binNumber = fields['bin_number'] ?? '';
  if (fields['merchant_id'] !== store.merchantId)
    return { status: 'error', err_msg: 'Gecersiz istek veya magaza aktif degil' };
  if (!/^(\d{6}|\d{8})$/.test(binNumber))
    return { status: 'error', err_msg: 'bin_number 6 veya 8 haneli olmalidir' };
  if (fields['paytr_token'] !== expectedBinHash(store, binNumber))
    return { status: 'error', err_msg: 'paytr_token gonderilmedi veya gecersiz' };
  const card = TEST_CARDS.find(({ number }) => number.startsWith(binNumber));
  if (card === undefined) return { status: 'failed' };
  return {
    status: 'success',
    cardType: 'credit',
    businessCard: 'n',
    bank: card.bank,
    brand: card.brand.toLowerCase(),
    schema: card.scheme,
    bankCode: card.bankCode,
    allow_non3d: 'N',
  };
}
