import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startShell } from '../../../scripts/ssh/shell.ts';
import type { WorkspaceRuntime } from '../../../src/workspace/runtime-types.ts';
import { chooseQuota } from '../../../src/workspace/sandbox/choose-quota.ts';
import { findSandboxFault } from '../../../src/workspace/sandbox/find-sandbox.ts';
import { beginQuota, endQuota, holdQuota } from '../../../src/workspace/sandbox/project-quota.ts';
import { findQuotaDevice } from '../../../src/workspace/sandbox/quota-device.ts';
import { setBounds } from '../../../src/workspace/sandbox/quota-programs.ts';
import { askInside, createScriptRuntime, FIRST_UID, scriptConfig } from './script-program.ts';

const MB = 1_048_576;

/** Makes a file system in a file, and mounts it with project quotas. */
const kinds = {
  ext4: {
    megabytes: 200,
    make: ['mkfs.ext4', '-q', '-i', '8192', '-O', 'project,quota', '-E', 'quotatype=prjquota'],
  },
  // 300 MB are the least that mkfs.xfs makes.
  xfs: { megabytes: 320, make: ['mkfs.xfs', '-q'] },
};
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

for (const [kind, { megabytes, make }] of Object.entries(kinds)) {
  const root = mkdtempSync(join(tmpdir(), 'yac-'));
  chmodSync(root, 0o711);
  const dataDir = join(root, 'data');
  mkdirSync(dataDir);
  const fault = mountFault();
  if (fault !== null) {
    rmSync(root, { recursive: true });
    console.log(`skipped: no test of disk quotas on ${kind}, since ${fault}`);
  }

  function mountFault(): string | null {
    if (FIRST_UID === null) return 'only root can mount one here';
    const sandbox = findSandboxFault({ uid: FIRST_UID, gid: null, readable: [], deniedNetworks: [] });
    if (sandbox !== null) return sandbox;
    const image = join(root, 'image');
    writeFileSync(image, '');
    truncateSync(image, megabytes * MB);
    for (const words of [
      ['setquota', '--version'],
      [...make, image],
      ['mount', '-o', 'loop,prjquota', image, dataDir],
    ]) {
      const [program = '', ...args] = words;
      const { status, error, stderr } = spawnSync(program, args, { env: { PATH }, encoding: 'utf8' });
      if (status !== 0)
        return `this machine cannot make or mount it with project quotas (${error?.message ?? stderr.trim()})`;
    }
    return null;
  }

  describe.skipIf(fault !== null)(`a disk quota on ${kind}`, { timeout: 120_000 }, () => {
    const over = {
      dataDir,
      readable: [] as string[],
      network: 'none',
      diskMb: { others: 10, plans: { team: 20, enterprise: 60 } },
    } as const;
    let runtime: WorkspaceRuntime;
    let stop: () => Promise<void>;

    beforeAll(async () => {
      const { config, fault: refused } = await chooseQuota({ ...scriptConfig(dataDir), ...over });
      expect(refused).toBeNull();
      const made = createScriptRuntime(config);
      runtime = made.runtime;
      stop = made.close;
      // This one had files before there was a quota.
      mkdirSync(join(dataDir, 'workspaces/1/old/er'), { recursive: true });
      writeFileSync(join(dataDir, 'workspaces/1/old/er/file'), Buffer.alloc(2 * MB, 1));
      spawnSync('chown', [
        '-R',
        `${String(FIRST_UID! + 1)}:${String(FIRST_UID! + 1)}`,
        join(dataDir, 'workspaces/1'),
      ]);
      for (const id of [1, 2]) expect(await runtime.start(place(id))).toEqual({ ok: true });
    });

    afterAll(async () => {
      await stop();
      execFileSync('umount', [dataDir]);
      rmSync(root, { recursive: true });
    });

    const place = (id: number, plan: 'trial' | 'team' | 'enterprise' = 'trial') =>
      ({ id, name: 'place', port: 21_000 + id, plan_now: plan }) as const;
    const inside = (id: number, script: string): Promise<string> => askInside(runtime, id, script);
    // xfs takes all of a write or nothing, so writes are small.
    const fill = (path: string, megabytes = 40): string =>
      `dd if=/dev/zero of=${path} bs=64K count=${String(megabytes * 16)}`;
    // xfs says so of a project, and nothing else is full.
    const refusal = kind === 'xfs' ? 'No space left on device' : 'Disk quota exceeded';

    it('is in the limits, and its use counts what was there before', () => {
      expect(runtime.limits(1)).toMatchObject({ disk_mb: 10, disk_files: 1280, disk_bound_by: 'quota' });
      const use = runtime.diskUse(1);
      expect(use).toMatchObject({ limitBytes: 10 * MB, isFull: false, mustStop: false });
      expect(use!.usedBytes).toBeGreaterThanOrEqual(2 * MB);
      expect(use!.usedBytes).toBeLessThan(2.5 * MB);
      expect(use!.files!.limit).toBe(1280);
    });

    it('lets home, /tmp and the folder of the socket together take that much and no byte more', async () => {
      const socketFolder = join(dataDir, 'workspaces/.sockets/1');
      expect(
        await inside(1, `${fill('/tmp/one', 3)}; ${fill(`${socketFolder}/two`, 2)}; ${fill('$HOME/three')}`),
      ).toContain(refusal);
      const use = runtime.diskUse(1)!;
      expect(use).toMatchObject({ isFull: true, mustStop: false });
      expect(use.usedBytes).toBeLessThanOrEqual(10 * MB);
      expect(use.usedBytes).toBeGreaterThan(9.9 * MB);
      const sizes = await inside(1, `stat -c %s /tmp/one ${socketFolder}/two ~/three ~/old/er/file`);
      const sum = sizes.split('\n').reduce((total, size) => total + Number(size), 0);
      expect(sum).toBeLessThanOrEqual(10 * MB);
      expect(sum).toBeGreaterThan(9.5 * MB);
      expect(await inside(1, 'cat ~/old/er/file | wc -c; df -m --output=size ~ | tail -n 1')).toMatch(
        /^2097152\n\s*10\n$/,
      );
      expect(await inside(2, fill('$HOME/three', 8))).toContain('8388608 bytes');
      await inside(2, 'rm ~/three');
    });

    it('lets a full one be started, written to a little, and tidied up; then the limit is the old one', async () => {
      expect(await runtime.restart(place(1))).toEqual({ ok: true });
      // The start has emptied /tmp.
      expect(await inside(1, fill('$HOME/four'))).toContain(refusal);
      expect(await runtime.restart(place(1))).toEqual({ ok: true });
      expect(await inside(1, 'echo hello > ~/note && cat ~/note')).toBe('hello\n');
      expect(await inside(1, fill('$HOME/five'))).toContain(refusal);
      expect(runtime.diskUse(1)!.usedBytes).toBeLessThanOrEqual(11.1 * MB);
      expect(runtime.diskUse(1)!.usedBytes).toBeGreaterThan(10.1 * MB);
      await inside(1, 'rm ~/three ~/four ~/five');
      await runtime.measureDisk(1);
      expect(bytesOf(1)).toBe(10 * MB);
    });

    it('follows the plan while the program runs', async () => {
      for (const [plan, size] of [
        ['team', 20],
        ['trial', 10],
      ] as const) {
        runtime.applyPlan(place(2, plan));
        await runtime.measureDisk(2);
        expect(bytesOf(2)).toBe(size * MB);
        expect(runtime.diskUse(2)!.limitBytes).toBe(size * MB);
      }
    });

    it('keeps one that takes more than its new plan allows from writing, also after a start', async () => {
      runtime.applyPlan(place(2, 'team'));
      await runtime.measureDisk(2);
      expect(await inside(2, fill('$HOME/much', 18))).toContain('18874368 bytes');
      runtime.applyPlan(place(2));
      await runtime.measureDisk(2);
      for (let start = 0; start < 2; start += 1) {
        expect(await inside(2, fill('$HOME/more', 4))).toContain(refusal);
        expect(await runtime.restart(place(2))).toEqual({ ok: true });
        expect(runtime.limits(2)).toMatchObject({ disk_mb: 10, disk_bound_by: 'quota' });
      }
      expect(runtime.diskUse(2)!.usedBytes).toBeLessThanOrEqual(21 * MB);
      await inside(2, 'rm ~/much ~/more');
      await runtime.measureDisk(2);
      expect(bytesOf(2)).toBe(10 * MB);
    });

    it('gives one that is full 5 % beyond the limit once, and a megabyte with each start after that', async () => {
      const sizes: number[] = [];
      expect(await runtime.start(place(4, 'enterprise'))).toEqual({ ok: true });
      for (let start = 0; start < 3; start += 1) {
        await inside(4, fill(`$HOME/fill-${String(start)}`, 70));
        sizes.push(runtime.diskUse(4)!.usedBytes / MB);
        expect(await runtime.restart(place(4, 'enterprise'))).toEqual({ ok: true });
      }
      expect(sizes.map(Math.round)).toEqual([60, 63, 64]);
      await runtime.destroy(4);
    });

    it('holds one whose folder somebody has put back meanwhile, with more in it than the limit', async () => {
      const home = join(dataDir, 'workspaces/5');
      expect(await runtime.start(place(5))).toEqual({ ok: true });
      await runtime.stop(5);
      rmSync(home, { recursive: true });
      mkdirSync(home);
      writeFileSync(join(home, 'file'), Buffer.alloc(12 * MB, 1));
      spawnSync('chown', ['-R', `${String(FIRST_UID! + 5)}:${String(FIRST_UID! + 5)}`, home]);
      expect(await runtime.start(place(5))).toEqual({ ok: true });
      expect(runtime.limits(5)).toMatchObject({ disk_bound_by: 'quota' });
      expect(await inside(5, fill('$HOME/more', 4))).toContain(refusal);
      expect(runtime.diskUse(5)!.usedBytes).toBeLessThanOrEqual(13.1 * MB);
      await runtime.destroy(5);
    });

    it('is set once, also where the disk has fewer files than the limit and where the room is no whole number', async () => {
      const folder = mkdtempSync(join(dataDir, 'workspaces/.project-'));
      const project = { number: FIRST_UID! + 6, folders: [folder] };
      const here = { quotaDevice: findQuotaDevice(dataDir), quotaSocket: null };
      let asked = 0;
      const server = createServer((socket) => {
        socket.once('data', (line) => {
          asked += 1;
          const [, kilobytes, files] = String(line).trim().split(' ').map(Number);
          void setBounds(here, project, { bytes: kilobytes! * 1024, files: files! }).then(() => {
            socket.end('ok');
          });
        });
      });
      await new Promise<void>((done) => server.listen(join(root, 'quota.sock'), done));
      const asking = { ...here, quotaSocket: join(root, 'quota.sock') };
      await beginQuota(asking, project, { disk_mb: 20, disk_files: 50_000_000 });
      writeFileSync(join(folder, 'file'), Buffer.alloc(12 * MB, 1));
      for (let n = 0; n < 329; n += 1) writeFileSync(join(folder, String(n)), '');
      for (const limits of [
        { disk_mb: 20, disk_files: 50_000_000 },
        { disk_mb: 11, disk_files: 50_000_000 },
        { disk_mb: 20, disk_files: 331 },
      ]) {
        await beginQuota(asking, project, limits);
        const { blocks, bsize } = statfsSync(folder);
        expect((blocks * bsize) / MB).toBeCloseTo(limits.disk_mb === 11 ? 13 : 20, 1);
        asked = 0;
        await holdQuota(asking, project, limits);
        await holdQuota(asking, project, limits);
        expect(asked).toBe(0);
      }
      server.close();
      rmSync(folder, { recursive: true });
      await endQuota(here, project);
    });

    it('is taken away when the setting is, also from one that runs', async () => {
      const without = createScriptRuntime(
        (await chooseQuota({ ...scriptConfig(dataDir), ...over, diskMb: null })).config,
      );
      const disk = statfsSync(dataDir).blocks;
      for (const id of [7, 8]) expect(await runtime.start(place(id))).toEqual({ ok: true });
      await runtime.stop(7);
      // An adopted one: two runtimes share the folder, as an app does with the one before it.
      for (const id of [7, 8]) {
        expect(bytesOf(id)).toBe(10 * MB);
        expect(await without.runtime.start(place(id))).toEqual({ ok: true });
        expect(without.runtime.limits(id)).toMatchObject({ disk_mb: null, disk_bound_by: 'none' });
        await expect.poll(() => statfsSync(join(dataDir, 'workspaces', String(id))).blocks).toBe(disk);
      }
      await without.runtime.destroy(7);
      await without.runtime.destroy(8);
      await without.runtime.close();
    });

    it('bounds the number of files', async () => {
      const made = await inside(
        2,
        'mkdir ~/many; cd ~/many; i=0; while [ $i -lt 1400 ]; do true > $i || break; i=$((i+1)); done; ls | wc -l; rm -r ~/many',
      );
      expect(made).toContain(refusal);
      const count = Number(/^(\d+)$/m.exec(made)?.[1]);
      expect(count).toBeLessThan(1280);
      expect(count).toBeGreaterThan(1200);
    });

    it('cannot be left from inside, also not by SSH, though the same user could from outside', async () => {
      const home = join(dataDir, 'workspaces/2');
      const tries = `touch ~/own; chattr -p 0 ~/own; chattr -p ${String(FIRST_UID! + 1)} ~/own; chattr -P ~; lsattr -dp ~ ~/own`;
      const whole = new RegExp(
        `^(chattr: .*\\n){3} *${String(FIRST_UID! + 2)} \\S*P\\S* .*\\n *${String(FIRST_UID! + 2)} `,
      );
      expect(await inside(2, tries)).toMatch(whole);
      const owner = { uid: FIRST_UID! + 2, gid: FIRST_UID! + 2 };
      const order = {
        resume: '',
        folder: home,
        owner,
        limits: [],
        group: null,
        entrance: runtime.entranceOf(2),
      };
      const shell = startShell(order, {
        command: `exec 2>&1; ${tries}`,
        hasTerminal: false,
        env: { HOME: home },
      });
      let text = '';
      shell.stdout?.on('data', (chunk: Buffer) => (text += String(chunk)));
      await once(shell, 'close');
      expect(text).toMatch(whole);
      const outside = spawnSync('chattr', ['-p', '0', join(home, 'own')], owner);
      expect(outside.status).toBe(0);
    });

    it('lets files be moved between home and /tmp', async () => {
      expect(await inside(2, 'echo hello > ~/a; mv ~/a /tmp/a && mv /tmp/a ~/b && cat ~/b')).toBe('hello\n');
    });

    it('goes with the workspace, and a bound that the disk does not have is measured', async () => {
      const row = (id: number): string | undefined =>
        new RegExp(`^#${String(FIRST_UID! + id)} .*$`, 'm').exec(
          spawnSync('repquota', ['-Pv', findQuotaDevice(dataDir)], { env: { PATH }, encoding: 'utf8' })
            .stdout,
        )?.[0];
      expect(row(2)).toContain(' 10240 ');
      await runtime.destroy(2);
      expect(row(2) ?? 'none').not.toContain(' 10240 ');
      const beyond = createScriptRuntime({
        ...(await chooseQuota({ ...scriptConfig(dataDir), ...over })).config,
        diskMb: 900_000,
      });
      expect(await beyond.runtime.start(place(3))).toEqual({ ok: true });
      expect(beyond.runtime.limits(3)).toMatchObject({ disk_mb: 900_000, disk_bound_by: 'measured' });
      await beyond.close();
    });

    /** The bound that the kernel holds. */
    function bytesOf(id: number): number {
      const { blocks, bsize } = statfsSync(join(dataDir, 'workspaces', String(id)));
      return blocks * bsize;
    }
  });
}
