import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type ListenOptions } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeConfig } from '../../../src/config/runtime-config.ts';
import { createWorkspaceRuntime } from '../../../src/workspace/runtime/runtime.ts';
import { findSandboxFault } from '../../../src/workspace/sandbox/find-sandbox.ts';
import { askInside as ask, SCRIPT_PROGRAM } from './script-program.ts';
import { waysOut, type Surroundings, type Way } from './ways-out.ts';
import { plainRuntime } from '../../support/programs/runtime-settings.ts';

const isRoot = process.getuid?.() === 0;
const DENIED = ['10.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'];
const fault = isRoot
  ? findSandboxFault({ uid: 200_000, gid: null, readable: [], deniedNetworks: DENIED }, 'own')
  : 'only root can give each workspace a user of its own';
if (fault !== null) console.log(`skipped: no test from inside of a sandbox, since ${fault}`);

/** Addresses of the ranges that no workspace may reach, put on the loopback interface for the test. */
const LINK_LOCAL = '169.254.77.99';
const PRIVATE = '10.77.77.77';

/** The facts that differ from workspace to workspace. */
type Own = 'NEIGHBOUR' | 'NEIGHBOUR_PORT' | 'PID' | 'WORD' | 'DATA' | 'ABSTRACT' | 'SHM_KEY';

