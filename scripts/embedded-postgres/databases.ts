import pg from 'pg';
import type { Settings } from './cluster.ts';

const DATABASE = 'youarecoder';
const OWNER = 'youarecoder_owner';
const APP = 'youarecoder_app';

/**
 * Creates the missing ones of three: the database, the role that owns it, and the role that the app uses. No
 * role is a superuser. `ownerMayCreate` is for tests: the owner may create databases and roles, and pass over
 * triggers and foreign keys. Returns both addresses.
 */
export async function ensureDatabase(
  port: number,
  settings: Settings,
  ownerMayCreate: boolean,
): Promise<{ ownerUrl: string; appUrl: string }> {
  const { superuserPassword: password, ownerPassword, appPassword } = settings;
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', password, ssl: false },
  });
  await client.connect();
  try {
    await ensureRole(client, OWNER, ownerPassword, ownerMayCreate ? 'createdb createrole' : '');
    await ensureRole(client, APP, appPassword, '');
    if (ownerMayCreate) await client.query(`grant set on parameter session_replication_role to ${OWNER}`);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE} owner ${OWNER}`);
  } finally {
    await client.end();
  }
  const url = (role: string, secret: string): string =>
    `postgres://${role}:${secret}@127.0.0.1:${String(port)}/${DATABASE}`;
  return { ownerUrl: url(OWNER, ownerPassword), appUrl: url(APP, appPassword) };
}

async function ensureRole(client: pg.Client, role: string, password: string, rights: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  const verb = rowCount === 0 ? 'create' : 'alter';
  // A role statement takes no bindings.
  await client.query(
    `${verb} role ${role} login nosuperuser ${rights} password ${client.escapeLiteral(password)}`,
  );
}
