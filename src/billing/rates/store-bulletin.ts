import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { localDay } from '../../local-calendar.ts';
import { dayAfter } from './bulletin-days.ts';
import { parseBulletin } from './parse-bulletin.ts';

/** Whether the file was new, and of which day; or why it was not taken. */
type Stored = { ok: true; day: string; number: string; isNew: boolean } | { ok: false; problem: string };

/**
 * Keeps every line of a bulletin, exactly as it came: in one statement, so whole or not at all. The same
 * file again changes nothing. `of` is the day that was asked for, null for the newest; a file of another day,
 * or of the future, is not taken.
 */
export async function storeBulletin(
  db: Knex,
  context: RequestContext,
  { file, of }: { file: Uint8Array; of: string | null },
): Promise<Stored> {
  const reading = parseBulletin(file);
  if (!reading.ok) return reading;
  const { day, number, lines } = reading.bulletin;
  if (of !== null && day !== of) return { ok: false, problem: `a file of ${day}` };
  if (day > localDay(context.at)) return { ok: false, problem: `a file of ${day}, in the future` };
  const bulletin = {
    ...{ bulletin_date: day, bulletin_no: number, valid_for: dayAfter(day) },
    ...{ file_sha256: createHash('sha256').update(file).digest('hex'), fetched_at: context.at },
  };
  const stored = await db('exchange_rates')
    .insert(lines.map((line) => ({ ...line, ...bulletin })))
    .onConflict(['currency', 'bulletin_date', 'file_sha256'])
    .ignore()
    .returning('id');
  return { ok: true, day, number, isNew: stored.length > 0 };
}