describe.skipIf(fault !== null)('ways out of a workspace', { timeout: 120_000 }, () => {
  const stops: (() => unknown)[] = [];
  const root = mkdtempSync(join(tmpdir(), 'yac-'));
  let surroundings: Omit<Surroundings, Own>;

  beforeAll(async () => {
    stops.push(() => {
      rmSync(root, { recursive: true, force: true });
    });
    chmodSync(root, 0o755);
    const shared = mkdtempSync(join(tmpdir(), 'yac-left-'));
    const shmFile = `/dev/shm/yac-${String(process.pid)}`;
    stops.push(() => {
      rmSync(shared, { recursive: true });
      rmSync(shmFile);
    });
    chmodSync(shared, 0o755);
    for (const file of [join(shared, 'log'), shmFile, join(root, 'public')])
      writeFileSync(file, 'x', { mode: 0o644 });
    mkdirSync(join(root, 'readable'));
    cpSync('/usr/bin/id', join(root, 'readable/id'));
    chmodSync(join(root, 'readable/id'), 0o4755);
    mkdirSync(join(root, 'ssh'), { mode: 0o700 });
    for (const name of ['keys', 'sessions']) await listen({ path: join(root, 'ssh', name) });
    const udp = createSocket('udp4', (message, from) => {
      udp.send(message, from.port, from.address);
    }).bind(0, '127.0.0.1');
    await once(udp, 'listening');
    stops.push(() => udp.close());
    const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    surroundings = {
      APP_PID: String(process.pid),
      SHARED_TMP: join(shared, 'log'),
      PUBLIC: join(root, 'public'),
      SETUID: join(root, 'readable/id'),
      SHM_FILE: shmFile,
      APP_PORT: String(await listen({ port: 0, host: '0.0.0.0' })),
      APP_PORT_6: String(await listen({ port: 0, host: '::1' })),
      UDP_PORT: String(udp.address().port),
      DATABASE_PORT: String(await listen({ port: 0, host: '127.0.0.1' })),
      ADDRESS: own.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1',
      LINK_LOCAL,
      PRIVATE,
      SSH: join(root, 'ssh'),
    };
  });

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  async function listen(at: ListenOptions): Promise<number> {
    const server = createServer((socket) => socket.on('error', () => socket.destroy()).end()).listen(at);
    await once(server, 'listening');
    stops.push(() => server.close());
    const address = server.address();
    return typeof address === 'string' ? 0 : (address as AddressInfo).port;
  }

  /** Tries all ways from workspace 1 and from workspace 2 of a runtime, and returns those that are open. */
  async function findOpen(name: string, walls: Partial<RuntimeConfig>): Promise<string[][]> {
    const dataDir = join(root, name);
    mkdirSync(dataDir, { mode: 0o711 });
    writeFileSync(join(dataDir, '.env'), 'SESSION_SECRET=x', { mode: 0o600 });
    const runtime = createWorkspaceRuntime({
      config: {
        ...{ ...plainRuntime, dataDir, deniedNetworks: DENIED, readable: [join(root, 'readable')] },
        command: [process.execPath, '-e', SCRIPT_PROGRAM, '{socket}', '{name}'],
        ...walls,
      },
      log: pino({ level: 'silent' }),
    });
    stops.push(() => runtime.close());
    for (const id of [1, 2])
      expect(
        await runtime.start({ id, name: `word-of-${String(id)}`, port: 21_000 + id, plan_now: 'trial' }),
      ).toEqual({
        ok: true,
      });
    // After the start, so that the ranges deny them and not the list of the machine's own addresses.
    for (const address of [LINK_LOCAL, PRIVATE])
      execFileSync('ip', ['addr', 'replace', `${address}/32`, 'dev', 'lo']);
    try {
      return await Promise.all([from(1), from(2)]);
    } finally {
      for (const address of [LINK_LOCAL, PRIVATE])
        execFileSync('ip', ['addr', 'del', `${address}/32`, 'dev', 'lo']);
      await runtime.close();
    }

    async function from(id: number): Promise<string[]> {
      const other = 3 - id;
      const pid = innermostPid(dataDir, other);
      writeFileSync(join(dataDir, 'workspaces', String(other), 'secret'), 'x');
      const variables: Surroundings = {
        ...surroundings,
        NEIGHBOUR_PORT: '',
        NEIGHBOUR: join(dataDir, 'workspaces', String(other)),
        PID: String(pid),
        WORD: `word-of-${String(other)}`,
        DATA: dataDir,
        ABSTRACT: `yac-${name}-${String(process.pid)}-${String(other)}`,
        SHM_KEY: `0x${(process.pid * 10 + other).toString(16).padStart(8, '0')}`,
      };
      const head = Object.entries(variables)
        .map(([key, value]) => `${key}='${value}'; `)
        .join('');
      // The neighbour's part: a development server, shared memory, an abstract socket.
      const served = await ask(runtime, other, neighbourScript(variables));
      expect(served).toMatch(/^port \d+/);
      const port = /\d+/.exec(served)?.[0] ?? '';
      stops.push(() => execFileSync('sh', ['-c', `ipcrm -M ${variables.SHM_KEY} 2>/dev/null; true`]));
      const open: string[] = [];
      for (const way of waysOut) {
        const script = way.script
          .replaceAll('workspaces/.sockets/2', `workspaces/.sockets/${String(other)}`)
          .replaceAll('.run/2.log', `.run/${String(other)}.json`)
          .replace('grep -qx 2', `grep -qx ${String(other)}`);
        const said = await ask(runtime, id, `${head} NEIGHBOUR_PORT=${port}; ${script}`);
        if (said.includes('OPEN')) open.push(way.name);
      }
      return open;
    }
  }

  const named = (wanted: (way: Way) => boolean): string[] => waysOut.filter(wanted).map(({ name }) => name);

  it('are some forty, and each is open to a workspace that runs as root without a sandbox', async () => {
    expect(waysOut.length).toBeGreaterThanOrEqual(40);
    for (const open of await findOpen('root', {})) expect(open).toEqual(named(() => true));
  });

  it('stay open in part where a workspace has a user of its own and no sandbox', async () => {
    for (const open of await findOpen('user', { uid: 210_000 }))
      expect(open).toEqual(named(({ without }) => without === 'user'));
  });

  it('are all closed in a sandbox with a network of its own, for two companies at once', async () => {
    const walls = { sandbox: 'bubblewrap', network: 'own', memoryMb: 512, processesMax: 100 } as const;
    expect(await findOpen('sandbox', { uid: 220_000, ...walls })).toEqual([[], []]);
  });

  it('are all closed in a sandbox without a network', async () => {
    const walls = { sandbox: 'bubblewrap', network: 'none', memoryMb: 512, processesMax: 100 } as const;
    expect(await findOpen('offline', { uid: 230_000, ...walls })).toEqual([[], []]);
  });
});

/** The program as the machine numbers it: the last process below the one that the app has started. */
function innermostPid(dataDir: string, id: number): number {
  const text = readFileSync(join(dataDir, `workspaces/.run/${String(id)}.json`), 'utf8');
  let { pid } = JSON.parse(text) as { pid: number };
  for (;;) {
    const child =
      readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').split(' ')[0] ?? '';
    if (child === '') return pid;
    pid = Number(child);
  }
}

function neighbourScript({ ABSTRACT, SHM_KEY }: Surroundings): string {
  return `ipcs -m | grep -q ${SHM_KEY} || perl -e 'exit(shmget(hex $ARGV[0],4096,01666)?0:1)' ${SHM_KEY}
    perl -MSocket -MIO::Socket::INET -e '
      socket(S,AF_UNIX,SOCK_STREAM,0); bind(S,pack_sockaddr_un("\\0$ARGV[0]")) or die; listen(S,9);
      $s=IO::Socket::INET->new(LocalAddr=>"127.0.0.1",Listen=>9) or die; print "port ",$s->sockport,"\\n"; close STDOUT;
      exit if fork; open STDOUT,">/dev/null"; close STDERR; sleep 300' ${ABSTRACT}`;
}
