import type { FactRecord } from '../../facts/fact-record.ts';
import { formatFor } from '../../../web/format.ts';
import type { Printing } from './content.ts';
import type { Sheet } from './sheet.ts';
import { recordText, utc } from './words.ts';

/** The letter: which case and payment, what is said about it, and what is asked for. One page. */
export function writeCover(sheet: Sheet, { content, format, limits }: Printing): void {
  const { t, money } = format;
  const { dispute, facts, seller, letter } = content;
  const { order, payer, card } = facts;
  sheet.title(t(dispute === null ? 'disputePackage.titlePayment' : 'disputePackage.title'));
  sheet.text(
    [seller.name, seller.address, seller.phone, seller.email, seller.taxNumber].filter(Boolean).join(' · '),
  );
  const amount = order.charged_minor ?? order.amount_minor;
  const currency = order.charged_currency ?? order.currency;
  const rows: [string, string | null][] = [
    [t('disputePackage.reference'), dispute?.reference ?? null],
    [t('disputePackage.reason'), content.reason],
    [
      t('disputePackage.disputedAmount'),
      dispute?.amount_minor == null ? null : money(dispute.amount_minor, dispute.currency ?? currency),
    ],
    [t('disputePackage.order'), order.merchant_oid],
    [t('disputePackage.charged'), money(amount, currency)],
    [t('disputePackage.paidAt'), order.paid_at === null ? null : `${utc(order.paid_at)} UTC`],
    [t('disputePackage.card'), [card?.masked_pan, card?.card_bank].filter(Boolean).join(' · ') || null],
    [t('disputePackage.payer'), `${payer.full_name} · ${payer.login_id}`],
  ];
  sheet.facts(rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
  for (const { text, records } of letter)
    sheet.text(`${text} [${recordsText(records)}]`, { points: limits.letterPoints });
  if (dispute !== null) sheet.text(t('disputePackage.request'), { isStrong: true });
  if (content.exhibits.length > 0)
    sheet.text(
      t('disputePackage.exhibitsList', {
        list: content.exhibits
          .map(({ name }, at) => t('disputePackage.exhibit', { number: at + 1, name }))
          .join('; '),
      }),
    );
  if (letter.length > 0) sheet.caption(t('disputePackage.letterZone'));
}

/** The letter in English, for a bank or network abroad. */
export function writeSummary(sheet: Sheet, { content, format, limits }: Printing): void {
  if (content.summary.length === 0) return;
  sheet.subheading(format.t('disputePackage.summaryHeading'));
  const zone = formatFor('en').t('disputePackage.summaryZone');
  const sentences = [...content.summary.map(({ text }) => text), zone];
  sheet.text(sentences.join(' '), { points: limits.letterPoints });
}

/** Records beyond these are in the data. */
const RECORDS_SHOWN = 3;

function recordsText(records: readonly FactRecord[]): string {
  const shown = records.slice(0, RECORDS_SHOWN).map(recordText).join(', ');
  const left = records.length - RECORDS_SHOWN;
  return left > 0 ? `${shown}, +${String(left)}` : shown;
}
