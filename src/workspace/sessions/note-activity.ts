import type { RequestContext } from '../../audit/request-context.ts';

/**
 * Notes a report of use in memory, for a session that was open and its person allowed a moment ago. False
 * when only the database can answer: call `recordActivity` then.
 */
export function noteActivity(
  context: RequestContext,
  input: { workspaceId: number; isAdmin: boolean; sessionId?: number | undefined },
): boolean {
  const { userId, companyId, browserSessionId, recorders } = context;
  const { sessionId } = input;
  if (userId === null || companyId === null || browserSessionId === null) return false;
  const buffer = recorders?.activityBuffer;
  if (buffer === undefined || sessionId === undefined) return false;
  return buffer.touch({ ...input, sessionId, userId, companyId, browserSessionId }, context.at);
}
