import type { Locale } from '../../web/locales/catalogues.ts';
import type { Network } from '../networks.ts';
import { findReason, searchReasons } from '../reasons/reason-codes.ts';
import type { ReasonFamily } from '../reasons/reason-families.ts';

/** A code of a bank as the desk lists it. */
interface ListedReason {
  network: Network;
  code: string;
  family: ReasonFamily;
  /** Folded into another code, and still seen. */
  isOld: boolean;
  words: string;
}

/** The codes that contain each word that was typed, with their words in the reader's language. */
export function listReasons(search: string, locale: Locale): ListedReason[] {
  return searchReasons(search, locale).map(({ network, code, family, old, ...words }) => ({
    network,
    code,
    family,
    isOld: old === true,
    words: words[locale],
  }));
}

/** The code of a case with its words; the code alone when we do not know it. */
export function reasonWords(
  { network, reason_code: code }: { network: Network | null; reason_code: string | null },
  locale: Locale,
): string | null {
  if (code === null) return null;
  const words = findReason(network, code)?.[locale];
  return words === undefined ? code : `${code}: ${words}`;
}
