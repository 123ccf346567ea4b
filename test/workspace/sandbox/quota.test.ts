import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeConfig } from '../../../src/config/runtime-config.ts';
import { chooseQuota } from '../../../src/workspace/sandbox/choose-quota.ts';
import { describeSharing } from '../../../src/workspace/sandbox/describe-sharing.ts';
import { endQuota } from '../../../src/workspace/sandbox/project-quota.ts';
import { findQuotaDevice } from '../../../src/workspace/sandbox/quota-device.ts';
import { resourceLimits } from '../../../src/workspace/sandbox/resource-limits.ts';
import { plainRuntime } from '../../support/programs/runtime-settings.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'yac-'));
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

const config = (over: Partial<RuntimeConfig>): RuntimeConfig => ({
  ...{ ...plainRuntime, command: null, dataDir: root, uid: 200_000 },
  ...{ sandbox: 'bubblewrap', network: 'none', startTimeoutMs: 1000, diskMb: 100 },
  ...over,
});

describe('the file system of workspaces', () => {
  const line = (point: string, rest: string): string =>
    `30 1 8:1 / ${point} rw,relatime shared:1 - ${rest}\n`;

  it('has project quotas where ext4 or xfs is mounted for them, also behind a link', () => {
    mkdirSync(join(root, 'a b/data'), { recursive: true });
    symlinkSync(join(root, 'a b/data'), join(root, 'link'));
    const at = join(root, 'a\\040b');
    const above = line('/', 'ext4 /dev/sda1 rw,prjquota');
    expect(findQuotaDevice(root, above)).toBe('/dev/sda1');
    const xfs = above + line(at, 'xfs /dev/sdb1 rw,attr2,inode64,prjquota');
    expect(findQuotaDevice(join(root, 'link'), xfs)).toBe('/dev/sdb1');
    expect(findQuotaDevice(root, xfs)).toBe('/dev/sda1');
  });

  it('has none elsewhere, and says why', () => {
    const data = join(root, 'a b/data');
    const at = join(root, 'a\\040b');
    const above = line('/', 'ext4 /dev/sda1 rw,prjquota');
    expect(() => findQuotaDevice(data, above + line(at, 'ext4 /dev/sdb1 rw,usrquota'))).toThrow(
      'without prjquota (/dev/sdb1)',
    );
    expect(() => findQuotaDevice(data, above + line(at, 'btrfs /dev/sdb1 rw'))).toThrow('lies on btrfs');
    // The later mount covers the one before it.
    const covered = line(at, 'xfs /dev/sdb1 rw,prjquota') + line(at, 'tmpfs none rw');
    expect(() => findQuotaDevice(data, above + covered)).toThrow('lies on tmpfs');
  });
});

describe('the bound of the disk', () => {
  it('is measured where projects would be open to workspaces or have no numbers, and says why', async () => {
    const faultOf = async (over: Partial<RuntimeConfig>): Promise<string | null> => {
      const { config: chosen, fault } = await chooseQuota(config(over));
      expect(chosen.quotaDevice).toBeNull();
      return fault;
    };
    expect(await faultOf({ sandbox: 'none' })).toContain('WORKSPACE_SANDBOX');
    expect(await faultOf({ uid: null })).toContain('WORKSPACE_UID');
    expect(await faultOf({ diskMb: null })).toBeNull();
    writeFileSync(join(root, 'file'), '');
    expect(await faultOf({ dataDir: join(root, 'file') })).toContain('ENOTDIR');
  });

  it('is in the limits of a start and in the words of the machine, with as many files as the size allows', () => {
    const quota = config({ quotaDevice: '/dev/sdb1', diskMb: { others: 100, plans: { team: 5000 } } });
    expect(resourceLimits(quota, 'team')).toMatchObject({
      ...{ disk_mb: 5000, disk_files: 640_000, disk_bound_by: 'quota' },
    });
    const measured = { ...quota, quotaDevice: null };
    expect(resourceLimits(measured, 'trial')).toMatchObject({
      ...{ disk_mb: 100, disk_files: null, disk_bound_by: 'measured' },
    });
    expect(resourceLimits(config({ diskMb: { others: null, plans: { team: 1 } } }), 'trial')).toMatchObject({
      ...{ disk_mb: null, disk_files: null, disk_bound_by: 'none' },
    });
    expect(describeSharing(quota)).toContain('a project quota of the file system bounds the disk of each');
    expect(describeSharing(measured)).toContain('their disk is measured');
    expect(describeSharing(config({ diskMb: null }))).toContain('their disk is not bounded');
  });
});

describe('the unit that sets quotas for an app without the right to', () => {
  const asked: string[] = [];
  let server: Server;
  let answer = 'ok\n';

  beforeAll(async () => {
    server = createServer((socket) => {
      socket.once('data', (line) => {
        asked.push(String(line));
        socket.end(answer);
      });
    });
    await new Promise<void>((done) => server.listen(join(root, 'quota.sock'), done));
    // Stand-ins: they print what they are asked for.
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin/findmnt'), '#!/bin/sh\necho "/dev/of${4}"\n');
    writeFileSync(join(root, 'bin/setquota'), '#!/bin/sh\necho "setquota $*"\n');
    for (const name of ['findmnt', 'setquota']) chmodSync(join(root, 'bin', name), 0o755);
  });

  afterAll(() => {
    server.close();
  });

  const project = { number: 200_007, folders: [] };

  it('is asked by the app, which takes nothing but "ok" for a yes', async () => {
    const asking = { quotaDevice: '/dev/sdb1', quotaSocket: join(root, 'quota.sock') };
    await endQuota(asking, project);
    expect(asked).toEqual(['200007 0 0\n']);
    answer = 'setquota: no quota enabled\n';
    await expect(endQuota(asking, project)).rejects.toThrow('no quota enabled');
    answer = '';
    await expect(endQuota(asking, project)).rejects.toThrow('no answer');
    await expect(endQuota({ ...asking, quotaSocket: join(root, 'nobody') }, project)).rejects.toThrow(
      'ENOENT',
    );
  });

  it('bounds projects of workspaces, and no others', () => {
    const ask = (line: string): string =>
      spawnSync('/bin/sh', [resolve('scripts/systemd/set-quota.sh')], {
        env: { PATH: `${join(root, 'bin')}:/usr/bin:/bin`, WORKSPACE_UID: '200000', DATA_DIR: root },
        input: `${line}\n`,
        encoding: 'utf8',
      }).stdout;
    expect(ask('200007 102400 12800')).toBe(
      `setquota -P 200007 0 102400 0 12800 /dev/of${root}/workspaces\nok\n`,
    );
    // The last one has 1000 in its last 32 bits.
    for (const number of ['1000', '199999', '4294968296'])
      expect(ask(`${number} 0 0`)).toBe(`project ${number} is no workspace's\n`);
    const numbers = 'three numbers are asked for\n';
    for (const line of [
      '200007 0',
      '',
      '200007 0 0 0',
      '200007 -1 0',
      '-a 0 0',
      '0300000 0 0',
      '200007 $(id) 0',
      '200007 0 *',
    ])
      expect(ask(line)).toBe(numbers);
  });
});
