import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkspaceRuntime } from '../../../src/workspace/runtime/runtime.ts';
import type { WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';
import { findSandboxFault } from '../../../src/workspace/sandbox/find-sandbox.ts';
import { askInside, SCRIPT_PROGRAM } from './script-program.ts';

const uid = process.getuid?.() === 0 ? 200_000 : null;
const fault = findSandboxFault({ uid, gid: null, readable: [], deniedNetworks: [] }, 'own');
if (fault !== null) console.log(`skipped: no test of tools inside of a sandbox, since ${fault}`);

const PACKAGES = realpathSync(resolve(import.meta.dirname, '../../../node_modules'));
const lacks = (program: string): boolean => {
  const isMissing = !existsSync(`/usr/bin/${program}`);
  if (isMissing) console.log(`skipped: no ${program} on this machine, so none in a workspace`);
  return isMissing;
};

describe.skipIf(fault !== null)('the tools of a developer inside of a sandbox', { timeout: 60_000 }, () => {
  let dataDir: string;
  let runtime: WorkspaceRuntime;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'yt-'));
    chmodSync(dataDir, 0o711);
    runtime = createWorkspaceRuntime({
      config: {
        ...{
          isManaged: true,
          command: [process.execPath, '-e', SCRIPT_PROGRAM, '{socket}'],
          usesSocket: true,
        },
        ...{ dataDir, uid, gid: null, sandbox: 'bubblewrap', network: 'own', deniedNetworks: [] },
        ...{
          readable: [PACKAGES],
          memoryMb: 1024,
          processesMax: 200,
          cpuPercent: null,
          cgroup: null,
          diskMb: null,
        },
        ...{ outlivesApp: false, startTimeoutMs: 30_000 },
      },
      log: pino({ level: 'silent' }),
    });
    expect(await runtime.start({ id: 1, name: 'tools', port: 21_000, plan_now: 'trial' })).toEqual({
      ok: true,
    });
  });
  afterAll(async () => {
    await runtime.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.skipIf(lacks('gcc'))('compile and run a program', async () => {
    const script = `printf '#include <stdio.h>\\nint main(){puts("compiled");}' >a.c && gcc a.c -o a && ./a`;
    expect(await askInside(runtime, 1, script)).toBe('compiled\n');
  });

  it('check and translate TypeScript', async () => {
    const script = `mkdir -p ts && cd ts && echo 'const answer: number = 6 * 7; console.log(answer);' >a.ts
      node ${PACKAGES}/typescript/bin/tsc a.ts && node a.js`;
    expect(await askInside(runtime, 1, script)).toBe('42\n');
  });

  it.skipIf(lacks('git'))('keep a history, and clone it', async () => {
    const script = `git init -q -b main one && cd one && git config user.email w@example.com && git config user.name W
      echo a >a && git add a && git commit -qm first && cd .. && git clone -q one two && git -C two log --format=%s`;
    expect(await askInside(runtime, 1, script)).toBe('first\n');
  });
});
