import { setTimeout as pause } from 'node:timers/promises';
import type { AuditRow } from './audit-row.ts';
import { findDatabaseIdentity } from '../db/database-identity.ts';
import type { AuditWriterDeps } from './audit-writer.ts';
import type { OtherFolder } from './spool-folders.ts';
import { fromEventLine, insertAuditEventsAgain, insertOrRefuse, toEventLine } from './insert-audit-events.ts';

/** Writes the events of the spool into the table, and knows whether Postgres answers. */
interface SpoolReplay {
  /** True from a failure until Postgres has taken events again. Meanwhile no event waits for it. */
  isDown(): boolean;
  noteFailure(error: unknown): void;
  /** Tells that the spool holds events: they are replayed in a moment. */
  wake(): void;
  /**
   * Keeps apart a row that Postgres refuses because of its content, and logs it as an error. Never rejects.
   */
  refuse(row: AuditRow, error: unknown): Promise<void>;
  /** The events in folders of other databases, as of a moment ago. */
  otherFolders(): OtherFolder[];
  /** Replays the remaining events, for ten seconds at most. */
  close(): Promise<void>;
}

/**
 * Wait before Postgres is asked again after a failure. The wait doubles from the first value up to the
 * second, in milliseconds.
 */
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5000;

/**
 * Interval at which files of other processes are looked for, and age at which an untouched one counts as
 * abandoned; in milliseconds.
 */
const ADOPT_EVERY_MS = 30_000;

/** How long `close` goes on replaying, in milliseconds. */
const CLOSE_MS = 10_000;

/** Starts at once with the events that an earlier process left. */
export function createSpoolReplay({
  db,
  log,
  metrics,
  spool,
  folders,
  limits,
}: AuditWriterDeps): SpoolReplay {
  let isDown = false;
  let retryMs = FIRST_RETRY_MS;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let isClosed = false;
  let others: OtherFolder[] = [];
  // Whoever starts takes over what is there; if its writer lives after all, that one notices and loses
  // nothing.
  let untouchedMs = 0;

  const refuse = async (audit: AuditRow, error: unknown): Promise<void> => {
    metrics.auditWriteFailures.inc({ action: audit.action_type });
    log.error({ err: error, audit }, 'audit row could not be written');
    await spool.quarantine(toEventLine(audit)).catch((cause: unknown) => {
      log.error({ err: cause }, 'refused audit row could not be set apart: it is in the error log only');
    });
  };

  const insert = async (lines: string[]): Promise<void> => {
    let refused = 0;
    await insertOrRefuse(
      lines.map(fromEventLine),
      (rows) => insertAuditEventsAgain(db, rows).timeout(limits.writeTimeoutMs),
      async (row, error) => {
        refused += 1;
        await refuse(row, error);
      },
    );
    isDown = false;
    metrics.auditReplayed.inc(lines.length - refused);
  };

  /**
   * Asks the database for its identity each time, since another one may be behind the same address by now.
   */
  const findFolder = async (): Promise<{ former?: string }> => {
    const identity = await findDatabaseIdentity(db, limits.writeTimeoutMs);
    if (folders === undefined) return {};
    const folder = await folders.folderOf(identity);
    await spool.moveTo(folder);
    return folder;
  };

  const lookElsewhere = async (): Promise<void> => {
    const found = (await folders?.listOthers()) ?? [];
    const names = found.map(({ folder }) => folder).join();
    const isNews = names !== '' && names !== others.map(({ folder }) => folder).join();
    others = found;
    if (isNews)
      log.warn({ folders: found }, 'audit events wait in folders of other databases: see scripts/README.md');
  };

  const replayOnce = async (): Promise<void> => {
    try {
      await lookElsewhere();
      await spool.adopt({ untouchedMs, ...(await findFolder()) });
      await lookElsewhere();
      untouchedMs = ADOPT_EVERY_MS;
      await spool.replay(insert);
      isDown = false;
      retryMs = FIRST_RETRY_MS;
    } catch (error) {
      noteFailure(error);
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
  };

  const run = (): Promise<void> => {
    running ??= replayOnce().finally(() => {
      running = null;
      if (isDown || spool.size().events > 0) wake();
    });
    return running;
  };

  const wake = (): void => {
    if (isClosed || timer !== null || running !== null) return;
    timer = setTimeout(() => {
      timer = null;
      void run();
    }, retryMs).unref();
  };

  const noteFailure = (error: unknown): void => {
    if (!isDown) log.warn({ err: error }, 'Postgres does not take audit rows: they are kept in the spool');
    isDown = true;
    wake();
  };

  const replayUntil = async (deadlineMs: number): Promise<void> => {
    await running;
    while (spool.size().events > 0 && Date.now() < deadlineMs) {
      await run();
      if (isDown) await pause(FIRST_RETRY_MS);
    }
  };

  void run();
  const adoption = setInterval(wake, ADOPT_EVERY_MS).unref();
  return {
    isDown: () => isDown,
    noteFailure,
    wake,
    refuse,
    otherFolders: () => others,
    close: async () => {
      isClosed = true;
      clearInterval(adoption);
      if (timer !== null) clearTimeout(timer);
      await spool.settle();
      await replayUntil(Date.now() + CLOSE_MS);
      const left = spool.size().events;
      if (left > 0) log.warn({ left }, 'audit rows stay in the spool: the next start writes them');
    },
  };
}
