import type { Knex } from 'knex';
import { streamShortList } from '../../db/stream-rows.ts';
import type { JsonKeys } from '../purposes/activities.ts';
import { listPersonalColumns, registeredTables } from '../registry/registry.ts';
import { maskOthers } from './mask-others.ts';

/** The person whose data is read. `companyId` is null for operators. */
export interface DataSubject {
  id: number;
  companyId: number | null;
  email: string;
  full_name: string;
  role: 'member' | 'admin' | 'operator';
  /** False: whoever registered with the address has not shown that they read its mail. */
  hasOwnAddress: boolean;
}

export type OwnRow = Record<string, unknown>;

/** The rows of one table that lead to the person in one way, and the columns that are about the person. */
interface OwnList {
  table: string;
  /** The way, as `RegisteredTable.people` names it. */
  as: string;
  columns: string[];
}

/**
 * The lists of a person's own copy, from the registry: each table in each way that leads from the person to
 * it. Tables that the evidence bundle has are left out where there is a bundle.
 */
export function listOwnLists(subject: DataSubject): OwnList[] {
  const columns = listPersonalColumns().filter(({ withheld }) => withheld === null);
  return Object.entries(registeredTables)
    .flatMap(([table, { people, bundled = [] }]) =>
      Object.keys(people)
        .filter((as) => subject.companyId === null || !bundled.includes(as))
        .map((as) => ({
          table,
          as,
          columns: columns
            .filter((column) => column.table === table && column.people.includes(as))
            .map(({ column }) => column),
        })),
    )
    .filter((list) => list.columns.length > 0);
}

/**
 * The rows of one list, in batches. The condition of the registry finds the person's own rows only. Rows that
 * an address leads to are somebody else's as long as the address may be.
 */
export async function* readOwnRows(
  snapshot: Knex.Transaction,
  subject: DataSubject,
  { table, as, columns }: OwnList,
): AsyncGenerator<OwnRow[], void> {
  const registered = registeredTables[table];
  if (registered === undefined) throw new Error(`Bug! ${table} is not registered`);
  const { people, json = {}, notPersonal, personal } = registered;
  const contact = personal.contact ?? [];
  const id = notPersonal.includes('id') ? ['id'] : [];
  const query = snapshot(table)
    .whereRaw(`(${people[as] ?? 'false'})`, {
      user: subject.id,
      email: subject.hasOwnAddress ? subject.email : null,
    })
    .select([...id, ...columns].map((column) => `${table}.${column}`));
  for await (const rows of streamShortList<OwnRow>(snapshot, query))
    yield rows.map((row) => {
      const kept = withListedKeys(row, json);
      // The person's earlier addresses are the person's own.
      const own = Object.entries(kept).filter(([column]) => contact.includes(column));
      return { ...maskOthers(kept, subject.email), ...Object.fromEntries(own) };
    });
}

/** Keeps the listed keys of columns of JSON. */
function withListedKeys(row: OwnRow, json: Record<string, JsonKeys>): OwnRow {
  const kept = Object.entries(json).flatMap(([column, keys]) =>
    column in row ? [[column, keepListed(row[column], keys)] as const] : [],
  );
  return { ...row, ...Object.fromEntries(kept) };
}

/** An object with those of its keys that are about the person. Null stays null. */
export function keepListed(value: unknown, { personal }: JsonKeys): unknown {
  if (value === null || typeof value !== 'object') return null;
  return Object.fromEntries(Object.entries(value).filter(([key]) => personal.includes(key)));
}
