import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { findIdentity, type ProcessIdentity } from '../../../src/workspace/sandbox/process-identity.ts';
import { findSandboxProcesses } from '../../../src/workspace/sandbox/sandbox-processes.ts';

const isPossible = process.getuid?.() === 0 && existsSync('/usr/bin/unshare');
const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A process with so many process namespaces one in the other below it, as pasta and bwrap make them. */
function startNested(depth: number): ProcessIdentity {
  const words = Array.from({ length: depth }, () => ['unshare', '--fork', '--kill-child', '--pid']).flat();
  const child = spawn('env', [...words, 'sleep', '60'], { stdio: 'ignore' });
  ends.push(() => child.kill('SIGKILL'));
  const identity = findIdentity(child.pid ?? 0);
  if (identity === undefined) throw new Error('it has not started');
  return identity;
}

describe.skipIf(!isPossible)('the sandbox of a workspace with a network of its own', () => {
  it('is inside of that of pasta, and no other: outside are the files and the network of the machine', async () => {
    const [pasta, whole] = [startNested(1), startNested(2)];
    await expect.poll(() => findSandboxProcesses(whole, 'own')?.outer?.pid).toBeGreaterThan(whole.pid);
    await expect.poll(() => findSandboxProcesses(pasta, 'none')?.outer?.pid).toBe(pasta.pid);
    expect(findSandboxProcesses(pasta, 'own')).toBeNull();
  });
});
