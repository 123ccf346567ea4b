import type { Format } from '../../web/format.ts';
import type { SentencePart } from '../audit-sentence.ts';
import type { AuditLine } from '../describe-audit-rows.ts';
import { kindOfAction, type JourneyKind } from './journey-kinds.ts';
import type { CaseOfPerson, MailOfPerson } from './queries.ts';

/** Something that happened to, or was done by, a person. */
export interface JourneyEntry {
  at: Date;
  kind: JourneyKind;
  sentence: SentencePart[];
  note: string | null;
  ip: string | null;
  isFailure: boolean;
}

/** A workspace session, as far as a journey tells of it. */
export interface JourneySession {
  workspace_name: string;
  started_at: Date;
  ended_at: Date | null;
  connected_seconds: number | null;
  active_seconds: number | null;
  ip_address: string | null;
}

/** A payment, as far as a journey tells of it. */
export interface JourneyPayment {
  merchant_oid: string;
  currency: string;
  amount_minor: number;
  created_at: Date;
  paid_at: Date | null;
}

/**
 * The rows of the audit trail in a line. A line may stand for several looks of one person: each is a row of
 * the bundle. The addresses of others are left out, as there.
 */
export function auditEntries(line: AuditLine, userId: number): JourneyEntry[] {
  return (line.looks.length > 0 ? line.looks : [line]).map((row) => ({
    at: row.at,
    kind: kindOfAction(row.action),
    sentence: row.sentence,
    note: null,
    ip: row.userId === userId ? row.ip : null,
    isFailure: !row.success,
  }));
}

/** A workspace session, at its start. */
export function sessionEntry(row: JourneySession, { t, duration }: Format): JourneyEntry {
  const { workspace_name: workspace, connected_seconds: most, active_seconds: least } = row;
  const use =
    most === null || least === null
      ? t('journey.useUnknown')
      : t('journey.use', { most: duration(most), least: duration(least) });
  return {
    ...plainEntry('sessions', row.started_at, t('journey.session', { workspace }), use),
    ip: row.ip_address,
  };
}

/** A payment, at the time it was paid or else begun. */
export function paymentEntry(row: JourneyPayment, { t, money }: Format): JourneyEntry {
  const amount = money(row.amount_minor, row.currency);
  const text = t('journey.payment', { amount, order: row.merchant_oid });
  const note = row.paid_at === null ? t('journey.notPaid') : t('journey.paid');
  return plainEntry('payments', row.paid_at ?? row.created_at, text, note);
}

/** A mail to the person, at the time it was written. */
export function mailEntry(row: MailOfPerson, { t }: Format): JourneyEntry {
  const text = t('journey.mail', { subject: row.subject });
  return plainEntry('mails', row.created_at, text, t(`mails.state_${row.state}`));
}

/** A case about a payment of the person, at its receipt; its note says how it stands now. */
export function caseEntry(row: CaseOfPerson, { t }: Format): JourneyEntry {
  const text = t('journey.case', { name: row.reference ?? String(row.id), order: row.merchant_oid });
  return plainEntry('cases', row.received_at, text, t(`disputes.state_${row.state}`));
}

/** The acceptance of a legal document. */
export function acceptanceEntry(
  row: { kind: 'terms' | 'privacy'; version: string; accepted_at: Date },
  { t }: Format,
): JourneyEntry {
  const document = t(`journey.document_${row.kind}`);
  return plainEntry(
    'acceptances',
    row.accepted_at,
    t('journey.accepted', { document, version: row.version }),
  );
}

/** The beginning and the end of a membership. */
export function membershipEntries(
  { started_at, ended_at }: { started_at: Date; ended_at: Date | null },
  { t }: Format,
): JourneyEntry[] {
  return [
    ...(ended_at === null ? [] : [plainEntry('account', ended_at, t('journey.left'))]),
    plainEntry('account', started_at, t('journey.joined')),
  ];
}

function plainEntry(kind: JourneyKind, at: Date, text: string, note: string | null = null): JourneyEntry {
  return { at, kind, sentence: [{ text, href: null }], note, ip: null, isFailure: false };
}
