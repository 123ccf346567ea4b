import type { Knex } from 'knex';
import type { AuditAction } from '../audit/actions.ts';
import type { Format } from '../web/format.ts';
import type { AdminScope } from '../people/company-scope.ts';
import { findAuditNames } from './audit-names.ts';
import type { AuditEntryRow } from '../audit/audit-record.ts';
import type { SentencePart } from './audit-sentence.ts';
import { describeAuditRow, type DescribedRow } from './describe-audit-row.ts';

/** Actions that only record that somebody looked at a page. */
const looks: readonly string[] = ['operator_company_viewed'] satisfies AuditAction[];

/** A line of the trail: a row, or several looks of one person in sequence, under the newest of them. */
export interface AuditLine extends DescribedRow {
  /** All looks in the line, newest first. Empty for a single row. */
  looks: DescribedRow[];
  /** How many looks there are and over which time, in words. Null for a single row. */
  times: string | null;
}

/**
 * Puts the rows of a page of one company into words, newest first. A single query reads the names in all of
 * them.
 */
export async function describeAuditRows(
  db: Knex,
  rows: AuditEntryRow[],
  of: { companyId: number; format: Format; scope: Pick<AdminScope, 'isOperator' | 'query'> },
): Promise<AuditLine[]> {
  const { companyId, format, scope } = of;
  const names = await findAuditNames(db, { companyId, rows });
  const described = rows.map((row) => describeAuditRow(row, { format, names, scope }));
  return gatherLooks(described).map((run) => toLine(run, format));
}

/** Looks of the same person in sequence form one line; every other row forms its own. */
function gatherLooks(rows: DescribedRow[]): [DescribedRow, ...DescribedRow[]][] {
  const runs: [DescribedRow, ...DescribedRow[]][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last !== undefined && isSameLook(last[0], row)) last.push(row);
    else runs.push([row]);
  }
  return runs;
}

function isSameLook(a: DescribedRow, b: DescribedRow): boolean {
  return looks.includes(a.action) && a.action === b.action && a.userId === b.userId && a.success && b.success;
}

function toLine(run: [DescribedRow, ...DescribedRow[]], { t, when, parts }: Format): AuditLine {
  const [newest] = run;
  if (run.length === 1) return { ...newest, looks: [], times: null };
  const span = { from: when(run.at(-1)?.at), to: when(newest.at) };
  return {
    ...newest,
    sentence: parts<SentencePart>('auditWord.lookedAround', { actor: newest.actor }).map((part) =>
      typeof part === 'string' ? { text: part, href: null } : part,
    ),
    looks: run,
    times: t('auditWord.times', { count: run.length, ...span }),
  };
}
