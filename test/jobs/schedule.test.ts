import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { runDueJobs, type Job } from '../../src/jobs/schedule.ts';
import { useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();

function depsWith(...jobs: Job[]): Parameters<typeof runDueJobs>[0] {
  return { db: database.db, log: pino({ level: 'silent' }), metrics: createMetrics(), jobs };
}

describe('scheduled work', () => {
  it('runs once when several processes find it due at the same moment, and again after its interval', async () => {
    let runs = 0;
    const job: Job = {
      name: 'counted',
      everySeconds: 60,
      run: () => Promise.resolve({ ended: (runs += 1) }),
    };
    const at = new Date('2026-11-23T10:00:00Z');
    const later = new Date('2026-11-23T10:01:00Z');
    await Promise.all(Array.from({ length: 8 }, () => runDueJobs(depsWith(job), at)));
    expect(runs).toBe(1);
    await runDueJobs(depsWith(job), new Date('2026-11-23T10:00:59Z'));
    expect(runs).toBe(1);
    await Promise.all(Array.from({ length: 8 }, () => runDueJobs(depsWith(job), later)));
    expect(runs).toBe(2);
    expect(await database.db('scheduled_jobs').where('name', 'counted').first()).toMatchObject({
      last_succeeded: true,
      last_message: '{"ended":2}',
    });
  });

  it('does not start a job that another process is still running, until that process must be dead', async () => {
    let runs = 0;
    let finish = (): void => undefined;
    const started = new Date();
    const after = (minutes: number): Date => new Date(started.getTime() + minutes * 60_000);
    const slow: Job = {
      name: 'slow',
      everySeconds: 60,
      run: () => {
        runs += 1;
        return new Promise((resolve) => {
          finish = () => {
            resolve({});
          };
        });
      },
    };
    const first = runDueJobs(depsWith(slow), started);
    await expect.poll(() => runs).toBe(1);
    await runDueJobs(depsWith(slow), after(30));
    expect(runs).toBe(1);
    const finishFirst = finish;
    const second = runDueJobs(depsWith(slow), after(61));
    await expect.poll(() => runs).toBe(2);
    finishFirst();
    finish();
    await Promise.all([first, second]);
  });

  it('says how a failed run ended, and goes on with the next job', async () => {
    const failing: Job = {
      name: 'failing',
      everySeconds: 60,
      run: () => Promise.reject(new Error('the gateway is away')),
    };
    const fine: Job = { name: 'fine', everySeconds: 60, run: () => Promise.resolve({}) };
    const deps = depsWith(failing, fine);
    await runDueJobs(deps, new Date());
    expect(await database.db('scheduled_jobs').where('name', 'failing').first()).toMatchObject({
      last_succeeded: false,
      last_message: 'Error: the gateway is away',
    });
    expect(await database.db('scheduled_jobs').where('name', 'fine').first()).toMatchObject({
      last_succeeded: true,
    });
    expect(await deps.metrics.registry.metrics()).toContain(
      'scheduled_job_runs_total{job="failing",result="failed"} 1',
    );
  });
});
