import type { Knex } from 'knex';

/** All that a new clone of the template holds. */
export interface FreshState {
  /** Describes everything but rows: tables, columns, constraints, triggers, functions, grants, settings. */
  schema: string;
  /** The tables that have rows, with these as JSON. */
  rows: { table: string; columns: string; json: string }[];
  /** Marks of the tables that have rows, by their name. */
  marks: Marks;
  /** Every sequence and its last value; null when it has given none. */
  sequences: Sequence[];
}

/** A mark is equal as long as nobody has written to the table: every row has its place, and who wrote it. */
type Marks = Record<string, string>;

interface Sequence {
  name: string;
  last: number | null;
  start: number;
}

/** The parts of knex' pool that are used here. */
interface Pool {
  numUsed(): number;
  numFree(): number;
  destroyed: boolean;
}

const SEQUENCES = `
  select format('%I.%I', schemaname, sequencename) as name, last_value as last, start_value as start from pg_sequences`;

/**
 * Reads what differs when anything but rows has been changed. A change writes the row of a catalog anew, with
 * another xmin; statistics are written in place.
 */
const SCHEMA = [
  ...['pg_class', 'pg_attribute', 'pg_attrdef', 'pg_constraint', 'pg_index', 'pg_trigger', 'pg_proc'],
  ...['pg_namespace', 'pg_type', 'pg_rewrite', 'pg_inherits', 'pg_default_acl', 'pg_statistic_ext'],
]
  .map(
    (catalog) =>
      `select '${catalog}' as catalog, count(*), sum(hashtext(xmin::text)) as hash from ${catalog}`,
  )
  .concat(
    `select 'settings', count(*), 0 from pg_db_role_setting
     where setdatabase = (select oid from pg_database where datname = current_database())`,
  )
  .join(' union all ');

export async function readFreshState(ownerDb: Knex): Promise<FreshState> {
  const { rows } = await ownerDb.raw<{ rows: { table: string; columns: string }[] }>(
    `select c.relname as table, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by 1 order by 1`,
  );
  const kept: FreshState['rows'] = [];
  for (const { table, columns } of rows) {
    const found = await ownerDb.raw<{ rows: { json: string | null }[] }>(
      'select json_agg(t)::text as json from only ?? as t',
      [table],
    );
    const json = found.rows[0]?.json ?? null;
    if (json !== null) kept.push({ table, columns, json });
  }
  const sequences = await ownerDb.raw<{ rows: Sequence[] }>(SEQUENCES);
  return {
    schema: await readSchema(ownerDb),
    rows: kept,
    marks: await readMarks(
      ownerDb,
      kept.map(({ table }) => table),
    ),
    sequences: sequences.rows,
  };
}

/** The marks of databases whose rows were put back. A new clone has those of its `FreshState`. */
const marksOf = new WeakMap<Knex, Marks>();

async function readMarks(db: Knex, tables: string[]): Promise<Marks> {
  const { rows } = await db.raw<{ rows: { name: string; mark: string }[] }>(
    tables
      .map(
        (table) =>
          `select '${table}' as name, concat(count(*), ' ', sum(hashtext(concat(xmin, ctid)))) as mark from only "${table}"`,
      )
      .join(' union all '),
  );
  return Object.fromEntries(rows.map(({ name, mark }) => [name, mark]));
}

/** The tables, partitions included, that have ever had a row. */
async function listWritten(trx: Knex.Transaction): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { name: string }[] }>(
    `select relname as name from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0`,
  );
  return rows.map(({ name }) => name);
}

/**
 * Touches only what somebody has written to: to delete from 170 tables and to write the legal documents anew
 * takes three times as long as all the rest.
 */
async function giveBackRows(
  trx: Knex.Transaction,
  ownerDb: Knex,
  { rows, marks }: FreshState,
): Promise<void> {
  const names = rows.map(({ table }) => table);
  const known = marksOf.get(ownerDb) ?? marks;
  const now = await readMarks(trx, names);
  const changed = rows.filter(({ table }) => now[table] !== known[table]);
  const others = (await listWritten(trx)).filter((table) => !names.includes(table));
  const toEmpty = [...others, ...changed.map(({ table }) => table)];
  if (toEmpty.length > 0) await trx.raw(toEmpty.map((table) => `delete from only "${table}"`).join(';'));
  for (const { table, columns, json } of changed)
    await trx.raw(
      `insert into ?? (${columns}) overriding system value select ${columns} from json_populate_recordset(null::??, ?)`,
      [table, table, json],
    );
  if (changed.length > 0) marksOf.set(ownerDb, await readMarks(trx, names));
}

async function readSchema(db: Knex): Promise<string> {
  const { rows } = await db.raw<{ rows: unknown[] }>(SCHEMA);
  return JSON.stringify(rows);
}

/**
 * Gives the tables the rows of a new clone, and sequences their start. False when that is not possible: a
 * test has changed more than rows, somebody else is still connected, a connection of the pool was not given
 * back, a pool was ended, or the role may not pass over triggers.
 */
export async function makeFresh(
  { db, sessionsDb, recordersDb, ownerDb }: Record<'db' | 'sessionsDb' | 'recordersDb' | 'ownerDb', Knex>,
  state: FreshState,
): Promise<boolean> {
  // The next file would wait in vain for connections that this one kept, or whose pool it ended.
  const pools = [db, sessionsDb, recordersDb, ownerDb];
  if (pools.some((pool) => poolOf(pool).numUsed() > 0 || poolOf(pool).destroyed)) return false;
  try {
    return await ownerDb.transaction(async (trx) => {
      if ((await readSchema(trx)) !== state.schema || (await countOthers(trx, pools)) > 0) return false;
      // No trigger fires and no foreign key is checked.
      await trx.raw('set local session_replication_role = replica');
      await giveBackRows(trx, ownerDb, state);
      await trx.raw(
        `select setval(now.name::regclass, coalesce(fresh.last, now.start), fresh.last is not null)
         from (${SEQUENCES}) as now join json_to_recordset(?) as fresh(name text, last bigint) using (name)
         where now.last is distinct from fresh.last`,
        [JSON.stringify(state.sequences)],
      );
      return true;
    });
  } catch {
    return false;
  }
}

/** Connections to the database other than those of the pools. */
async function countOthers(trx: Knex.Transaction, pools: Knex[]): Promise<number> {
  const ours = pools.reduce((sum, pool) => sum + poolOf(pool).numUsed() + poolOf(pool).numFree(), 0);
  const { rows } = await trx.raw<{ rows: { count: number }[] }>(
    "select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'",
  );
  return Math.max(0, (rows[0]?.count ?? 0) - ours);
}

function poolOf(db: Knex): Pool {
  return (db.client as { pool: Pool }).pool;
}
