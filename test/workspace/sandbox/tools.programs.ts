import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';
import { findSandboxFault } from '../../../src/workspace/sandbox/find-sandbox.ts';
import { askInside, createScriptRuntime, FIRST_UID } from './script-program.ts';

const fault = findSandboxFault({ uid: FIRST_UID, gid: null, readable: [], deniedNetworks: [] }, 'own');
if (fault !== null) console.log(`skipped: no test of tools inside of a sandbox, since ${fault}`);

const PACKAGES = realpathSync(resolve(import.meta.dirname, '../../../node_modules'));
const lacks = (program: string): boolean => {
  const isMissing = !existsSync(`/usr/bin/${program}`);
  if (isMissing) console.log(`skipped: no ${program} on this machine, so none in a workspace`);
  return isMissing;
};

describe.skipIf(fault !== null)('the tools of a developer inside of a sandbox', { timeout: 60_000 }, () => {
  let runtime: WorkspaceRuntime;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ runtime, close } = createScriptRuntime({ readable: [PACKAGES], memoryMb: 1024, processesMax: 200 }));
    expect(await runtime.start({ id: 1, name: 'tools', port: 21_000, plan_now: 'trial' })).toEqual({
      ok: true,
    });
  });
  afterAll(() => close());

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
