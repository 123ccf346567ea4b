import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { AuditLogger, type AuditEntry } from '../audit-logger.ts';
import { toAuditRow, type AuditRow } from '../audit-row.ts';
import { fromEventLine, insertAuditEventsAgain, toEventLine } from '../insert-audit-events.ts';
import type { RequestContext } from '../request-context.ts';
import { recordSecurityEvent, type SecurityEventKind } from './security-log.ts';
import { DAY_MS, MINUTE_MS } from '../../durations.ts';

/** Length of a window, the same as for the limits of the sign-in form. */
const WINDOW_MINUTES = 15;

/** Addresses that get rows of their own in a window, for each account; further addresses share one row. */
const ADDRESSES_MAX = 20;

/** Rows that one transaction writes: few enough that their locks last a moment only. */
const WRITTEN_AT_ONCE = 500;

/**
 * The database refuses rows older than 31 days (migrations/0003-audit.sql). A count that waited longer is
 * dated a day within that.
 */
const OLDEST_DAYS = 30;

/** A refused attempt of a kind that strangers can repeat without end. */
interface RefusedAttempt {
  entry: AuditEntry;
  /** Number of attempts of a window that get rows of their own; the others are only counted. */
  ownRows: number;
  /** The subject besides the person, such as a token's number. */
  subject?: string;
  /** Names of details that may differ between attempts. The row that counts the attempts has none of them. */
  varying?: readonly string[];
  /** The kind of security event that also notes each attempt, as long as there is room. */
  kind: SecurityEventKind;
}

/**
 * Counts a refused attempt. Each kind leaves one row of evidence for a window, an account and an address,
 * with the number of attempts, so that nobody can fill another person's evidence. An attempt that cannot be
 * counted becomes an audit row of its own.
 */
export async function recordRefusedAttempt(
  db: Knex,
  context: RequestContext,
  { entry, ownRows, subject, varying, kind }: RefusedAttempt,
): Promise<void> {
  const row = toAuditRow(context, entry);
  const attempts = await count(db, context, {
    row: without(row, varying ?? []),
    ownRows,
    subject: subject ?? '',
    isKnownDevice: entry.details?.['known_device'] === true,
  });
  if (attempts === null || attempts <= ownRows) await AuditLogger.log(db, context, entry);
  if (attempts === null) return;
  await recordSecurityEvent(db, context, {
    kind,
    details: { action: row.action_type, reason: row.error_message, user_id: row.user_id },
  });
}

/** The number of attempts in the window, including this one. Null: they could not be counted. */
async function count(
  db: Knex,
  context: RequestContext,
  input: { row: AuditRow; ownRows: number; subject: string; isKnownDevice: boolean },
): Promise<number | null> {
  const { row, ownRows, subject, isKnownDevice } = input;
  const about = sha256([row.action_type, row.error_message, row.user_id ?? 'nobody', subject, isKnownDevice]);
  const bindings = {
    about,
    key: sha256([about, row.ip_address ?? 'unknown']),
    others: sha256([about, 'others']),
    companyId: row.company_id,
    userId: row.user_id,
    event: toEventLine(withoutEmailOfNobody(row)),
    othersEvent: toEventLine(ofManyAddresses(row)),
    ownRows,
    at: context.at,
    endsAt: new Date(context.at.getTime() + WINDOW_MINUTES * MINUTE_MS),
    max: ADDRESSES_MAX,
  };
  try {
    const { rows } = await db.raw<{ rows: { attempts: number }[] }>(COUNT, bindings);
    return rows[0]?.attempts ?? null;
  } catch (error) {
    context.log.warn({ err: error }, 'a refused attempt could not be counted: it gets a row of its own');
    return null;
  }
}

