import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type Page } from '../../db/keyset.ts';
import { securityEventKinds, type SecurityEventKind } from './security-log.ts';

export interface SecurityEventEntry {
  /** The slot and one, since addresses of pages count from 1. */
  id: number;
  at: Date;
  kind: string;
  ip_address: string | null;
  path: string | null;
  request_id: string | null;
  details: Record<string, unknown>;
}

/**
 * The security events that are still there, newest first, of one kind or of all. A page that starts from an
 * event whose slot has been used again meanwhile starts from the new one.
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

/** How many events of each kind are still there. */
export async function countSecurityEvents(db: Knex): Promise<{ kind: SecurityEventKind; count: number }[]> {
  const found = await db('security_events')
    .groupBy('kind')
    .select<{ kind: string; count: number }[]>(['kind', db.raw('count(*) as count')]);
  return securityEventKinds.map((kind) => ({
    kind,
    count: found.find((row) => row.kind === kind)?.count ?? 0,
  }));
}
