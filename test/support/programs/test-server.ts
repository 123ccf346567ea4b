import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { runMigrations } from '../../../scripts/migrations/run-migrations.ts';

/** Everything that a test file needs to clone a database. */
export interface TestServer {
  /** Role with CREATEDB and CREATEROLE; owns every test database. */
  adminUrl: string;
  appRole: string;
  appPassword: string;
  /** Name of the migrated database that is cloned. */
  template: string;
  /** The beginning of the name of every database of this run. */
  prefix: string;
}

const APP_ROLE = 'yac_test_app';
/** yac_test_r… belongs to a run, yac_test_t… is a template, yac_test_b… an unfinished template. */
const OURS = /^yac_test_([rtb][0-9a-f]+)/;
const root = new URL('../../../', import.meta.url);

/**
 * Prepares a server for one run: removes the leftovers of dead runs, and migrates a template unless there is
 * one for these migrations. Every user of a template or a name holds a session lock on it, so simultaneous
 * runs, on one machine or several, leave each other's databases alone.
 */
export async function openTestServer(
  adminUrl: string,
): Promise<{ shared: TestServer; close: () => Promise<void> }> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  // A setup that failed leaves it open, and its server ends: that error would hide the first one.
  admin.on('error', () => undefined);
  await requireRights(admin);
  await admin.query("select pg_advisory_lock(hashtextextended('yac_test setup', 0))");
  await dropAbandoned(admin);
  const appPassword = await ensureAppRole(admin, adminUrl);
  const template = await ensureTemplate(admin, adminUrl);
  const run = `r${randomBytes(4).toString('hex')}`;
  await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [run]);
  await admin.query("select pg_advisory_unlock(hashtextextended('yac_test setup', 0))");
  const prefix = `yac_test_${run}`;
  const close = async (): Promise<void> => {
    for (const name of await listDatabases(admin)) if (name.startsWith(prefix)) await drop(admin, name);
    await admin.end();
  };
  return { shared: { adminUrl, appRole: APP_ROLE, appPassword, template, prefix }, close };
}

/** The address with another database, and optionally another role. */
export function urlOf(adminUrl: string, database: string, role?: { name: string; password: string }): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  if (role !== undefined) Object.assign(url, { username: role.name, password: role.password });
  return url.href;
}

async function requireRights(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ may: boolean }>(
    'select rolsuper or (rolcreatedb and rolcreaterole) as may from pg_roles where rolname = current_user',
  );
  if (rows[0]?.may !== true) throw new Error('the role of TEST_DATABASE_URL needs CREATEDB and CREATEROLE');
}

async function dropAbandoned(admin: pg.Client): Promise<void> {
  for (const name of await listDatabases(admin)) {
    const key = OURS.exec(name)?.[1] ?? '';
    const { rows } = await admin.query<{ free: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as free',
      [key],
    );
    if (rows[0]?.free !== true) continue;
    const isCurrentTemplate = key === `t${hashMigrations()}`;
    if (!isCurrentTemplate) await drop(admin, name);
    await admin.query('select pg_advisory_unlock(hashtextextended($1, 0))', [key]);
  }
}

/** Only databases of our own role: another user of the server may test this project, too. */
async function listDatabases(admin: pg.Client): Promise<string[]> {
  const { rows } = await admin.query<{ datname: string }>(
    'select datname from pg_database where datdba = current_user::regrole',
  );
  return rows.map(({ datname }) => datname).filter((name) => OURS.test(name));
}

async function drop(admin: pg.Client, name: string): Promise<void> {
  await admin.query(`drop database if exists ${name} with (force)`);
}

/**
 * The role's password is derived from the administrator's and the same in every run, since simultaneous runs
 * share the role.
 */
async function ensureAppRole(admin: pg.Client, adminUrl: string): Promise<string> {
  const secret = `${new URL(adminUrl).password} ${APP_ROLE}`;
  const password = createHash('sha256').update(secret).digest('base64url');
  const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [APP_ROLE]);
  if (rowCount === 0) {
    await admin.query(`create role ${APP_ROLE} login`);
    // Lets the administrator cut the app's sessions when a database is dropped.
    await admin.query(`grant ${APP_ROLE} to current_user`);
  }
  await admin.query(`alter role ${APP_ROLE} password ${admin.escapeLiteral(password)}`);
  return password;
}

async function ensureTemplate(admin: pg.Client, adminUrl: string): Promise<string> {
  const hash = hashMigrations();
  const template = `yac_test_t${hash}`;
  await admin.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [`t${hash}`]);
  if ((await listDatabases(admin)).includes(template)) return template;
  const unfinished = `yac_test_b${hash}`;
  await drop(admin, unfinished);
  await admin.query(`create database ${unfinished}`);
  await runMigrations({
    ownerUrl: urlOf(adminUrl, unfinished),
    appRole: APP_ROLE,
    log: () => undefined,
  });
  await letTimePass(urlOf(adminUrl, unfinished));
  if (hashMigrations() !== hash) return ensureTemplate(admin, adminUrl);
  // A database that is being cloned must have no sessions.
  await admin.query(`alter database ${unfinished} allow_connections false`);
  await admin.query(`alter database ${unfinished} rename to ${template}`);
  return template;
}

/**
 * Lets tests use other years: the test of the bounds narrows them in its own database. Without the partitions
 * of the months to come a clone is smaller, and a new connection plans its first statement in half the time.
 */
async function letTimePass(ownerUrl: string): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query("update audit_time_bounds set oldest = '1000 years', ahead = '1000 years'");
  const { rows } = await owner.query<{ name: string }>(
    `select partition_name as name
     from unnest(array['audit_logs', 'workspace_sessions']) parent, list_partitions(parent)
     where starts_at > now()`,
  );
  for (const { name } of rows) await owner.query(`drop table ${owner.escapeIdentifier(name)}`);
  await owner.end();
}

/**
 * A hash of everything that shapes a template: the migrations, and the scripts that run them and grant
 * privileges.
 */
function hashMigrations(): string {
  const hash = createHash('sha256');
  const migrations = readdirSync(new URL('migrations', root)).map((name) => `migrations/${name}`);
  for (const path of [
    ...migrations.sort(),
    'scripts/migrations/run-migrations.ts',
    'scripts/migrations/grant-app-role.ts',
    'test/support/programs/test-server.ts',
  ]) {
    hash.update(path).update(readFileSync(new URL(path, root)));
  }
  return hash.digest('hex').slice(0, 12);
}
