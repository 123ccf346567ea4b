import type { Knex } from 'knex';
import { systemContext, type RequestContext } from '../audit/request-context.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { MINUTE_MS } from '../durations.ts';
import { storeSummary, type JobSummary } from './job-summary.ts';

/** Scheduled work. `run` does it and says what it did. */
export interface Job {
  name: string;
  everySeconds: number;
  run(db: Knex, context: RequestContext): Promise<JobSummary>;
}

/** The parts of the process that scheduled work needs. */
interface ScheduleDeps {
  db: Knex;
  log: Log;
  metrics: Metrics;
  jobs: Job[];
}

/**
 * A run that has not ended after so many minutes died with its process: no run of ours takes a tenth of that.
 * The job then becomes due again without anybody's help.
 */
const DEAD_AFTER_MINUTES = 60;

/** How often a process looks for due work, in milliseconds. */
const TICK_MS = 5000;

/**
 * Runs jobs when they are due. `stop` waits for the run in progress.
 *
 * 1. However many processes look, a job runs once: the process that moves `next_run_at` forward does the
 *    work.
 * 2. A job that is still running is not started again.
 * 3. A run that died with its process is due again after an hour.
 */
export function startSchedule(deps: ScheduleDeps): {
  stop(): Promise<void>;
} {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  const tick = (): void => {
    if (isBusy) return;
    isBusy = true;
    running = runDueJobs(deps, new Date())
      .catch((error: unknown) => {
        deps.log.error({ err: error }, 'scheduled work could not be looked up');
      })
      .finally(() => {
        isBusy = false;
      });
  };
  const timer = setInterval(tick, TICK_MS);
  tick();
  return {
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}

/** Runs every job that is due at `at`. */
export async function runDueJobs(deps: ScheduleDeps, at: Date): Promise<void> {
  const nextRuns = await findNextRuns(deps);
  for (const job of deps.jobs) {
    const nextRun = nextRuns.get(job.name);
    if (nextRun !== undefined && nextRun > at) continue;
    if (nextRun === undefined) await note(deps.db, job, at);
    if (await claim(deps.db, job, at)) await runJob(deps, job, at);
  }
}

/** When each job that ever ran is due again, in one statement: most of the time none is due. */
async function findNextRuns({ db, jobs }: ScheduleDeps): Promise<Map<string, Date>> {
  const names = jobs.map(({ name }) => name);
  const rows = await db('scheduled_jobs')
    .whereIn('name', names)
    .select<{ name: string; next_run_at: Date }[]>(['name', 'next_run_at']);
  return new Map(rows.map((row) => [row.name, row.next_run_at]));
}

async function note(db: Knex, { name }: Job, at: Date): Promise<void> {
  await db('scheduled_jobs').insert({ name, next_run_at: at }).onConflict('name').ignore();
}

async function claim(db: Knex, job: Job, at: Date): Promise<boolean> {
  const claimed = await db('scheduled_jobs')
    .where('name', job.name)
    .where('next_run_at', '<=', at)
    .where((query) => {
      query
        .whereNull('last_started_at')
        .orWhere('last_finished_at', '>=', db.ref('last_started_at'))
        .orWhere('last_started_at', '<=', new Date(at.getTime() - DEAD_AFTER_MINUTES * MINUTE_MS));
    })
    .update({ next_run_at: new Date(at.getTime() + job.everySeconds * 1000), last_started_at: at });
  return claimed === 1;
}

async function runJob(deps: ScheduleDeps, job: Job, at: Date): Promise<void> {
  const context = systemContext({
    name: job.name,
    at,
    log: deps.log.child({ job: job.name }),
  });
  let succeeded = true;
  let message: string;
  try {
    message = storeSummary(await job.run(deps.db, context));
  } catch (error) {
    succeeded = false;
    message = String(error);
    context.log.error({ err: error }, 'scheduled work failed');
  }
  deps.metrics.jobRuns.inc({ job: job.name, result: succeeded ? 'ok' : 'failed' });
  // Not when the run was taken for dead and another has begun, which has not ended yet.
  await deps
    .db('scheduled_jobs')
    .where({ name: job.name, last_started_at: at })
    .update({ last_finished_at: new Date(), last_succeeded: succeeded, last_message: message.slice(0, 500) });
}
