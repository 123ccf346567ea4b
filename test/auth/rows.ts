import type { Knex } from 'knex';
import type { RequestContext } from '../../src/audit/request-context.ts';
import type { AuditAction } from '../../src/audit/actions.ts';
import type { BuiltUser } from '../support/programs/build.ts';
import type { TestApp } from '../support/app.ts';
import type { Response } from 'supertest';

interface Row {
  user_id: number | null;
  company_id: number | null;
  actor_type: string;
  resource_type: string | null;
  resource_id: string | null;
  ip_address: string | null;
  user_agent: string | null;
  request_id: string;
  details: Record<string, unknown>;
  success: boolean;
  error_message: string | null;
}

/** The audit rows of one action, oldest first; of one request when it is given. */
export async function rowsOf(db: Knex, action: AuditAction, response?: Response): Promise<Row[]> {
  const query = db('audit_logs').where({ action_type: action }).orderBy('id');
  if (response !== undefined) void query.where({ request_id: response.headers['x-request-id'] as string });
  return query.select<Row[]>([
    'user_id',
    'company_id',
    'actor_type',
    'resource_type',
    'resource_id',
    'ip_address',
    'user_agent',
    'request_id',
    'details',
    'success',
    'error_message',
  ]);
}

/** The context of something that a person does, as the router makes it. */
export function contextOf(testApp: TestApp, person: BuiltUser, at = new Date()): RequestContext {
  return {
    requestId: `test-${String(Math.random()).slice(2)}`,
    actorType: person.role === 'operator' ? 'operator' : 'user',
    userId: person.id,
    companyId: person.company_id,
    ip: '203.0.113.7',
    rawIp: null,
    userAgent: 'test browser',
    method: 'POST',
    path: '/admin/users',
    browserSessionHash: null,
    at,
    log: testApp.deps.log,
  };
}

/** The value of a cookie that a response sets, or undefined. */
export function cookieOf(response: Response, name: string): string | undefined {
  const all = (response.headers['set-cookie'] ?? []) as unknown as string[];
  return all
    .find((cookie) => cookie.startsWith(`${name}=`))
    ?.split(';', 1)[0]
    ?.slice(name.length + 1);
}
