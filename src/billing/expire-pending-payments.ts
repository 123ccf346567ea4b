import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import type { Config } from '../config.ts';
import type { Paytr } from './paytr.ts';

export async function expirePendingPayments(
  _db: Knex,
  _context: RequestContext,
  _input: { paytr: Paytr; config: Config },
): Promise<string> {
  return Promise.resolve('');
}
