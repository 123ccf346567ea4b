import type { Format } from '../../web/format.ts';
import type { CardFacts } from './queries.ts';

/** The gateway puts letters in the place of the digits that it hides. */
const HIDDEN = /\D+/g;

/** The digits of a card number that the gateway shows, with dots for the others. */
export function shownDigits(maskedPan: string): string {
  return maskedPan.replaceAll(HIDDEN, '••••••');
}

/** The card that paid, as terms and values for a page or a printed paper. The untold has no row. */
export function cardRows(format: Format, card: CardFacts): { term: string; value: string }[] {
  const { t } = format;
  const pan = card.masked_pan === null ? null : shownDigits(card.masked_pan);
  const threeD = Object.entries(card.three_d ?? {}).map(([name, text]) => `${name}: ${text}`);
  const rows = [
    { term: t('consent.card'), value: [pan, card.card_brand, card.card_scheme].filter(Boolean).join(' · ') },
    { term: t('consent.cardBank'), value: card.card_bank ?? '' },
    { term: t('consent.cardInstallments'), value: installments(format, card.installment_count) },
    { term: t('consent.cardThreeD'), value: threeD.join(', ') },
  ];
  return rows.filter(({ value }) => value !== '');
}

/** The gateway counts a single payment as 0; its modules as 1. */
function installments({ t, number }: Format, count: number | null): string {
  if (count === null) return '';
  return count < 2 ? t('consent.cardSingle') : number(count);
}
