import type { Knex } from 'knex';
import { systemContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { Log } from '../../log.ts';
import { watchEvents } from './watch-events.ts';

/** How often the inbox is looked at, in milliseconds: a person is told within some ten seconds. */
const LOOK_EVERY_MS = 5000;

/**
 * How long an event waits before it is judged, in milliseconds. Transactions that began before it have
 * committed by then, so a burst is counted whole.
 */
export const SETTLE_MS = 2000;

/**
 * Looks at new events every few seconds, beside the schedule, which may be busy. `stop` waits for the look
 * in progress.
 */
export function startAlertWatcher(deps: { db: Knex; log: Log; config: Config }): { stop(): Promise<void> } {
  const { db, config } = deps;
  const log = deps.log.child({ job: 'watch-events' });
  let running: Promise<void> | null = null;
  const look = (): void => {
    if (running !== null) return;
    const context = systemContext({ name: 'watch-events', at: new Date(), log });
    running = watchEvents(db, context, { config, settleMs: SETTLE_MS })
      .then(() => undefined)
      .catch((error: unknown) => {
        log.error({ err: error }, 'new events could not be looked at');
      })
      .finally(() => {
        running = null;
      });
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  look();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
