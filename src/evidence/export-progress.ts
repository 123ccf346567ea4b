import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { Log } from '../log.ts';
import { HOUR_MS } from '../durations.ts';

/** How often progress is written, in milliseconds: as often as a person can see it move. */
const WRITE_MS = 1000;

/** A process that has written nothing for this long is dead, and so is its download. */
const SILENT_SECONDS = 30;

/** After a day no page that could show the progress is open any more. */
export const PROGRESS_KEPT_HOURS = 24;

/** The progress of a download, kept where every process can read it. */
interface ExportProgress {
  /** Counts the rows beside the download; a count that fails leaves the total unknown. */
  count(total: () => Promise<number>): void;
  end(success: boolean): Promise<void>;
}

/**
 * Keeps the progress of a download for the page that gave `token`. Null means that no page asks, and nothing
 * is kept. `rowsDone` is called once a second; a failed write is logged, and the download goes on.
 */
export async function startProgress(
  db: Knex,
  context: Pick<RequestContext, 'log'>,
  input: { userId: number; token: string | null; rowsDone: () => number },
): Promise<ExportProgress> {
  const { userId, token, rowsDone } = input;
  if (token === null) return { count: () => undefined, end: () => Promise.resolve() };
  const key = { user_id: userId, token };
  let rowsTotal: number | null = null;
  const now = { state: 'running', rows_done: 0, rows_total: null, updated_at: db.fn.now() };
  const start = db('export_progress')
    .insert({ ...key, ...now })
    .onConflict(['user_id', 'token'])
    .merge(now);
  let written = quietly(context.log, start);
  const write = (state: string): void => {
    const update = { state, rows_done: rowsDone(), rows_total: rowsTotal, updated_at: db.fn.now() };
    written = written.then(() => quietly(context.log, db('export_progress').where(key).update(update)));
  };
  await written;
  const writing = setInterval(write, WRITE_MS, 'running');
  return {
    count: (total) => {
      total().then(
        (rows) => (rowsTotal = rows),
        (error: unknown) => {
          context.log.info({ err: error }, 'the rows of a download could not be counted');
        },
      );
    },
    end: async (success) => {
      clearInterval(writing);
      if (success) rowsTotal = rowsDone();
      write(success ? 'done' : 'failed');
      await written;
    },
  };
}

async function quietly(log: Log, write: PromiseLike<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    log.warn({ err: error }, 'the progress of a download could not be written');
  }
}

/** The progress that a page is shown. `total` is null until the rows have been counted. */
interface ProgressReport {
  state: 'running' | 'done' | 'failed';
  rows: number;
  total: number | null;
}

/** The progress of that person's download; undefined when the token names none. */
export async function findProgress(
  db: Knex,
  input: { userId: number; token: string },
): Promise<ProgressReport | undefined> {
  const silent = db.raw(`updated_at < now() - make_interval(secs => ?)`, [SILENT_SECONDS]);
  return db('export_progress')
    .where({ user_id: input.userId, token: input.token })
    .first<ProgressReport | undefined>([
      db.raw(`case when state = 'running' and ? then 'failed' else state end as state`, [silent]),
      'rows_done as rows',
      'rows_total as total',
    ]);
}

/** Removes the progress of downloads that ended a day ago. Returns a summary for the job list. */
export async function sweepExportProgress(
  db: Knex,
  context: Pick<RequestContext, 'at'>,
): Promise<{ downloads: number }> {
  const before = new Date(context.at.getTime() - PROGRESS_KEPT_HOURS * HOUR_MS);
  const downloads = await db('export_progress').where('updated_at', '<', before).delete();
  return { downloads };
}
