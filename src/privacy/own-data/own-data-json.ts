import type { Knex } from 'knex';
import type { EvidenceScope } from '../../evidence/scope.ts';
import type { Format } from '../../web/format.ts';
import { describeActivities } from '../registry/describe-activities.ts';
import { listPersonalColumns } from '../registry/registry.ts';
import { readOwnEvidence } from './own-evidence.ts';
import { listOwnLists, readOwnRows, type DataSubject, type OwnRow } from './own-records.ts';

/** Version of the document around the evidence bundle. */
const OWN_DATA_VERSION = '1.0';

/**
 * A person's own data as one JSON document: why it is processed, the evidence bundle limited to the person
 * (`evidence`, null for operators), the rows of every other table (`records`), and what is withheld and why.
 */
export async function* writeOwnDataJson(
  snapshot: Knex.Transaction,
  subject: DataSubject,
  { scope, format }: { scope: EvidenceScope | null; format: Format },
): AsyncGenerator<string, void> {
  const processing = describeActivities(format).map(({ columns: _columns, ...row }) => row);
  const { id, full_name, email } = subject;
  yield `{"own_data_version":"${OWN_DATA_VERSION}",\n"person":${JSON.stringify({ id, full_name, email })},\n`;
  yield `"processing":${JSON.stringify(processing)},\n"withheld":${JSON.stringify(listWithheld(format))},\n`;
  yield '"evidence":';
  if (scope === null) yield 'null';
  else yield* writeEvidence(snapshot, subject, scope);
  yield ',\n"records":[';
  let before = '';
  for (const list of listOwnLists(subject)) {
    yield `${before}{"table":"${list.table}","as":"${list.as}","rows":[`;
    yield* writeRows(readOwnRows(snapshot, subject, list));
    yield ']}';
    before = ',\n';
  }
  yield ']}\n';
}

async function* writeEvidence(
  snapshot: Knex.Transaction,
  subject: DataSubject,
  scope: EvidenceScope,
): AsyncGenerator<string, void> {
  for await (const piece of readOwnEvidence(snapshot, subject, scope)) {
    if (piece.part === 'head') {
      yield JSON.stringify(piece.head).slice(0, -1);
    } else if (piece.part === 'list') {
      yield `,\n"${piece.list}":[`;
      yield* writeRows(piece.rows);
      yield ']';
    } else {
      yield `,\n"summary":${JSON.stringify(piece.summary)}}`;
    }
  }
}

async function* writeRows(batches: AsyncIterable<OwnRow[]>): AsyncGenerator<string, void> {
  let before = '\n';
  for await (const rows of batches) {
    if (rows.length === 0) continue;
    yield before + rows.map((row) => JSON.stringify(row)).join(',\n');
    before = ',\n';
  }
}

/** The columns that the copy lacks, with the reason. */
function listWithheld({ t }: Format): { table: string; column: string; reason: string }[] {
  return listPersonalColumns().flatMap(({ table, column, withheld }) =>
    withheld === null ? [] : [{ table, column, reason: t(`privacy.withheld_${withheld}`) }],
  );
}
