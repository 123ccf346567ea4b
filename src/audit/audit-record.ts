import { z } from 'zod';
import { field, id, listFields, maybeId, maybeText, text, time } from '../record-fields.ts';
import { auditActions } from './actions.ts';
import { actorTypes } from './request-context.ts';

const actionList = Object.entries(auditActions)
  .map(([name, meaning]) => `${name}: ${meaning}`)
  .join('; ');

/**
 * The one description of an audit row. The statements that write and read it, the bundle, its schema, the CSV
 * and the pages take their columns from here. `id` has no `column`: only the database gives it.
 */
export const auditRecord = z.strictObject({
  id: id('Number of the record.', { csv: 1 }),
  timestamp: time('When it happened.', { csv: 2, column: 'timestamptz' }),
  user_id: maybeId(
    'Account of the person concerned; another number than user.id means that a colleague or the platform acted on the person.',
    { csv: 6, column: 'bigint' },
  ),
  actor_type: field(
    z.enum(actorTypes),
    'Who acted: user, operator (staff of the platform), gateway (the payment service), system, or anonymous (not signed in).',
    { csv: 5, column: 'text' },
  ),
  action_type: text(`What happened. ${actionList}.`, { csv: 3, column: 'text' }),
  success: field(z.boolean(), 'Whether it worked.', { csv: 4, column: 'boolean' }),
  resource_type: maybeText('Kind of thing it was done to.', { csv: 9, column: 'text' }),
  resource_id: maybeText('Number of that thing.', { csv: 10, column: 'text' }),
  ip_address: maybeText(
    'Address it came from; null when there was none, or when somebody other than this person acted.',
    { csv: 11, column: 'inet' },
  ),
  user_agent: maybeText('Browser it came from; null under the same conditions as ip_address.', {
    csv: 12,
    column: 'text',
  }),
  request_method: maybeText('HTTP method of the request.', { csv: 13, column: 'text' }),
  request_path: maybeText('Path of the request.', { csv: 14, column: 'text' }),
  request_id: maybeText('Number of the request; records with the same number belong together.', {
    csv: 15,
    column: 'text',
  }),
  details: field(
    z.record(z.string(), z.unknown()).nullable(),
    'Particulars of the event; null when they are about another person, whose data is left out.',
    { csv: 17, column: 'jsonb' },
  ),
  error_message: maybeText('Why it did not work; null when it did.', { csv: 16, column: 'text' }),
});

/** An audit row in the bundle. */
export type AuditRecord = z.output<typeof auditRecord>;

/** An audit row with the name of its person, as the pages and the CSV show it. */
export const namedAuditRecord = auditRecord.extend({
  user_name: maybeText('Name of that person.', { sql: 'users.full_name', csv: 7 }),
  user_email: maybeText('E-mail address of that person.', { sql: 'users.email', csv: 8 }),
});

/** The same as it comes from the database: `details` is whole. */
export interface AuditEntryRow extends Omit<z.output<typeof namedAuditRecord>, 'timestamp' | 'details'> {
  timestamp: Date;
  details: Record<string, unknown>;
}

/** The columns of audit rows in every CSV of ours, so that a program made for one file reads the other. */
export const AUDIT_CSV_COLUMNS = listFields(namedAuditRecord)
  .filter(({ csv }) => csv !== undefined)
  .sort((a, b) => Number(a.csv) - Number(b.csv))
  .map(({ name }) => name as keyof AuditEntryRow);
