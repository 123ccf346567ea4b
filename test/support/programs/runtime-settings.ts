import type { RuntimeConfig } from '../../../src/config/runtime-config.ts';

/** A runtime that starts programs at sockets, without walls or limits; each test sets what it is about. */
export const plainRuntime = {
  isManaged: true,
  usesSocket: true,
  uid: null,
  gid: null,
  sandbox: 'none',
  network: 'shared',
  deniedNetworks: [],
  readable: [],
  memoryMb: null,
  processesMax: null,
  cpuPercent: null,
  diskMb: null,
  quotaDevice: null,
  quotaSocket: null,
  cgroup: null,
  outlivesApp: false,
  startTimeoutMs: 20_000,
} satisfies Omit<RuntimeConfig, 'command' | 'dataDir'>;
