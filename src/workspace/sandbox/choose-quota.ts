import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { beginQuota, endQuota } from './project-quota.ts';
import { findQuotaDevice } from './quota-device.ts';

/**
 * The settings with the device whose quotas bound workspaces where that works here, tried as workspaces get
 * them; else with null, and why not. Without WORKSPACE_DISK_MB too: the kernel may hold bounds of before,
 * which the next start of a workspace takes away.
 */
export async function chooseQuota(
  config: RuntimeConfig,
): Promise<{ config: RuntimeConfig; fault: string | null }> {
  const measured = { ...config, quotaDevice: null };
  if (!config.isManaged) return { config: measured, fault: null };
  try {
    return { config: { ...config, quotaDevice: await findDevice(config) }, fault: null };
  } catch (error) {
    return { config: measured, fault: config.diskMb === null ? null : (error as Error).message.trim() };
  }
}

/** Throws where quotas do not work. */
async function findDevice({ sandbox, uid, dataDir, quotaSocket }: RuntimeConfig): Promise<string> {
  // Outside of a user namespace whoever owns a file may move it to another project.
  if (sandbox !== 'bubblewrap') throw new Error('it needs a sandbox (WORKSPACE_SANDBOX)');
  if (uid === null) throw new Error('projects have the numbers of users (WORKSPACE_UID)');
  const root = join(dataDir, 'workspaces');
  mkdirSync(root, { recursive: true, mode: 0o711 });
  const quotaDevice = findQuotaDevice(root);
  const folder = mkdtempSync(join(root, '.quota-'));
  // No workspace has the number 0, so the project of that one is free.
  const project = { number: uid, folders: [folder] };
  try {
    await beginQuota({ quotaDevice, quotaSocket }, project, { disk_mb: 4, disk_files: 100 });
    return quotaDevice;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await endQuota({ quotaDevice, quotaSocket }, project).catch(() => undefined);
  }
}
