import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type Page } from '../../db/keyset.ts';

/** A browser that is remembered from a sign-in. */
interface DeviceEntry {
  id: number;
  created_at: Date;
  last_used_at: Date;
  ip_address: string | null;
  user_agent: string | null;
}

/** The browsers that are remembered for a person, the one that was used last first. */
export async function listDevices(
  db: Knex,
  input: { userId: number; cursor: Cursor },
): Promise<Page<DeviceEntry>> {
  const ofPerson = (): Knex.QueryBuilder =>
    db('known_devices').where('user_id', input.userId).whereNull('forgotten_at');
  const query = ofPerson().select(['id', 'created_at', 'last_used_at', 'ip_address', 'user_agent']);
  const order = {
    keys: ['last_used_at', 'id'],
    direction: 'desc' as const,
    startsAmong: ofPerson(),
    size: PAGE_SIZE,
  };
  return readPage<DeviceEntry>(db, query, order, input.cursor);
}
