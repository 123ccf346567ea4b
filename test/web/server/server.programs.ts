import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildUser, buildWorkspace } from '../../support/programs/build.ts';
import { endOfChild, startChild, type Child } from '../../support/programs/child.ts';
import { useTestDatabase } from '../../support/database.ts';
import { FAKE_STORE } from '../../support/fake-paytr.ts';
import { pastTriggers } from '../../support/postgres/past-triggers.ts';
import { probeProgram } from '../../support/probe.ts';
import { signIn } from '../../support/sign-in.ts';

const database = useTestDatabase();

const settings = (): Record<string, string> => ({
  DATABASE_URL: database.appUrl,
  SESSION_SECRET: 'a session secret for tests only, 32+',
  PAYTR_MERCHANT_ID: FAKE_STORE.merchantId,
  PAYTR_MERCHANT_KEY: FAKE_STORE.merchantKey,
  PAYTR_MERCHANT_SALT: FAKE_STORE.merchantSalt,
  PORT: '0',
  // Else it would take programs that somebody runs in this checkout for its own.
  WORKSPACE_RUNTIME: 'external',
});

type Server = Child;

/** Asked without a pause, a server has no time to do what is waited for. */
const PATIENT = { timeout: 30_000, interval: 50 };

/** The port from the line that says it listens; throws with what it printed when it ends instead. */
async function portOf(server: Server, says = /./): Promise<number> {
  let printed = '';
  for await (const chunk of server.stdout) {
    printed += String(chunk);
    const found = /"port":(\d+).*"msg":"listening"/.exec(printed);
    if (found === null) continue;
    expect(printed).toMatch(says);
    return Number(found[1]);
  }
  throw new Error(`The server ended: ${printed}`);
}

describe('the server', () => {
  it('finishes a request in flight after SIGTERM, takes no new one, and exits with 0', async () => {
    const server = await startChild('src/server.ts', { env: settings() });
    const port = await portOf(server);
    const exited = new Promise<number | null>((done) => server.once('exit', done));
    const body = 'email=ada%40example.com&password=wrong';
    const answered = new Promise<number>((done, fail) => {
      const started = request(
        {
          port,
          path: '/auth/login',
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length },
        },
        (response) => {
          response.resume();
          done(response.statusCode ?? 0);
        },
      );
      started.once('error', fail);
      // Sends half of the body now, and the rest only when the server has been asked to stop and refuses
      // others.
      started.write(body.slice(0, 10), () => {
        void untilHeard(port).then(() => {
          server.kill('SIGTERM');
          void untilRefused(port).then(() => started.end(body.slice(10)));
        }, fail);
      });
    });
    expect(await answered).toBe(403);
    expect(await exited).toBe(0);
  });

  it('says what error nobody caught, finishes what is in flight, and ends with a code that asks for another start', async () => {
    const fault = "process.on('SIGUSR2',()=>{setTimeout(()=>{throw new Error('nobody caught me')})})";
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(fault)}`;
    const server = await startChild('src/server.ts', { env: { ...settings(), NODE_OPTIONS } });
    let printed = '';
    server.stdout.on('data', (chunk: Buffer) => (printed += String(chunk)));
    const portPrinted = (): string | undefined => /"port":(\d+).*"msg":"listening"/.exec(printed)?.[1];
    await expect.poll(portPrinted, PATIENT).toBeDefined();
    const port = Number(portPrinted());
    const exited = new Promise<number | null>((done) => server.once('exit', done));
    const body = 'email=ada%40example.com&password=wrong';
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
    };
    const answered = new Promise<number>((done, fail) => {
      const started = request({ port, path: '/auth/login', method: 'POST', headers }, (response) => {
        response.resume();
        done(response.statusCode ?? 0);
      });
      started.once('error', fail);
      started.write(body.slice(0, 10), () => {
        void untilHeard(port).then(() => {
          server.kill('SIGUSR2');
          void untilRefused(port).then(() => started.end(body.slice(10)));
        }, fail);
      });
    });
    expect(await answered).toBe(403);
    expect(await exited).toBe(1);
    expect(printed).toMatch(/"level":60.*nobody caught me.*"origin":"uncaughtException"/);
  });

  it('writes the activity that it has only in memory before it exits', async () => {
    const server = await startChild('src/server.ts', { env: settings() });
    const url = `http://127.0.0.1:${String(await portOf(server))}`;
    const exited = new Promise<number | null>((done) => server.once('exit', done));
    const { report, session, rewrite } = await useWorkspace(url);
    const past = new Date(Date.now() - 180_000);
    await rewrite({ started_at: past, last_activity_at: past });
    expect(await report()).toBe(204);
    await rewrite({ last_activity_at: past });
    // Noted once the process has looked at the row again, which it does every few seconds.
    await expect.poll(async () => [await report(), await pending(url)], PATIENT).toEqual([204, '1']);
    server.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(await session().first('activity_count')).toEqual({ activity_count: 2 });
  }, 60_000);

  it('stops the programs of workspaces with it in development, and ends what was open there as app-shutdown', async () => {
    const { server, place, pid } = await runWorkspace();
    const program = pid();
    expect(isAlive(program)).toBe(true);
    await stop(server, 'SIGTERM');
    expect(isAlive(program)).toBe(false);
    const session = await database.db('workspace_sessions').where({ workspace_id: place.id }).first();
    expect(session).toMatchObject({ end_reason: 'app-shutdown', ended_at: session.last_activity_at });
  }, 60_000);

  it('takes over after a kill -9 what the one before has left running, with the session that was open in it', async () => {
    const { server, place, person, pid, start } = await runWorkspace();
    const program = pid();
    await stop(server, 'SIGKILL');
    expect(isAlive(program)).toBe(true);
    const next = await start();
    expect(pid()).toBe(program);
    const visitor = await signIn(next.url, person);
    // Only its own programs can it stop.
    await visitor.post(`/workspace/${String(place.id)}/stop`);
    await expect.poll(() => isAlive(program), { timeout: 15_000 }).toBe(false);
    const sessions = await database.db('workspace_sessions').where({ workspace_id: place.id });
    expect(sessions).toMatchObject([{ end_reason: 'stopped', ended_at: sessions[0].last_activity_at }]);
    await stop(next.server, 'SIGTERM');
  }, 60_000);

  it('starts after a kill -9 what has ended meanwhile', async () => {
    const { server, pid, start } = await runWorkspace();
    const program = pid();
    await stop(server, 'SIGKILL');
    process.kill(program, 'SIGKILL');
    const next = await start();
    await expect.poll(pid, { timeout: 15_000 }).not.toBe(program);
    const anew = pid();
    expect(isAlive(anew)).toBe(true);
    await stop(next.server, 'SIGTERM');
    expect(isAlive(anew)).toBe(false);
  }, 60_000);

  it('refuses to start in production without its secrets, and names them all', async () => {
    const ended = await endOfChild(startChild('scripts/start.ts', { env: { NODE_ENV: 'production' } }));
    expect(ended.code).toBe(1);
    for (const name of [
      'DATABASE_URL',
      'SESSION_SECRET',
      'PAYTR_MERCHANT_ID',
      'PAYTR_MERCHANT_KEY',
      'PAYTR_MERCHANT_SALT',
    ]) {
      expect(ended.stderr).toContain(name);
    }
    expect(ended.stderr).not.toContain('    at ');
  });

  it('refuses to start in production with a weak secret, and does not print it', async () => {
    const ended = await endOfChild(
      startChild('src/server.ts', { env: { ...settings(), NODE_ENV: 'production' } }),
    );
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('SESSION_SECRET: is a weak or well-known value');
    expect(ended.stderr).not.toContain(settings()['SESSION_SECRET'] ?? '');
  });
});