const COUNT = `
  with place as (
    select exists (select from refused_attempts where key = :key)
        or (select count(*) from refused_attempts where subject = :about) < :max as is_own
  )
  insert into refused_attempts as counted
    (key, subject, company_id, user_id, event, attempts, own_rows, first_at, last_at, window_ends_at)
  select case when is_own then :key::text else :others end, :about, :companyId::bigint, :userId::bigint,
         case when is_own then :event::text else :othersEvent end, 1, case when is_own then :ownRows::integer else 0 end,
         :at::timestamptz, :at::timestamptz, :endsAt::timestamptz
  from place
  on conflict (key) do update set attempts = counted.attempts + 1, last_at = greatest(counted.last_at, excluded.last_at)
  returning case when key = :others then attempts + :ownRows::integer else attempts end as attempts`;

/** The row stands for attempts with ever other addresses then, which are nobody's. */
function withoutEmailOfNobody(row: AuditRow): AuditRow {
  return row.user_id === null ? without(row, ['email']) : row;
}

function without(row: AuditRow, names: readonly string[]): AuditRow {
  const isKept = ([name]: [string, unknown]): boolean => !names.includes(name);
  return withDetails(row, (details) => Object.fromEntries(Object.entries(details).filter(isKept)));
}

function ofManyAddresses(row: AuditRow): AuditRow {
  const many = { ...withoutEmailOfNobody(row), ip_address: null, user_agent: null };
  return withDetails(many, ({ raw_ip: _ip, ...details }) => ({ ...details, several_addresses: true }));
}

function withDetails(row: AuditRow, change: (details: Details) => Details): AuditRow {
  return { ...row, details: JSON.stringify(change(JSON.parse(row.details) as Details)) };
}

type Details = Record<string, unknown>;

interface CountedRow {
  event: string;
  attempts: number;
  own_rows: number;
  first_at: Date;
  last_at: Date;
}

/**
 * Writes one row for each window that is over. For a person or company whose evidence is about to be read, it
 * also writes the windows that are still open. Returns the number of rows written.
 */
export async function writeRefusedAttempts(
  db: Knex,
  context: RequestContext,
  of: { userId?: number; companyId?: number } = {},
): Promise<number> {
  let written = 0;
  for (;;) {
    const taken = await db.transaction((trx) => writeSome(trx, context, of));
    written += taken.written;
    if (taken.counted < WRITTEN_AT_ONCE) return written;
  }
}

async function writeSome(
  trx: Knex.Transaction,
  { at }: RequestContext,
  { userId, companyId }: { userId?: number; companyId?: number },
): Promise<{ counted: number; written: number }> {
  const due = trx('refused_attempts')
    .modify((query) => {
      if (userId !== undefined) void query.where({ user_id: userId });
      else if (companyId !== undefined) void query.where({ company_id: companyId });
      else void query.where('window_ends_at', '<=', at);
    })
    .orderBy(['window_ends_at', 'key'])
    .limit(WRITTEN_AT_ONCE)
    .forUpdate()
    .modify((query) => {
      // The sweep comes again. Whoever is about to read waits for an attempt that is being counted, and for
      // the sweep's commit.
      if (userId === undefined && companyId === undefined) void query.skipLocked();
    })
    .select('key');
  const counted = await trx('refused_attempts')
    .whereIn('key', due)
    .delete()
    .returning<CountedRow[]>(['event', 'attempts', 'own_rows', 'first_at', 'last_at']);
  const rows = counted.filter((row) => row.attempts > row.own_rows).map((row) => toRow(row, at));
  if (rows.length > 0) await insertAuditEventsAgain(trx, rows);
  return { counted: counted.length, written: rows.length };
}

function toRow({ event, attempts, own_rows, first_at, last_at }: CountedRow, at: Date): AuditRow {
  const row = withDetails(fromEventLine(event), (details) => ({
    ...details,
    attempts: attempts - own_rows,
    first_attempt_at: first_at.toISOString(),
    last_attempt_at: last_at.toISOString(),
  }));
  return { ...row, timestamp: new Date(Math.max(last_at.getTime(), at.getTime() - OLDEST_DAYS * DAY_MS)) };
}

function sha256(parts: (string | number | boolean | null)[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
