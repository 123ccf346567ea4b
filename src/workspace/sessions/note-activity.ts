import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { sessionBuffers } from './session-buffers.ts';

/**
 * Notes a report of use in memory, for a session that was open and its person allowed a moment ago. False
 * when only the database can answer: call `recordActivity` then.
 */
export function noteActivity(
  db: Knex,
  context: RequestContext,
  input: { workspaceId: number; isAdmin: boolean; sessionId?: number | undefined },
): boolean {
  const { userId, companyId, browserSessionHash } = context;
  const { sessionId } = input;
  if (userId === null || companyId === null || browserSessionHash === null) return false;
  const buffer = sessionBuffers.of(db)?.activity;
  if (buffer === undefined || sessionId === undefined) return false;
  return buffer.touch({ ...input, sessionId, userId, companyId, browserSessionHash }, context.at);
}
