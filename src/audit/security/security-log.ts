import type { Knex } from 'knex';
import { MINUTE_MS } from '../../durations.ts';
import { boundedText } from '../../storable-text.ts';
import { auditSink } from '../audit-sink.ts';
import type { RequestContext } from '../request-context.ts';

/** The kinds, in the order of their rings in the table. migrations/0003-audit.sql has a sequence for each. */
export const securityEventKinds = [
  'unsigned-callback',
  'forged-request',
  'access-refused',
  'sign-in-refused',
  'token-refused',
] as const;

export type SecurityEventKind = (typeof securityEventKinds)[number];

/** Number of slots for each kind. */
export const RING_SLOTS = 2000;

/**
 * Events of one kind that one address may leave in a minute. Further ones are only counted in the metrics.
 */
export const PER_ADDRESS_AND_MINUTE = 60;

/** Longest excerpt kept of a stranger's text, in characters. */
const EXCERPT_MAX = 1000;

/**
 * Notes an event that proves nothing and belongs in nobody's evidence, such as an unsigned callback. Each
 * kind has a ring of 2 000 slots, so a flood overwrites the oldest events of its own kind and never fills the
 * disk. Never throws.
 */
export async function recordSecurityEvent(
  db: Knex,
  context: RequestContext,
  input: { kind: SecurityEventKind; details: Record<string, string | number | boolean | null> },
): Promise<void> {
  const { kind } = input;
  auditSink.of(db)?.metrics.securityEvents.inc({ kind });
  try {
    await db.raw(INSERT, {
      first: securityEventKinds.indexOf(kind) * RING_SLOTS,
      sequence: `security_events_${kind.replaceAll('-', '_')}`,
      at: context.at,
      minuteAgo: new Date(context.at.getTime() - MINUTE_MS),
      most: PER_ADDRESS_AND_MINUTE,
      kind,
      ip: context.ip,
      path: boundedText(context.path ?? '', EXCERPT_MAX),
      requestId: context.requestId,
      details: JSON.stringify(input.details, (_, value: unknown) =>
        typeof value === 'string' ? boundedText(value, EXCERPT_MAX) : value,
      ),
    });
  } catch (error) {
    context.log.error({ err: error, kind }, 'security event could not be written');
  }
}

const INSERT = `
  insert into security_events (slot, at, kind, ip_address, path, request_id, details)
  select :first::integer + nextval(:sequence::regclass), :at::timestamptz, :kind, :ip::inet, :path, :requestId,
         :details::jsonb
  where (
    select count(*) from security_events
    where kind = :kind and at > :minuteAgo and ip_address is not distinct from :ip::inet
  ) < :most
  on conflict (slot) do update set at = excluded.at, kind = excluded.kind, ip_address = excluded.ip_address,
    path = excluded.path, request_id = excluded.request_id, details = excluded.details`;
