import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../embedded-postgres/embedded-postgres.ts';
import { readSettings } from '../embedded-postgres/cluster.ts';
import { prepareHome } from '../embedded-postgres/home.ts';
import { runMigrations } from '../migrations/run-migrations.ts';
import type { Closing } from './closing.ts';
import { fillAuditLogs } from './data/fill-audit-logs.ts';
import { keepEverything } from './data/log-rows.ts';
import { fillPeople } from './data/fill-people.ts';
import type { BenchOptions } from './options.ts';

/** A database as its three kinds of users see it. */
export interface BenchDatabase {
  name: string;
  /** As the product's app connects. */
  appUrl: string;
  /** As a superuser, who may fill and empty append-only tables. */
  superUrl: string;
}

/** The place of the benchmark: its own Postgres, with as many databases as the rows need. */
export interface Lab {
  options: BenchOptions;
  /** The version, as the server reports it. */
  postgres: string;
  /** Prints a line on stderr; stdout is for the table. */
  say(line: string): void;
  /** The file with the log of the server, which also holds statements where the server is set to log them. */
  postgresLog: string;
  /** A folder for files of an app process. */
  makeFolder(name: string): string;
  /** The migrated product with people and companies and without any event. A new one for each name. */
  peopleDatabase(name: string): Promise<BenchDatabase>;
  /** The same with so many audit rows; made once for each number. */
  auditDatabase(rows: number): Promise<BenchDatabase>;
  /** Is called before the database stops, the newest first. */
  onClose(stop: () => Promise<void> | void): void;
}

/**
 * The magic number of tmpfs in statfs(2). tmpfs keeps files in memory, where a commit costs nothing and a
 * benchmark proves nothing.
 */
const TMPFS_MAGIC = 0x01021994;

/** Name that `startEmbeddedPostgres` gives its database; here it is the template of all others. */
const TEMPLATE = 'youarecoder';

/**
 * Starts a Postgres in a new folder with the settings that Postgres ships, the default durability included;
 * migrates it and fills in people. Throws when the folder is in memory.
 */
export async function openLab(
  options: BenchOptions,
  closing: Closing,
  say: (line: string) => void,
): Promise<Lab> {
  const folder = resolve(options.dataDir, `run-${String(process.pid)}`);
  mkdirSync(folder, { recursive: true });
  closing.add(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  if (statfsSync(folder).type === TMPFS_MAGIC) throw new Error(`${folder} is in memory: set DATA_DIR`);
  const starting = startServer(folder, say);
  // Also when the end comes while it starts: the server is no child that would go with us.
  closing.add(() => starting.then(({ stop }) => stop()));
  const server = await starting;
  await checkDurability(server.superUrl(TEMPLATE));
  say('migrating, and filling in people');
  await runMigrations({
    ownerUrl: server.ownerUrl,
    appRole: new URL(server.appUrl).username,
    log: () => undefined,
  });
  await fillPeople(server.superUrl(TEMPLATE));
  await keepEverything(server);
  return createLab(options, say, folder, server, closing);
}

/** Runs a statement as the user that the address names, on a new connection. */
export async function runStatement<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

interface Server {
  version: string;
  logFile: string;
  ownerUrl: string;
  appUrl: string;
  superUrl(database: string): string;
  stop(): Promise<void>;
}

async function startServer(folder: string, say: (line: string) => void): Promise<Server> {
  const dataDir = join(folder, 'postgres');
  const { ownerUrl, appUrl, stop } = await startEmbeddedPostgres({ dataDir, log: say });
  // As root the server's files may lie elsewhere, and go with it.
  const home = prepareHome(dataDir, say);
  const { superuserPassword, port } = readSettings(home);
  const superUrl = (database: string): string =>
    `postgres://postgres:${superuserPassword}@127.0.0.1:${String(port)}/${database}`;
  const [row] = await runStatement<{ server_version: string }>(superUrl('postgres'), 'show server_version');
  return {
    version: row?.server_version ?? 'unknown',
    logFile: join(home, 'postgres.log'),
    ownerUrl,
    appUrl,
    superUrl,
    stop: async () => {
      await stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function checkDurability(superUrl: string): Promise<void> {
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const [row] = await runStatement<{ setting: string }>(superUrl, 'select current_setting($1) as setting', [
      name,
    ]);
    if (row?.setting !== 'on') throw new Error(`${name} is ${String(row?.setting)}: nothing would be proved`);
  }
}

function createLab(
  options: BenchOptions,
  say: (line: string) => void,
  folder: string,
  server: Server,
  closing: Closing,
): Lab {
  const filled = new Map<number, Promise<BenchDatabase>>();
  const peopleDatabase = async (name: string): Promise<BenchDatabase> => {
    await runStatement(server.superUrl('postgres'), `create database ${name} template ${TEMPLATE}`);
    return { name, appUrl: appUrlOf(server, name), superUrl: server.superUrl(name) };
  };
  const makeAuditDatabase = async (rows: number): Promise<BenchDatabase> => {
    const database = await peopleDatabase(`audit_${String(rows)}`);
    await fillAuditLogs(database.superUrl, { rows, say });
    say('putting the rows into their logs');
    await keepEverything(database);
    await runStatement(database.superUrl, 'vacuum analyze log_leaves, log_tiles');
    return database;
  };
  return {
    options,
    postgres: server.version,
    postgresLog: server.logFile,
    say,
    makeFolder: (name) => {
      const path = join(folder, name);
      mkdirSync(path, { recursive: true });
      return path;
    },
    peopleDatabase,
    auditDatabase: (rows) => {
      const known = filled.get(rows) ?? makeAuditDatabase(rows);
      filled.set(rows, known);
      return known;
    },
    onClose: closing.add,
  };
}

function appUrlOf(server: Server, database: string): string {
  const url = new URL(server.appUrl);
  url.pathname = `/${database}`;
  return url.href;
}
