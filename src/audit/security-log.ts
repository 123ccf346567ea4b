import type { Knex } from 'knex';
import type { RequestContext } from './request-context.ts';

export type SecurityEventKind = 'unsigned-callback' | 'forged-request' | 'access-refused';

/** Longest excerpt kept of what a stranger sent, in characters. */
const EXCERPT_MAX = 1000;

/**
 * Notes something that proves nothing and belongs in nobody's evidence, such as an unsigned callback. The table is a ring
 * of 10 000 slots, so a flood overwrites the oldest and never fills the disk. Never throws.
 */
export async function recordSecurityEvent(
  db: Knex,
  context: RequestContext,
  input: { kind: SecurityEventKind; details: Record<string, string | number | boolean | null> },
): Promise<void> {
  try {
    await db.raw(
      `insert into security_events (slot, at, kind, ip_address, path, request_id, details)
       values (nextval('security_events_slot'), ?, ?, ?, ?, ?, ?)
       on conflict (slot) do update set at = excluded.at, kind = excluded.kind, ip_address = excluded.ip_address,
         path = excluded.path, request_id = excluded.request_id, details = excluded.details`,
      [
        context.at,
        input.kind,
        context.ip,
        excerpt(context.path ?? ''),
        context.requestId,
        JSON.stringify(input.details, (_, value: unknown) =>
          typeof value === 'string' ? excerpt(value) : value,
        ),
      ],
    );
  } catch (error) {
    context.log.error({ err: error, kind: input.kind }, 'security event could not be written');
  }
}

function excerpt(text: string): string {
  return Buffer.from(text.slice(0, EXCERPT_MAX).replaceAll('\0', '\uFFFD'), 'utf8').toString('utf8');
}
