import { z } from 'zod';
import type { Workspace } from '../workspace/queries.ts';
import { runtimeStates, type WorkspaceRuntime } from '../workspace/runtime-types.ts';
import { countedBounds } from '../workspace/sessions/session-bounds.ts';
import { accessMethods, endReasons, type WorkspaceSession } from '../workspace/session-row.ts';

const id = z.int().positive();
const time = z.iso.datetime().meta({ description: 'UTC' });

/** A workspace in an answer of the API. */
export const workspaceAnswer = z.object({
  id,
  name: z.string(),
  owner_user_id: id,
  port: z.int(),
  state: z
    .enum(runtimeStates)
    .nullable()
    .meta({ description: 'Of its program; null when it runs elsewhere' }),
  created_at: time,
});
export type WorkspaceAnswer = z.infer<typeof workspaceAnswer>;

/** A time during which a person used a workspace. */
export const sessionAnswer = z.object({
  id,
  workspace_id: id,
  access_method: z.enum(accessMethods),
  started_at: time,
  last_activity_at: time,
  ended_at: time.nullable().meta({ description: 'The last proof of life; null while it is open' }),
  end_reason: z.enum(endReasons).nullable(),
  duration_seconds: z.int().nullable(),
  interactive_seconds: z.int().meta({ description: 'Seconds that reports of activity cover' }),
  connected_seconds: z.int().nullable().meta({
    description: 'At most used, never more than its length; null where traffic was not (wholly) counted',
  }),
  active_seconds: z
    .int()
    .nullable()
    .meta({ description: 'At least used, never more than connected; null where traffic was not counted' }),
});
type SessionAnswer = z.infer<typeof sessionAnswer>;

const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'The `cursor` of the next page; null on the last one' });

/** A page of workspaces, newest first. */
export const workspaceListAnswer = z.object({ data: z.array(workspaceAnswer), next_cursor: nextCursor });

/** A page of sessions, newest first. */
export const sessionListAnswer = z.object({ data: z.array(sessionAnswer), next_cursor: nextCursor });

/** The result of a report of activity. */
export const touchAnswer = z.object({
  state: z.enum(['active', 'restarted']).meta({
    description: '`restarted`: the session had been idle for too long, `session` is a new one to go on with',
  }),
  session: sessionAnswer,
});

/** The parts of the API's own document that a program needs to know. */
export const documentAnswer = z.object({
  openapi: z.string(),
  info: z.record(z.string(), z.unknown()),
  servers: z.array(z.object({ url: z.string() })),
  security: z.array(z.record(z.string(), z.unknown())),
  paths: z.record(z.string(), z.unknown()),
  components: z.record(z.string(), z.unknown()),
});

/** The form of every refusal: RFC 9457, `application/problem+json`. */
export const problemAnswer = z.object({
  type: z.string().meta({ description: 'The name of the problem; it never changes' }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  request_id: z.string().meta({ description: 'To quote when you write to us' }),
  errors: z
    .array(z.object({ in: z.enum(['body', 'query', 'header']), name: z.string(), detail: z.string() }))
    .optional(),
  reason: z.string().optional(),
});
export type Problem = z.infer<typeof problemAnswer>;

/** A workspace's row as an answer of the API. */
export function toWorkspaceAnswer(
  row: Workspace,
  runtime: Pick<WorkspaceRuntime, 'isManaged' | 'state'>,
): WorkspaceAnswer {
  const { id: workspaceId, name, owner_user_id, port, created_at } = row;
  const state = runtime.isManaged ? runtime.state(workspaceId) : null;
  return { id: workspaceId, name, owner_user_id, port, state, created_at: created_at.toISOString() };
}

/** A session's row as an answer of the API. */
export function toSessionAnswer(row: WorkspaceSession): SessionAnswer {
  return {
    id: row.id,
    workspace_id: row.workspace_id,
    access_method: row.access_method,
    started_at: row.started_at.toISOString(),
    last_activity_at: row.last_activity_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    end_reason: row.end_reason,
    duration_seconds: row.duration_seconds,
    interactive_seconds: row.interactive_seconds,
    ...countedBounds(row),
  };
}
