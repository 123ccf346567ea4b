import type { Network } from '../networks.ts';
import { amexReasons, mastercardReasons, troyReasons, visaReasons } from './network-reasons.ts';
import type { ReasonFamily } from './reason-families.ts';

/** A reason for which a bank takes money back, in the words of the network and in plain ones. */
export interface ReasonCode {
  network: Network;
  code: string;
  family: ReasonFamily;
  tr: string;
  en: string;
  /** Folded into another code by the network, and still seen. */
  old?: true;
}

/** Every code that this desk knows. */
export const reasonCodes: readonly ReasonCode[] = [
  ...visaReasons,
  ...mastercardReasons,
  ...amexReasons,
  ...troyReasons,
];

/** A code of a network as a notice may write it: blanks and case do not count. */
export function findReason(network: Network | null, code: string): ReasonCode | undefined {
  const wanted = plain(code);
  return reasonCodes.find(
    (reason) => plain(reason.code) === wanted && (network === null || reason.network === network),
  );
}

/** The codes whose number or words contain every word that was typed, in the order of the list. */
export function searchReasons(text: string, locale: 'tr' | 'en'): ReasonCode[] {
  const words = text.trim().split(/\s+/).map(folded);
  return reasonCodes.filter((reason) => {
    const name = folded(`${reason.network} ${reason.code} ${reason[locale]} ${reason.family}`);
    return words.every((word) => name.includes(word));
  });
}

function plain(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9.-]/g, '');
}

/** Letters that are typed without their marks find those with them, and İ, I, i and ı find each other. */
function folded(text: string): string {
  return text.toLocaleLowerCase('tr').normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ı', 'i');
}
