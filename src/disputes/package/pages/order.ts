import type { Printing } from './content.ts';
import type { Sheet } from './sheet.ts';
import { bothTimes, recordText } from './words.ts';

/** The payment itself: amount, authentication, the device that ordered, and what the gateway answered. */
export function writeOrder(sheet: Sheet, printing: Printing): void {
  const { content, format } = printing;
  const { t, money } = format;
  const { order, payer, card, consented, callbacks, settled } = content.facts;
  sheet.heading(t('disputePackage.orderHeading'));
  sheet.facts(
    known([
      [t('disputePackage.record'), recordText(order.record)],
      [t('disputePackage.order'), order.merchant_oid],
      [t('disputePackage.plan'), t(`common.plan_${order.plan}`)],
      [t('disputePackage.asked'), money(order.amount_minor, order.currency)],
      [
        t('disputePackage.charged'),
        order.charged_minor === null
          ? null
          : money(order.charged_minor, order.charged_currency ?? order.currency),
      ],
      [t('disputePackage.orderedAt'), bothTimes(order.created_at, printing)],
      [t('disputePackage.paidAt'), order.paid_at === null ? null : bothTimes(order.paid_at, printing)],
      [t('disputePackage.settledOn'), settled?.day ?? null],
      [t('disputePackage.initiated'), t(`disputePackage.initiated_${order.initiated_by}`)],
      [t('disputePackage.payer'), `${payer.full_name} · ${payer.login_id}`],
      [t('disputePackage.address'), order.client_ip],
      [t('disputePackage.browser'), order.user_agent],
    ]),
  );
  if (card !== null || consented !== null) {
    sheet.subheading(t('disputePackage.cardHeading'));
    const threeD = (of: Record<string, string> | null | undefined): string | null =>
      of == null
        ? null
        : Object.entries(of)
            .map(([name, value]) => `${name}: ${value}`)
            .join(', ');
    sheet.facts(
      known([
        [t('disputePackage.record'), card === null ? null : recordText(card.record)],
        [t('disputePackage.card'), card?.masked_pan ?? null],
        [
          t('disputePackage.cardBank'),
          [card?.card_brand, card?.card_scheme, card?.card_bank].filter(Boolean).join(' · ') || null,
        ],
        [t('disputePackage.threeD'), threeD(card?.three_d)],
        [t('disputePackage.authorization'), card?.authorization_code ?? null],
        [
          t('disputePackage.firstPayment'),
          consented === null ? null : `${consented.merchant_oid} (${recordText(consented.record)})`,
        ],
        [
          t('disputePackage.firstPaidAt'),
          consented?.paid_at == null ? null : bothTimes(consented.paid_at, printing),
        ],
        [t('disputePackage.firstAddress'), consented?.client_ip ?? null],
        [t('disputePackage.threeD'), threeD(consented?.three_d)],
      ]),
    );
  }
  if (callbacks.length === 0) return;
  sheet.subheading(t('disputePackage.callbacksHeading'));
  sheet.table(
    [
      { label: t('disputePackage.time'), share: 34 },
      { label: t('disputePackage.outcome'), share: 20 },
      { label: t('disputePackage.record'), share: 46 },
    ],
    callbacks.map(({ received_at, outcome, record }) => [
      bothTimes(received_at, printing),
      outcome,
      recordText(record),
    ]),
  );
}

/** Rows of which the value is known: what is unknown is not printed. */
export function known(rows: (readonly [string, string | null])[]): [string, string][] {
  return rows.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, value]]));
}
