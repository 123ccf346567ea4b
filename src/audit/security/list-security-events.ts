import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type Page } from '../../db/keyset.ts';
import { securityEventKinds, type SecurityEventKind } from './security-log.ts';

export interface SecurityEventEntry {
  /** The slot plus one, since cursors of pages count from 1. */
  id: number;
  at: Date;
  kind: string;
  ip_address: string | null;
  path: string | null;
  request_id: string | null;
  details: Record<string, unknown>;
}

/**
 * The security events that are still kept, newest first, of one kind or of all. When the slot of a page's
 * first event has been reused meanwhile, the page starts from the new event.
 */
export async function listSecurityEvents(
  db: Knex,
  { kind, cursor }: { kind: SecurityEventKind | null; cursor: Cursor },
): Promise<Page<SecurityEventEntry>> {
  const filter = kind === null ? {} : { kind };
  const query = db('security_events')
    .where(filter)
    .select([
      db.raw('slot + 1 as id'),
      'at',
      'kind',
      db.raw('host(ip_address) as ip_address'),
      'path',
      'request_id',
      'details',
    ]);
  const order = {
    keys: ['at', 'slot + 1'],
    direction: 'desc' as const,
    startsAmong: db('security_events').where(filter),
    size: PAGE_SIZE,
  };
  return readPage<SecurityEventEntry>(db, query, order, cursor);
}

/** The number of events of each kind that are still kept. */
export async function countSecurityEvents(db: Knex): Promise<{ kind: SecurityEventKind; count: number }[]> {
  const found = await db('security_events')
    .groupBy('kind')
    .select<{ kind: string; count: number }[]>(['kind', db.raw('count(*) as count')]);
  return securityEventKinds.map((kind) => ({
    kind,
    count: found.find((row) => row.kind === kind)?.count ?? 0,
  }));
}
