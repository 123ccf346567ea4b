import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeRunFolder } from './run-folder.ts';

it('a run of the tests removes what a run that was broken off has left, and nothing else', () => {
  const parent = mkdtempSync(join(tmpdir(), 'parent-'));
  onTestFinished(() => {
    rmSync(parent, { recursive: true });
  });
  const dead = `yac-tests-${String(spawnSync(process.execPath, ['-e', '']).pid)}`;
  const alive = `yac-tests-${String(process.ppid)}`;
  for (const name of [dead, alive, 'yac-tests-', 'of-somebody-else']) {
    mkdirSync(join(parent, name));
    writeFileSync(join(parent, name, 'file'), '');
  }
  const own = makeRunFolder(parent);
  expect(readdirSync(parent).sort()).toEqual(
    ['of-somebody-else', 'yac-tests-', alive, `yac-tests-${String(process.pid)}`].sort(),
  );
  expect(own).toBe(join(parent, `yac-tests-${String(process.pid)}`));
});

it('what the tests put into the folder for temporary files lies in that of their run', () => {
  expect(tmpdir()).toMatch(/\/yac-tests-\d+$/);
});
