import { once } from 'node:events';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { watchEvents } from '../../src/alerts/watch/watch-events.ts';
import { AuditLogger } from '../../src/audit/audit-logger.ts';
import { systemContext, type RequestContext } from '../../src/audit/request-context.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast } from '../support/programs/build.ts';
import { startChild } from '../support/programs/child.ts';

const KILLS = 30;
const EVENTS_A_ROUND = 20;

const test = useTestApp();

describe('the inbox of alerts', () => {
  it(`raises each alert once, with one mail, after kill -9 of two racing processes at ${KILLS} random moments`, async () => {
    const { bob, acme } = await buildCast(test.db);
    const log = pino({ level: 'silent' });
    const context = (): RequestContext => ({
      ...systemContext({ name: 'test', at: new Date(), log }),
      actorType: 'user',
      userId: bob.id,
      companyId: acme.id,
    });
    await test.forgetMails();
    const env = {
      NODE_ENV: 'test',
      DATABASE_URL: test.database.appUrl,
      BASE_URL: 'http://localhost:3000',
      SESSION_SECRET: 'a session secret for tests only, 32+',
      SMTP_URL: 'smtp://127.0.0.1:9',
      PAYTR_MERCHANT_ID: test.config.paytr.merchantId,
      PAYTR_MERCHANT_KEY: test.config.paytr.merchantKey,
      PAYTR_MERCHANT_SALT: test.config.paytr.merchantSalt,
    };
    let cutShort = 0;
    for (let round = 0; round < KILLS; round += 1) {
      for (let n = 0; n < EVENTS_A_ROUND; n += 1)
        await AuditLogger.log(test.db, context(), { action: 'email_changed', success: true });
      const watchers = await Promise.all(
        [1, 2].map(() => startChild('test/faults/alert-watcher.ts', { env })),
      );
      const goal = (await count('alerts')) + Math.ceil(Math.random() * EVENTS_A_ROUND * 0.8);
      await expect.poll(() => count('alerts'), { timeout: 60_000, interval: 1 }).toBeGreaterThanOrEqual(goal);
      for (const watcher of watchers) watcher.kill('SIGKILL');
      await Promise.all(watchers.map((watcher) => once(watcher, 'exit')));
      if ((await count('alert_inbox')) > 0) cutShort += 1;
    }
    // Otherwise nothing was interrupted.
    expect(cutShort).toBeGreaterThan(KILLS / 3);
    const last = systemContext({ name: 'test', at: new Date(), log });
    await expect
      .poll(async () => {
        await watchEvents(test.db, last, { config: test.config, settleMs: 0 });
        return count('alert_inbox');
      })
      .toBe(0);
    const events = await test
      .db('audit_logs')
      .where('action_type', 'email_changed')
      .pluck<string[]>('event_id');
    const raised = await test.db('alerts').pluck<string[]>('event_id');
    expect(events).toHaveLength(KILLS * EVENTS_A_ROUND);
    expect(raised.sort()).toEqual(events.sort());
    expect(await test.mails()).toHaveLength(events.length);
    expect(await test.db('audit_logs').where('action_type', 'alert_raised')).toHaveLength(events.length);
  });
});

async function count(table: 'alerts' | 'alert_inbox'): Promise<number> {
  const row = await test.db(table).count<{ count: number }[]>('* as count').first();
  return row?.count ?? 0;
}
