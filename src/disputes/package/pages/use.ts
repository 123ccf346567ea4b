import { localDay } from '../../../local-calendar.ts';
import { browserName } from '../../../origin/browser-name.ts';
import type { Delivery } from '../../delivery/read-delivery.ts';
import type { Printing } from './content.ts';
import { drawHours } from './hours-chart.ts';
import { known } from './order.ts';
import type { Sheet } from './sheet.ts';
import { bothTimes, hours, hoursShort, newest, recordText, span, utc } from './words.ts';

/** So many days stand below each other; more stand in two columns. */
const DAYS_ALONE = 4;
const DAYS_BESIDE = 2;

/** The service that was delivered for the payment: the ledger, hours a day, sessions and sign-ins. */
export function writeService(sheet: Sheet, printing: Printing): void {
  const { content, format } = printing;
  const { t } = format;
  const { delivery, facts } = content;
  sheet.heading(t('disputePackage.serviceHeading'));
  const { period } = delivery;
  sheet.facts(
    known([
      [t('disputePackage.paidFrom'), period === null ? null : bothTimes(period.from_at, printing)],
      [t('disputePackage.paidTo'), period === null ? null : bothTimes(period.to_at, printing)],
      [t('disputePackage.sessions'), format.number(delivery.sessions)],
      [t('disputePackage.proven'), hours(delivery.person_proven_minutes, printing)],
      [t('disputePackage.atMost'), hours(delivery.person_at_most_minutes, printing)],
      [t('disputePackage.addedUp'), addedUp(printing)],
      [
        t('disputePackage.firstUse'),
        delivery.first_use_at === null ? null : bothTimes(delivery.first_use_at, printing),
      ],
      [
        t('disputePackage.lastUse'),
        delivery.last_use_at === null ? null : bothTimes(delivery.last_use_at, printing),
      ],
    ]),
  );
  if (delivery.sessions === 0) sheet.text(t('disputePackage.noUse'));
  else {
    sheet.text(t('disputePackage.boundsExplained'));
    writeDays(sheet, printing);
    writeSessions(sheet, printing);
  }
  if (facts.sign_ins.length > 0) writeSignIns(sheet, printing);
}

/** The sum of the sessions, where it is another one: somebody was in two of them at once. */
function addedUp(printing: Printing): string | null {
  const { proven_minutes, at_most_minutes, person_proven_minutes, person_at_most_minutes } =
    printing.content.delivery;
  if (proven_minutes === person_proven_minutes && at_most_minutes === person_at_most_minutes) return null;
  return `${hours(proven_minutes, printing)} – ${hours(at_most_minutes, printing)}`;
}

function writeDays(sheet: Sheet, printing: Printing): void {
  const { content, format, limits } = printing;
  const { t } = format;
  const { days, period } = content.delivery;
  const from = period === null ? days[0]?.day : localDay(period.from_at);
  // The days of a period that runs are drawn up to the newest record.
  const end =
    period === null || period.to_at > content.asOf ? content.asOf : new Date(period.to_at.getTime() - 1);
  const to = localDay(end);
  if (from === undefined || days.length === 0) return;
  drawHours(sheet, printing, { days, from: from < to ? from : to, to });
  const chosen = newest(printing, {
    rows: days,
    most: limits.days,
    at: ({ day }) => new Date(`${day}T00:00:00+03:00`),
    what: t('disputePackage.days'),
    label: ({ day }) => day,
  });
  if (chosen.rows.length === 0) return;
  const beside = chosen.rows.length > DAYS_ALONE ? DAYS_BESIDE : 1;
  const half = Math.ceil(chosen.rows.length / beside);
  const cells = (day: Delivery['days'][number] | undefined): string[] =>
    day === undefined
      ? ['', '', '']
      : [day.day, hoursShort(day.person_proven_minutes), hoursShort(day.person_at_most_minutes)];
  const head = [
    { label: t('disputePackage.day'), share: 24 },
    { label: t('disputePackage.proven'), share: 20, align: 'right' },
    { label: t('disputePackage.atMost'), share: 20, align: 'right' },
  ] as const;
  sheet.table(
    beside === 1 ? head : [...head, ...head],
    chosen.rows
      .slice(0, half)
      .map((day, at) => (beside === 1 ? cells(day) : [...cells(day), ...cells(chosen.rows[half + at])])),
  );
  sheet.caption(chosen.caption);
}

function writeSessions(sheet: Sheet, printing: Printing): void {
  const { content, format, limits } = printing;
  const { t } = format;
  const chosen = newest(printing, {
    rows: content.facts.sessions,
    most: limits.sessions,
    at: ({ started_at }) => started_at,
    what: t('disputePackage.sessions'),
  });
  if (chosen.rows.length === 0) return;
  sheet.subheading(t('disputePackage.sessionsHeading'));
  sheet.table(
    [
      { label: t('disputePackage.spanUtc'), share: 42 },
      { label: t('disputePackage.proven'), share: 12, align: 'right' },
      { label: t('disputePackage.atMost'), share: 13, align: 'right' },
      { label: t('disputePackage.addressOf'), share: 32 },
      { label: t('disputePackage.workspace'), share: 12, align: 'right' },
      { label: t('disputePackage.session'), share: 16, align: 'right' },
    ],
    chosen.rows.map((session) => [
      span(session.started_at, session.ended_at),
      hoursShort(session.proven_minutes),
      hoursShort(session.at_most_minutes),
      session.is_payer ? (session.ip_address ?? '') : t('disputePackage.colleague'),
      String(session.workspace_id),
      String(session.record.id),
    ]),
  );
  sheet.caption(chosen.caption);
}

function writeSignIns(sheet: Sheet, printing: Printing): void {
  const { content, format, limits } = printing;
  const { t } = format;
  const chosen = newest(printing, {
    rows: content.facts.sign_ins,
    most: limits.signIns,
    at: ({ at }) => at,
    what: t('disputePackage.signIns'),
  });
  sheet.subheading(t('disputePackage.signInsHeading'));
  sheet.table(
    [
      { label: t('disputePackage.utc'), share: 34 },
      { label: t('disputePackage.addressOf'), share: 32 },
      { label: t('disputePackage.browser'), share: 34 },
      { label: t('disputePackage.record'), share: 26 },
    ],
    chosen.rows.map(({ at, ip_address, user_agent, record }) => [
      utc(at),
      ip_address ?? '',
      browserName(user_agent) ?? '',
      recordText(record),
    ]),
  );
  sheet.caption(chosen.caption);
}
