import { setTimeout as pause } from 'node:timers/promises';
import type { AuditRow } from './audit-row.ts';
import { findDatabaseIdentity } from '../db/database-identity.ts';
import type { AuditWriterDeps } from './audit-writer.ts';
import type { OtherFolder } from './spool-folders.ts';
import { fromEventLine, insertAuditEventsAgain, insertOrRefuse, toEventLine } from './insert-audit-events.ts';

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

/**
 * Writes the events of the spool into the table, and knows whether Postgres answers. Starts at once with the
 * events that an earlier process left.
 */
export class SpoolReplay {
  readonly #deps: AuditWriterDeps;
  readonly #adoption: NodeJS.Timeout;
  #isDown = false;
  #retryMs = FIRST_RETRY_MS;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isClosed = false;
  #others: OtherFolder[] = [];
  /**
   * Whoever starts takes over what is there; if its writer lives after all, that one notices and loses
   * nothing.
   */
  #untouchedMs = 0;

  constructor(deps: AuditWriterDeps) {
    this.#deps = deps;
    void this.#run();
    this.#adoption = setInterval(() => {
      this.wake();
    }, ADOPT_EVERY_MS).unref();
  }

  /** True from a failure until Postgres has taken events again. Meanwhile no event waits for it. */
  isDown(): boolean {
    return this.#isDown;
  }

  /** The events in folders of other databases, as of a moment ago. */
  otherFolders(): OtherFolder[] {
    return this.#others;
  }

  noteFailure(error: unknown): void {
    const { log } = this.#deps;
    if (!this.#isDown)
      log.warn({ err: error }, 'Postgres does not take audit rows: they are kept in the spool');
    this.#isDown = true;
    this.wake();
  }

  /** Tells that the spool holds events: they are replayed in a moment. */
  wake(): void {
    if (this.#isClosed || this.#timer !== null || this.#running !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#run();
    }, this.#retryMs).unref();
  }

  /**
   * Keeps apart a row that Postgres refuses because of its content, and logs it as an error. Never rejects.
   */
  async refuse(audit: AuditRow, error: unknown): Promise<void> {
    const { log, metrics, spool } = this.#deps;
    metrics.auditWriteFailures.inc({ action: audit.action_type });
    log.error({ err: error, audit }, 'audit row could not be written');
    await spool.quarantine(toEventLine(audit)).catch((cause: unknown) => {
      log.error({ err: cause }, 'refused audit row could not be set apart: it is in the error log only');
    });
  }

  /** Replays the remaining events, for ten seconds at most. */
  async close(): Promise<void> {
    const { log, spool } = this.#deps;
    this.#isClosed = true;
    clearInterval(this.#adoption);
    if (this.#timer !== null) clearTimeout(this.#timer);
    await spool.settle();
    await this.#replayUntil(Date.now() + CLOSE_MS);
    const left = spool.size().events;
    if (left > 0) log.warn({ left }, 'audit rows stay in the spool: the next start writes them');
  }

  #run(): Promise<void> {
    this.#running ??= this.#replayOnce().finally(() => {
      this.#running = null;
      if (this.#isDown || this.#deps.spool.size().events > 0) this.wake();
    });
    return this.#running;
  }

  async #replayOnce(): Promise<void> {
    const { spool } = this.#deps;
    try {
      await this.#lookElsewhere();
      await spool.adopt({ untouchedMs: this.#untouchedMs, ...(await this.#findFolder()) });
      await this.#lookElsewhere();
      this.#untouchedMs = ADOPT_EVERY_MS;
      await spool.replay((lines) => this.#insert(lines));
      this.#isDown = false;
      this.#retryMs = FIRST_RETRY_MS;
    } catch (error) {
      this.noteFailure(error);
      this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
    }
  }

  async #lookElsewhere(): Promise<void> {
    const { log, folders } = this.#deps;
    const found = (await folders?.listOthers()) ?? [];
    const names = found.map(({ folder }) => folder).join();
    const isNews = names !== '' && names !== this.#others.map(({ folder }) => folder).join();
    this.#others = found;
    if (isNews)
      log.warn({ folders: found }, 'audit events wait in folders of other databases: see scripts/README.md');
  }

  /**
   * Asks the database for its identity each time, since another one may be behind the same address by now.
   */
  async #findFolder(): Promise<{ former?: string }> {
    const { db, folders, limits, spool } = this.#deps;
    const identity = await findDatabaseIdentity(db, limits.writeTimeoutMs);
    if (folders === undefined) return {};
    const folder = await folders.folderOf(identity);
    await spool.moveTo(folder);
    return folder;
  }

  async #insert(lines: string[]): Promise<void> {
    const { db, limits, metrics } = this.#deps;
    let refused = 0;
    await insertOrRefuse(
      lines.map(fromEventLine),
      (rows) => insertAuditEventsAgain(db, rows).timeout(limits.writeTimeoutMs),
      async (row, error) => {
        refused += 1;
        await this.refuse(row, error);
      },
    );
    this.#isDown = false;
    metrics.auditReplayed.inc(lines.length - refused);
  }

  async #replayUntil(deadlineMs: number): Promise<void> {
    await this.#running;
    while (this.#deps.spool.size().events > 0 && Date.now() < deadlineMs) {
      await this.#run();
      if (this.#isDown) await pause(FIRST_RETRY_MS);
    }
  }
}
