import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { pino } from 'pino';
import { systemContext, type RequestContext } from '../../src/audit/request-context.ts';
import type { BuiltUser } from '../support/programs/build.ts';

/** A Monday morning; every story counts its minutes from here. */
export const START = new Date('2026-06-01T06:00:00.000Z');

/** Minutes (and parts of them) after `START`. */
export function minute(count: number): Date {
  return new Date(START.getTime() + count * 60_000);
}

const log = pino({ level: 'silent' });

/** The context of a request of `person`, from one browser if no argument says otherwise. */
export function contextOf(
  person: Pick<BuiltUser, 'id' | 'company_id'>,
  at: Date,
  overrides: Partial<RequestContext> = {},
): RequestContext {
  return {
    requestId: 'test-request',
    actorType: 'user',
    userId: person.id,
    companyId: person.company_id,
    ip: '203.0.113.20',
    rawIp: null,
    userAgent: 'test browser',
    method: 'POST',
    path: '/workspace',
    browserSessionHash: browser('first'),
    at,
    log,
    ...overrides,
  };
}

/** The hash that names a browser session. */
export function browser(name: string): string {
  return Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64);
}

/** The context of the job. */
export function sweeperContext(at: Date): RequestContext {
  return systemContext({ name: 'end-idle-sessions', at, log });
}

/** Text that no test has used before. */
export function unique(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

/**
 * Lets a session have begun and been used earlier, which the product itself cannot: as the owner, past the
 * triggers.
 */
export async function backdate(ownerDb: Knex, workspaceSessionId: number, past: Date): Promise<void> {
  await ownerDb.transaction(async (trx) => {
    await trx.raw('alter table workspace_sessions disable trigger user');
    await trx('workspace_sessions')
      .where({ id: workspaceSessionId })
      .update({ started_at: past, last_activity_at: past });
    await trx.raw('alter table workspace_sessions enable trigger user');
    await trx('open_workspace_sessions')
      .where({ workspace_session_id: workspaceSessionId })
      .update({ started_at: past });
  });
}
