import type { Knex } from 'knex';
import { actionNames } from '../../audit/actions.ts';
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
import { describeAuditRows, type AuditLine } from '../describe-audit-rows.ts';
import {
  acceptanceEntry,
  auditEntries,
  caseEntry,
  mailEntry,
  membershipEntries,
  paymentEntry,
  sessionEntry,
  type JourneyEntry,
  type JourneyPayment,
  type JourneySession,
} from './journey-entries.ts';
import { actionsOfKind, journeyKinds, type JourneyKind } from './journey-kinds.ts';
import { countMailsTo, listCasesAbout, listMailsTo, listNamesOf } from './queries.ts';

/** Entries of each list that a page shows: enough to read, and few enough to print. The bundle has all. */
export const SHOWN_MAX = 500;

/** Rows of each list that are read: one more tells that there are more. */
const READ_MAX = SHOWN_MAX + 1;

interface Journey {
  entries: JourneyEntry[];
  /** As many as the bundle of the same person and time holds. */
  counts: EvidenceCounts & { mails: number; acceptances: number };
  /** True when a list has more than `SHOWN_MAX` entries of that kind. */
  isCut: boolean;
}

interface Asked {
  scope: EvidenceScope;
  /** Null for all kinds. */
  kind: JourneyKind | null;
  format: Format;
  reader: AdminScope;
}

/**
 * Everything known of one person in one line of time, oldest first: the rows that their evidence bundle
 * holds, read by the same queries, the mails to them, and the cases about their payments. Throws `NotFound`
 * for a person of another company.
 */
export async function loadJourney(db: Knex, of: Asked): Promise<Journey> {
  const { scope, kind, format } = of;
  if ((await findSubject(db, scope.userId, scope.companyId)) === undefined) throw new NotFound();
  const only = async <Row>(wanted: JourneyKind, list: () => PromiseLike<Row[]>): Promise<Row[]> =>
    kind === null || kind === wanted ? list() : [];
  const [counts, mailCount, audit, sessions, payments, mails, cases, accepted, periods] = await Promise.all([
    countEvidence(db, scope),
    countMailsTo(db, scope),
    readAudit(db, of),
    only('sessions', () => sessionRows(db, scope).limit(READ_MAX) as unknown as Promise<JourneySession[]>),
    only('payments', () => paymentRows(db, scope).limit(READ_MAX) as unknown as Promise<JourneyPayment[]>),
    only('mails', () => listMailsTo(db, { ...scope, limit: READ_MAX })),
    only('cases', () => listCasesAbout(db, { ...scope, limit: READ_MAX })),
    listAcceptances(db, scope.userId),
    only('account', () => listMembershipPeriods(db, scope)),
  ]);
  const acceptances = accepted.filter(({ accepted_at }) => isWithin(accepted_at, scope));
  return {
    entries: oldestFirst([
      shown(audit.lines).flatMap((line) => auditEntries(line, scope.userId)),
      shown(sessions).map((row) => sessionEntry(row, format)),
      shown(payments).map((row) => paymentEntry(row, format)),
      shown(mails).map((row) => mailEntry(row, format)),
      shown(cases).map((row) => caseEntry(row, format)),
      await only('acceptances', () =>
        Promise.resolve(acceptances.map((row) => acceptanceEntry(row, format))),
      ),
      periods.flatMap((row) => membershipEntries(row, format)).filter(({ at }) => isWithin(at, scope)),
    ]),
    counts: { ...counts, mails: mailCount, acceptances: acceptances.length },
    isCut: audit.isCut || [sessions, payments, mails, cases].some(({ length }) => length > SHOWN_MAX),
  };
}

async function readAudit(
  db: Knex,
  { scope, kind, format, reader }: Asked,
): Promise<{ lines: AuditLine[]; isCut: boolean }> {
  const query = auditRows(db, scope).limit(READ_MAX);
  if (kind !== null) void query.whereIn('action_type', actionsOfKind(kind).flatMap(actionNames));
  const rows = (await query) as Omit<AuditEntryRow, 'user_name' | 'user_email'>[];
  const names = await listNamesOf(
    db,
    rows.map(({ user_id }) => user_id),
  );
  const named = shown(rows).map((row) => ({
    ...row,
    user_name: names.get(row.user_id ?? 0)?.full_name ?? null,
    user_email: names.get(row.user_id ?? 0)?.email ?? null,
  }));
  return {
    lines: await describeAuditRows(db, named, { companyId: scope.companyId, format, scope: reader }),
    isCut: rows.length > SHOWN_MAX,
  };
}

function shown<Row>(rows: Row[]): Row[] {
  return rows.slice(0, SHOWN_MAX);
}

/** The lists come newest first, and what happened at one time stays in its order. */
function oldestFirst(lists: JourneyEntry[][]): JourneyEntry[] {
  return lists.flatMap((list) => list.toReversed()).sort((a, b) => a.at.getTime() - b.at.getTime());
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
