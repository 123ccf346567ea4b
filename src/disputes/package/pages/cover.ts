import type { Printing } from './content.ts';
import type { Sheet } from './sheet.ts';
import { recordText, utc } from './words.ts';

/** The letter: which case and payment, what is said about it, and what is asked for. One page. */
export function writeCover(sheet: Sheet, { content, format }: Printing): void {
  const { t, money } = format;
  const { dispute, facts, seller, letter, summary } = content;
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
  for (const { text, records } of letter) sheet.text(`${text} [${records.map(recordText).join(', ')}]`);
  if (dispute !== null) sheet.text(t('disputePackage.request'), { isStrong: true });
  if (summary.length > 0) {
    sheet.subheading(t('disputePackage.summaryHeading'));
    sheet.text(summary.map(({ text }) => text).join(' '));
  }
}
