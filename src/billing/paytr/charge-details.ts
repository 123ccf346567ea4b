import { boundedText } from '../../storable-text.ts';
import { parseMajor } from './minor-units.ts';
import { answerText } from './request.ts';

/** The card and the way it was charged in a status answer, beside the amounts that decide. */
export interface ChargeDetails {
  /** As PayTR names it. Its documents have no such field: a bank is known by the BIN query only. */
  bank: string | null;
  /** 0 is a single payment (dev.paytr.com/durum-sorgu). Null when it was not told. */
  installmentCount: number | null;
  /** KART or EFT. */
  paymentType: string | null;
  /** PayTR's commission, and what it pays out, in minor units. */
  feeMinor: number | null;
  netMinor: number | null;
  /** The fields whose name speaks of 3-D Secure. PayTR's documents name none; whatever comes is kept. */
  threeD: Record<string, string> | null;
}

const BANK_FIELDS = ['banka', 'kart_banka', 'bank', 'card_bank', 'bank_name'];
const THREE_D = /3d|secure|eci|cavv|md_status/i;
const MAX_THREE_D = 10;
const MAX_LENGTH = 100;

/** Reads them from the JSON of a status answer. A field that is missing or unreadable is null. */
export function readChargeDetails(answer: Record<string, unknown>): ChargeDetails {
  const told = (name: string): string | null => {
    const text = boundedText(answerText(answer[name])?.trim() ?? '', MAX_LENGTH);
    return text === '' ? null : text;
  };
  const amount = (name: string): number | null => parseMajor(told(name) ?? '');
  const installments = told('taksit');
  const isCount = installments !== null && /^\d{1,2}$/.test(installments);
  const threeD = Object.keys(answer)
    .filter((name) => THREE_D.test(name))
    .slice(0, MAX_THREE_D)
    .flatMap((name): [string, string][] => {
      const text = told(name);
      return text === null ? [] : [[boundedText(name, MAX_LENGTH), text]];
    });
  return {
    bank: BANK_FIELDS.map(told).find((text) => text !== null) ?? null,
    installmentCount: isCount ? Number(installments) : null,
    paymentType: told('odeme_tipi'),
    feeMinor: amount('kesinti_tutari'),
    netMinor: amount('net_tutar'),
    threeD: threeD.length === 0 ? null : Object.fromEntries(threeD),
  };
}
