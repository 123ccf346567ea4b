import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/config/command-template.ts';
import { describeProgram, endRuntimes, newRoot, startRuntime, workspace } from './runtime-cases.ts';

endRuntimes();
describeProgram([{ sandbox: 'none', network: 'shared' }]);

describe('the disk of a workspace', () => {
  it('is measured with its /tmp, and is full beyond its limit', async () => {
    const root = newRoot();
    const runtime = startRuntime(root, { diskMb: 8 });
    await runtime.start(workspace(1));
    expect(runtime.diskUse(1)).toBeNull();
    await runtime.measureDisk(1);
    expect(runtime.diskUse(1)).toMatchObject({ limitBytes: 8_388_608, isFull: false });
    for (const path of ['1/much', '.tmp/1/more'])
      writeFileSync(join(root, 'workspaces', path), Buffer.alloc(5_000_000, 1));
    await expect
      .poll(async () => {
        await runtime.measureDisk(1);
        return runtime.diskUse(1)?.isFull;
      })
      .toBe(true);
  });

  it('may be tidied up after a start, and grow by little meanwhile', async () => {
    const root = newRoot();
    const runtime = startRuntime(root, { diskMb: 8 });
    mkdirSync(join(root, 'workspaces/1'), { recursive: true });
    writeFileSync(join(root, 'workspaces/1/much'), Buffer.alloc(9_000_000, 1));
    await runtime.start(workspace(1));
    await runtime.measureDisk(1);
    expect(runtime.diskUse(1)).toMatchObject({ isFull: false });
    writeFileSync(join(root, 'workspaces/1/more'), Buffer.alloc(1_000_000, 1));
    await expect
      .poll(async () => {
        await runtime.measureDisk(1);
        return runtime.diskUse(1)?.isFull;
      })
      .toBe(true);
  });
});
describe('a command template', () => {
  it('is split by blanks and quotes only', () => {
    expect(parseCommand(`"/a b/node" --x='c d' {socket} $HOME;`)).toEqual([
      '/a b/node',
      '--x=c d',
      '{socket}',
      '$HOME;',
    ]);
  });

  it.each(['', 'prog', 'prog {port} {socket}', 'prog {home} {port}', 'prog "{port}'])(
    '%j is refused',
    (template) => {
      expect(() => parseCommand(template)).toThrow();
    },
  );
});
