import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RuntimeConfig } from '../../../src/config/runtime-config.ts';
import { chooseSandbox, findSandboxFault } from '../../../src/workspace/sandbox/find-sandbox.ts';
import { askProgram, type AboutProbe } from '../../support/probe.ts';
import {
  describeProgram,
  endRuntimes,
  lives,
  newRoot,
  startedPid,
  startRuntime,
  workspace,
} from './runtime-cases.ts';

const fault = findSandboxFault({ uid: null, gid: null, readable: [], deniedNetworks: [] });
if (fault !== null) console.log(`skipped: no test of sandboxes, since ${fault}`);
const uid = process.getuid?.() === 0 ? 200_000 : null;
const netFault = findSandboxFault({ uid, gid: null, readable: [], deniedNetworks: [] }, 'own');
if (netFault !== null) console.log(`skipped: no test of networks of their own, since ${netFault}`);

endRuntimes();
describeProgram(
  [
    ...(fault === null ? [{ sandbox: 'bubblewrap', network: 'none' } as const] : []),
    ...(netFault === null ? [{ sandbox: 'bubblewrap', network: 'own' } as const] : []),
  ],
  uid,
);

describe.skipIf(fault !== null)('a sandbox', () => {
  it('is entered at the next start of the app when it is switched on, by a new start of the program', async () => {
    const root = newRoot();
    const before = startRuntime(root, { outlivesApp: true, sandbox: 'none' });
    await before.start(workspace(1));
    const pid = startedPid(root, 1);
    await before.close();
    const after = startRuntime(root, { sandbox: 'bubblewrap' });
    expect(await after.start(workspace(1))).toEqual({ ok: true });
    expect(lives(pid)).toBe(false);
    expect(after.confinement(1)).toEqual({ sandbox: 'bubblewrap', network: 'shared' });
    expect((await askProgram<AboutProbe>(after, 1)).pid).toBe(2);
  });

  it('has a /tmp of its own, which a start empties', async () => {
    const root = newRoot();
    const runtime = startRuntime(root, { sandbox: 'bubblewrap' });
    await runtime.start(workspace(1));
    writeFileSync(join(root, 'workspaces/.tmp/1/left'), 'from before');
    expect(await askProgram(runtime, 1, '/read?path=/tmp/left')).toBe('from before');
    await runtime.restart(workspace(1));
    expect(await askProgram(runtime, 1, '/read?path=/tmp/left')).toBe('ENOENT');
  });

  it('is what the process chooses where nothing is set, and a start in production as root insists on', () => {
    const config = {
      ...{ isManaged: true, usesSocket: true, sandbox: 'auto', network: 'auto' },
      ...{ uid: null, gid: null, readable: [], deniedNetworks: [] },
    };
    const choose = (overrides: object): string =>
      chooseSandbox({ ...config, ...overrides } as unknown as RuntimeConfig, {
        production: true,
        isRoot: true,
      }).sandbox;
    expect(choose({})).toBe('bubblewrap');
    expect(choose({ sandbox: 'none' })).toBe('none');
    expect(choose({ isManaged: false })).toBe('none');
  });

  it.skipIf(process.getuid?.() !== 0)('that does not work keeps production from starting', () => {
    const hidden = join(newRoot(), 'hidden');
    mkdirSync(join(hidden, 'folder'), { recursive: true });
    chmodSync(hidden, 0o700);
    const broken = {
      isManaged: true,
      uid: 200_000,
      gid: null,
      readable: [join(hidden, 'folder')],
      deniedNetworks: [],
    };
    const choose = (sandbox: string, production: boolean): string =>
      chooseSandbox({ ...broken, sandbox } as unknown as RuntimeConfig, { production, isRoot: true }).sandbox;
    expect(() => choose('auto', true)).toThrow(/bubblewrap does not work here: .*Permission denied/);
    expect(() => choose('bubblewrap', false)).toThrow('bubblewrap does not work here');
    expect(choose('auto', false)).toBe('none');
    expect(choose('none', true)).toBe('none');
  });
});
