import type { Knex } from 'knex';
import type { AuditEntryRow } from '../../audit/audit-record.ts';
import {
  auditRows,
  findSubject,
  listMembershipPeriods,
  paymentRows,
  sessionRows,
} from '../../evidence/queries.ts';
import { countEvidence, type EvidenceCounts, type EvidenceScope } from '../../evidence/scope.ts';
import { NotFound } from '../../errors.ts';
import { listAcceptances } from '../../legal/queries.ts';
import type { AdminScope } from '../../people/company-scope.ts';
import type { Format } from '../../web/format.ts';
import type { SentencePart } from '../audit-sentence.ts';
import { describeAuditRows } from '../describe-audit-rows.ts';
import { journeyKinds, kindOfAction, type JourneyKind } from './journey-kinds.ts';
import { countMailsTo, listMailsTo, listNamesOf, type MailOfPerson } from './queries.ts';

/** Entries of each list that a page shows: enough to read, and few enough to print. The bundle has all. */
export const SHOWN_MAX = 500;

/** Something that happened to, or was done by, a person. */
interface JourneyEntry {
  at: Date;
  kind: JourneyKind;
  sentence: SentencePart[];
  note: string | null;
  ip: string | null;
  isFailure: boolean;
}

interface Journey {
  entries: JourneyEntry[];
  /** As many as the bundle of the same person and time holds. */
  counts: EvidenceCounts & { mails: number; acceptances: number };
  /** True when a list has more than `SHOWN_MAX` entries. */
  isCut: boolean;
}

interface SessionRow {
  workspace_name: string;
  started_at: Date;
  ended_at: Date | null;
  connected_seconds: number | null;
  active_seconds: number | null;
  ip_address: string | null;
}

interface JourneyPayment {
  merchant_oid: string;
  currency: string;
  amount_minor: number;
  created_at: Date;
  paid_at: Date | null;
}

/**
 * Everything known of one person in one line of time, oldest first: the rows that their evidence bundle
 * holds, read by the same queries, and the mails to them. Throws `NotFound` for a person of another company.
 */
export async function loadJourney(
  db: Knex,
  of: { scope: EvidenceScope; kind: JourneyKind | null; format: Format; reader: AdminScope },
): Promise<Journey> {
  const { scope, kind, format } = of;
  if ((await findSubject(db, scope.userId, scope.companyId)) === undefined) throw new NotFound();
  const [counts, mailCount, audit, sessions, payments, mails, accepted, periods] = await Promise.all([
    countEvidence(db, scope),
    countMailsTo(db, scope),
    readAudit(db, of),
    sessionRows(db, scope).limit(SHOWN_MAX) as unknown as Promise<SessionRow[]>,
    paymentRows(db, scope).limit(SHOWN_MAX) as unknown as Promise<JourneyPayment[]>,
    listMailsTo(db, { ...scope, limit: SHOWN_MAX }),
    listAcceptances(db, scope.userId),
    listMembershipPeriods(db, scope),
  ]);
  const acceptances = accepted.filter(({ accepted_at }) => isWithin(accepted_at, scope));
  const entries = [
    ...audit,
    ...sessions.map((row) => sessionEntry(row, format)),
    ...payments.map((row) => paymentEntry(row, format)),
    ...mails.map((row) => mailEntry(row, format)),
    ...acceptances.map((row) =>
      entry(
        'acceptances',
        row.accepted_at,
        format.t('journey.accepted', {
          document: format.t(`journey.document_${row.kind}`),
          version: row.version,
        }),
      ),
    ),
    ...periods
      .flatMap(({ started_at, ended_at }) => [
        entry('account', started_at, format.t('journey.joined')),
        ...(ended_at === null ? [] : [entry('account', ended_at, format.t('journey.left'))]),
      ])
      .filter(({ at }) => isWithin(at, scope)),
  ];
  const all = { ...counts, mails: mailCount, acceptances: acceptances.length };
  return {
    entries: entries
      .filter((found) => kind === null || found.kind === kind)
      .sort((a, b) => a.at.getTime() - b.at.getTime()),
    counts: all,
    isCut: [all.audit_logs, all.workspace_sessions, all.payments, all.mails].some(
      (count) => count > SHOWN_MAX,
    ),
  };
}

async function readAudit(
  db: Knex,
  { scope, format, reader }: { scope: EvidenceScope; format: Format; reader: AdminScope },
): Promise<JourneyEntry[]> {
  const rows = (await auditRows(db, scope).limit(SHOWN_MAX)) as Omit<
    AuditEntryRow,
    'user_name' | 'user_email'
  >[];
  const names = await listNamesOf(
    db,
    rows.map(({ user_id }) => user_id),
  );
  const named = rows.map((row) => ({
    ...row,
    user_name: names.get(row.user_id ?? 0)?.full_name ?? null,
    user_email: names.get(row.user_id ?? 0)?.email ?? null,
  }));
  const lines = await describeAuditRows(db, named, { companyId: scope.companyId, format, scope: reader });
  // A line may stand for several looks of one person: each is a row of the bundle.
  return lines
    .flatMap((line) => (line.looks.length > 0 ? line.looks : [line]))
    .map((line) => ({
      at: line.at,
      kind: kindOfAction(line.action),
      sentence: line.sentence,
      note: null,
      ip: line.userId === scope.userId ? line.ip : null,
      isFailure: !line.success,
    }));
}

function sessionEntry(row: SessionRow, { t, duration }: Format): JourneyEntry {
  const { workspace_name: workspace, connected_seconds: most, active_seconds: least } = row;
  const use =
    most === null || least === null
      ? t('journey.useUnknown')
      : t('journey.use', { most: duration(most), least: duration(least) });
  return {
    ...entry('sessions', row.started_at, t('journey.session', { workspace }), use),
    ip: row.ip_address,
  };
}

function paymentEntry(row: JourneyPayment, { t, money }: Format): JourneyEntry {
  const amount = money(row.amount_minor, row.currency);
  const text = t('journey.payment', { amount, order: row.merchant_oid });
  const note = row.paid_at === null ? t('journey.notPaid') : t('journey.paid');
  return entry('payments', row.paid_at ?? row.created_at, text, note);
}

function mailEntry(row: MailOfPerson, { t }: Format): JourneyEntry {
  const text = t('journey.mail', { subject: row.subject });
  return entry('mails', row.created_at, text, t(`mails.state_${row.state}`));
}

function entry(kind: JourneyKind, at: Date, text: string, note: string | null = null): JourneyEntry {
  return { at, kind, sentence: [{ text, href: null }], note, ip: null, isFailure: false };
}

function isWithin(at: Date, { from, to }: EvidenceScope): boolean {
  return (from === null || at >= from) && (to === null || at < to);
}

/** The kinds with their names, for the filter. */
export function kindOptions({ t }: Format): { value: string; text: string }[] {
  return [
    { value: '', text: t('common.all') },
    ...journeyKinds.map((value) => ({ value, text: t(`journey.kind_${value}`) })),
  ];
}
