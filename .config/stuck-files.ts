import { spawnSync } from 'node:child_process';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

/**
 * Ends a run in which one file takes longer than any does, and says which: a worker that never comes back from a
 * loop hears of no time-out, so the run would last for ever and name nothing.
 */
export class StuckFiles implements Reporter {
  private readonly runs = new Map<string, number>();

  constructor(private readonly seconds: number) {}

  onInit(vitest: Vitest): void {
    setInterval(() => {
      for (const [file, since] of this.runs) {
        if (performance.now() - since < this.seconds * 1000) continue;
        this.runs.clear();
        console.error(`\n${file} has run for ${String(this.seconds)} seconds without an end.\n`);
        process.exitCode = 1;
        // A killed worker fails the run at once, with the rest of its report.
        const killed = spawnSync('pkill', ['-KILL', '-P', String(process.pid), '-f', 'vitest.*forks']);
        if (killed.status !== 0) void vitest.exit(true);
        return;
      }
    }, 1000).unref();
  }

  onTestModuleQueued({ relativeModuleId }: TestModule): void {
    this.runs.set(relativeModuleId, performance.now());
  }

  onTestModuleEnd({ relativeModuleId }: TestModule): void {
    this.runs.delete(relativeModuleId);
  }
}
