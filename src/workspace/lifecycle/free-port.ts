import type { Knex } from 'knex';

/** Any number, as long as nothing else in this database locks it: "port" in ASCII. */
const PORT_LOCK = 0x706f7274;

/**
 * The lowest port of the range that no workspace has, or `preferred` when it is one of those; undefined when
 * all are taken. Until the transaction ends nobody else is given one, so two workspaces never get the same;
 * the unique index on the port is the second lock.
 */
export async function findFreePort(
  trx: Knex,
  range: { min: number; max: number },
  preferred?: number,
): Promise<number | undefined> {
  await trx.raw('select pg_advisory_xact_lock(?)', [PORT_LOCK]);
  const { rows } = await trx.raw<{ rows: { port: number }[] }>(
    `select port from generate_series(?::int, ?::int) as port
     where not exists (select 1 from workspaces where workspaces.port = port.port and workspaces.deleted_at is null)
     order by port = ? desc, port limit 1`,
    [range.min, range.max, preferred ?? 0],
  );
  return rows[0]?.port;
}
