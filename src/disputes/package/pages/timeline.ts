import { recordOf, type FactRecord } from '../../facts/fact-record.ts';
import type { Printing } from './content.ts';
import type { Sheet } from './sheet.ts';
import { istanbul, recordText, utc } from './words.ts';

interface Event {
  at: Date | null | undefined;
  text: string;
  /** Only the day is known: a notice gives no time. */
  isDay?: boolean;
  record: FactRecord | null;
}

/** The events around the payment, oldest first, in both zones. */
export function writeTimeline(sheet: Sheet, printing: Printing): void {
  const { content, format, limits, leaveOut } = printing;
  const { t } = format;
  const events = listEvents(printing)
    .flatMap(({ at, ...rest }) => (at instanceof Date && at <= content.asOf ? [{ at, ...rest }] : []))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  sheet.heading(t('disputePackage.timelineHeading'));
  // A bank asks for the payment and what came of it; what led to it is told of elsewhere.
  const shown = events.slice(-limits.timeline);
  sheet.table(
    [
      { label: t('disputePackage.utc'), share: 18 },
      { label: t('disputePackage.istanbul'), share: 18 },
      { label: t('disputePackage.event'), share: 38 },
      { label: t('disputePackage.record'), share: 26 },
    ],
    shown.map(({ at, text, record, isDay = false }) => [
      isDay ? '' : utc(at),
      isDay ? istanbul(at).slice(0, 10) : istanbul(at),
      text,
      record === null ? '' : recordText(record),
    ]),
  );
  if (shown.length < events.length)
    leaveOut({
      what: t('disputePackage.timelineHeading'),
      shown: shown.length,
      all: events.length,
      where: content.data.path,
    });
}

function listEvents({ content: { facts, delivery, dispute }, format: { t } }: Printing): Event[] {
  const { order, payer, consent, period } = facts;
  const first = facts.sign_ins.toSorted((a, b) => a.at.getTime() - b.at.getTime())[0];
  const event = (at: Event['at'], name: string, record: FactRecord | null, params = {}): Event => ({
    at,
    text: t(`disputePackage.event_${name}` as 'disputePackage.event_paid', params),
    record,
  });
  const received = (at: Date, record: FactRecord): Event => ({
    ...event(at, 'disputed', record),
    isDay: istanbul(at).endsWith(' 00:00:00'),
  });
  return [
    event(payer.created_at, 'signedUp', payer.record),
    event(payer.confirmed_at, 'confirmed', payer.confirmation),
    ...facts.notices.map(({ at, kind, record }) => event(at, kind, record)),
    event(consent?.accepted_at, 'consented', consent?.record ?? null),
    event(order.created_at, 'ordered', order.record),
    ...facts.callbacks.map(({ received_at, outcome, record }) =>
      event(received_at, 'callback', record, { outcome }),
    ),
    event(order.paid_at, 'paid', order.record),
    event(period?.issued_at, 'receipt', period?.record ?? null, { number: period?.invoice_no ?? '' }),
    event(first?.at, 'firstSignIn', first?.record ?? null),
    event(delivery.first_use_at, 'firstUse', null),
    event(delivery.last_use_at, 'lastUse', null),
    ...facts.cancellations.map(({ requested_at, record }) => event(requested_at, 'cancelled', record)),
    ...facts.refunds.map(({ requested_at, record }) => event(requested_at, 'refundAsked', record)),
    ...facts.refunds.map(({ decided_at, state, record }) =>
      event(decided_at, 'refundDecided', record, { state }),
    ),
    ...(dispute === null ? [] : [received(dispute.received_at, recordOf('dispute', dispute.id))]),
  ];
}
