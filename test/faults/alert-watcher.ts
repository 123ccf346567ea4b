import { pino } from 'pino';
import { watchEvents } from '../../src/alerts/watch/watch-events.ts';
import { systemContext } from '../../src/audit/request-context.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createDb } from '../../src/db/db.ts';

/** A process that judges what is in the inbox of alerts, again and again, until it is killed. */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const config = loadConfig(env);
  const db = createDb({ url: config.databaseUrl, poolMax: 2 });
  process.send?.('ready');
  for (;;)
    await watchEvents(db, systemContext({ name: 'test', at: new Date(), log }), { config, settleMs: 0 });
}

await main(process.env);
