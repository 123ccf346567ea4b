import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { sessionBuffer } from './session-buffer.ts';

/**
 * Notes a report of use in memory, for a session that was open and its person allowed a moment ago. False
 * when only the database can answer: call `recordActivity` then.
 */
export function noteActivity(
  db: Knex,
  context: Pick<RequestContext, 'userId' | 'companyId' | 'browserSessionHash' | 'at'>,
  input: { workspaceId: number; isAdmin: boolean; workspaceSessionId?: number | undefined },
): boolean {
  const { userId, companyId, browserSessionHash } = context;
  const { workspaceSessionId } = input;
  if (userId === null || companyId === null || browserSessionHash === null) return false;
  const buffer = sessionBuffer.of(db);
  if (buffer === undefined || workspaceSessionId === undefined) return false;
  return buffer.touch({ ...input, workspaceSessionId, userId, companyId, browserSessionHash }, context.at);
}
