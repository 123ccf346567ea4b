import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { RuntimeConfig } from '../../../src/config/runtime-config.ts';
import { createWorkspaceRuntime } from '../../../src/workspace/runtime/runtime.ts';
import { chooseSandbox } from '../../../src/workspace/sandbox/find-sandbox.ts';
import type { Lab } from '../lab.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { median } from '../statistics.ts';

const STARTS_A_ROUND = 15;

/** A program that listens at once, so that what is around it weighs most. */
const PROGRAM = "require('node:http').createServer((_, res) => res.end()).listen(process.argv[1])";

/** The time until a workspace listens, in its sandbox and its network. */
export const workspaceStart: BenchRow = {
  name: 'workspace-start',
  run: async (lab): Promise<Outcome[]> => {
    const apart = chooseSandbox(configIn(lab, 'apart'), { production: false, isRoot: false });
    const together = configIn(lab, 'together');
    const { subject, reference } = await interleave(
      lab,
      () => medianStart(apart),
      () => medianStart({ ...together, sandbox: 'none', network: 'shared' }),
    );
    return [
      {
        name: 'workspace-start',
        what: 'milliseconds until the program of a workspace listens, in a sandbox with a network of its own',
        against: 'the same program without a sandbox',
        unit: 'ms',
        subject,
        reference,
        target: { atMost: 1.5 },
        limits: [],
        subjectLatency: null,
        referenceLatency: null,
        peakMemoryMiB: null,
        notes: [`sandbox: ${apart.sandbox}, network: ${apart.network}; Node with an empty HTTP server`],
      },
    ];
  },
};

function configIn(lab: Lab, name: string): RuntimeConfig {
  const dataDir = join(lab.makeFolder('workspace-start'), name);
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o755);
  return {
    ...{ isManaged: true, usesSocket: true, outlivesApp: false, startTimeoutMs: 20_000, dataDir },
    ...{ command: [process.execPath, '-e', PROGRAM, '{socket}'], gid: null },
    uid: process.getuid?.() === 0 ? 200_000 : null,
    ...{ sandbox: 'auto', network: 'auto', deniedNetworks: ['10.0.0.0/8'], readable: ['/opt'] },
    ...{ memoryMb: 4096, processesMax: null, cpuPercent: null, diskMb: null, cgroup: null },
    ...{ quotaDevice: null, quotaSocket: null },
  };
}

async function medianStart(config: RuntimeConfig): Promise<number> {
  const runtime = createWorkspaceRuntime({ config, log: pino({ level: 'silent' }) });
  const times: number[] = [];
  try {
    for (let id = 1; id <= STARTS_A_ROUND; id += 1) {
      const startedAt = performance.now();
      const outcome = await runtime.start({ id, name: 'place', port: 21_000 + id, plan_now: 'team' });
      if (!outcome.ok) throw new Error(`a workspace did not start: ${outcome.reason}`);
      times.push(performance.now() - startedAt);
      await runtime.stop(id);
    }
  } finally {
    await runtime.close();
  }
  return median(times);
}