/** A server with one workspace that runs and is open; `start` starts another one with the same folder. */
async function runWorkspace() {
  const dataDir = mkdtempSync(join(tmpdir(), 'server-'));
  onTestFinished(() => {
    rmSync(dataDir, { recursive: true });
  });
  const program = join(dataDir, 'program.cjs');
  writeFileSync(program, probeProgram.replaceAll('process.argv[1]', 'process.argv[2]'));
  const runtime = {
    WORKSPACE_RUNTIME: 'process',
    WORKSPACE_COMMAND: `"${process.execPath}" "${program}" {socket}`,
    DATA_DIR: dataDir,
    WORKSPACE_SANDBOX: 'none',
  };
  const start = async (): Promise<{ server: Server; url: string }> => {
    const server = await startChild('src/server.ts', { env: { ...settings(), ...runtime } });
    const says = /workspaces on this machine share \/tmp, the list of processes and the loopback network/;
    return { server, url: `http://127.0.0.1:${String(await portOf(server, says))}` };
  };
  const { server, url } = await start();
  const { visitor, place, person } = await buildOwner(url);
  await visitor.post(`/workspace/${String(place.id)}/start`);
  await visitor.post(`/workspace/${String(place.id)}/open`);
  const record = join(dataDir, `workspaces/.run/${String(place.id)}.json`);
  const pid = (): number => (JSON.parse(readFileSync(record, 'utf8')) as { pid: number }).pid;
  return { server, place, person, pid, start };
}

async function stop(server: Server, signal: NodeJS.Signals): Promise<void> {
  const exited = new Promise<number | null>((done) => server.once('exit', done));
  server.kill(signal);
  expect(await exited).toBe(signal === 'SIGKILL' ? null : 0);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Somebody who has opened a workspace; `report` is what the page's script does. */
async function useWorkspace(url: string) {
  const { visitor, place } = await buildOwner(url);
  const page = await visitor.get('/workspace');
  const token = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  await visitor.post(`/workspace/${String(place.id)}/open`);
  const session = () => database.db('workspace_sessions').where({ workspace_id: place.id });
  const { id } = await session().first<{ id: number }>('id');
  const report = async (): Promise<number> => {
    const request = visitor.rawPost(`/workspace/${String(place.id)}/activity`).set('x-csrf-token', token);
    return (await request.type('form').send({ sessionId: id })).status;
  };
  // Only past the triggers that keep evidence as it is.
  const rewrite = (row: object): Promise<void> =>
    pastTriggers(database.ownerDb, 'workspace_sessions', (rows) => rows.where({ id }).update(row));
  return { report, session, rewrite };
}

async function buildOwner(url: string) {
  const person = await buildUser(database.db);
  const place = await buildWorkspace(database.db, {
    company_id: person.company_id ?? 0,
    owner_user_id: person.id,
  });
  return { place, person, visitor: await signIn(url, person) };
}

/** How many touches of sessions the process has only in memory. */
async function pending(url: string): Promise<string | undefined> {
  return /^activity_pending_touches (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
}

async function untilHeard(port: number): Promise<void> {
  await expect.poll(() => isAnswered(port), PATIENT).toBe(true);
}

async function untilRefused(port: number): Promise<void> {
  await expect.poll(() => isAnswered(port), PATIENT).toBe(false);
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = request({ port, path: '/healthz', agent: false }, (response) => {
      response.resume();
      done(true);
    });
    probe.once('error', () => {
      done(false);
    });
    probe.end();
  });
}
