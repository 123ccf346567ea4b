import { z } from 'zod';
import { roles } from '../../auth/require-user.ts';
import { currencies } from '../../currency.ts';
import { auditRecord } from '../../audit/audit-record.ts';
import { count, currency, id, major, maybeText, maybeTime, text, time } from '../../record-fields.ts';
import { acceptanceRecord } from '../../legal/queries.ts';
import {
  companyRecord,
  invoiceRecord,
  logIndex,
  paymentRecord,
  sessionRecord,
  userRecord,
} from './record-schemas.ts';
import { proofRecord } from './proof-schema.ts';
import { openSchema } from './open-schema.ts';

/**
 * The version in `schema_version`.
 *
 * 1. Within 1.x fields, lists and values are only ever added; from 1.2 on the published schema allows for
 *    that by being open.
 * 2. A changed meaning is a new major version.
 * 3. A released version moves into `published/` as it is, and this number is raised.
 */
export const EVIDENCE_SCHEMA_VERSION = '1.2';

const LATER =
  'A later version of the same major version may add fields and values: pass over what you do not know. Its files fit this schema, too.';

/** Where the schema is published, below BASE_URL. */
export const EVIDENCE_SCHEMA_PATH = `/schemas/evidence-bundle-${EVIDENCE_SCHEMA_VERSION}.json`;

const generatedBy = z
  .strictObject({
    id: id('Number of the account that downloaded this file.'),
    full_name: text('Name of the person who downloaded this file.'),
    email: text('E-mail address with which that person signs in.'),
    role: z
      .enum(roles)
      .describe('admin: an administrator of the same company; operator: staff of the platform.'),
  })
  .describe('The person who downloaded this file.');

const period = z
  .strictObject({
    from: maybeTime(
      'Only events, workspace sessions and payments from this moment on are inside; null: from the start.',
    ),
    to: maybeTime(
      'Only what happened before this moment is inside (the moment itself is not); null: no end was set.',
    ),
  })
  .describe(
    'The time this file covers: events by their time, workspace sessions that overlap it, payments started or paid in it, and the invoices of those payments. The person, the company and the acceptances are always complete.',
  );

const legalAcceptance = z
  .strictObject({
    terms_accepted_at: maybeTime('When the newest acceptance of the terms of use happened; null: never.'),
    terms_accepted_ip: maybeText('Address of the device that accepted the terms.'),
    terms_accepted_version: maybeText('Version of the terms that was accepted.'),
    terms_accepted_sha256: maybeText('SHA-256 of the exact text of those terms.'),
    privacy_accepted_at: maybeTime(
      'When the newest confirmation of the privacy notice happened; null: never.',
    ),
    privacy_accepted_ip: maybeText('Address of the device that confirmed the privacy notice.'),
    privacy_accepted_version: maybeText('Version of the privacy notice that was confirmed.'),
    privacy_accepted_sha256: maybeText('SHA-256 of the exact text of that notice.'),
    history: z.array(acceptanceRecord).describe('Every acceptance by this person, newest first.'),
  })
  .describe('What the person accepted, when, and from where.');

const summary = z
  .strictObject({
    total_workspace_hours: z
      .number()
      .nonnegative()
      .describe(
        'The most that was used, in hours: the same as connected_workspace_hours, under its name of 1.0.',
      ),
    interactive_workspace_hours: z
      .number()
      .nonnegative()
      .describe(
        'The least that was used, in hours: the same as active_workspace_hours, under its name of 1.0.',
      ),
    connected_workspace_hours: z
      .number()
      .nonnegative()
      .describe(
        'Upper bound of use in hours, rounded up to hundredths and cut to the period: the person was connected for so long at most. Two sessions at once count once, and none counts more than its own length. A session that was not counted, or seen only in part, is in it with its whole length (until 1.1 it was left out).',
      ),
    active_workspace_hours: z
      .number()
      .nonnegative()
      .describe(
        'Lower bound of use in hours, rounded down to hundredths, never above connected_workspace_hours: in so many minutes at least the person sent something to a workspace, such as a keystroke. A tab that is merely open adds nothing. Of a session that was not counted it has the interactive_seconds.',
      ),
    counted_sessions: count('Sessions of total_sessions whose traffic was wholly seen and counted.'),
    partly_counted_sessions: count(
      'Sessions of total_sessions of which only a part was seen, since another server passed their traffic on and asked about each request: a connection that stays open was seen when it opened. They are in connected_workspace_hours with their whole length.',
    ),
    uncounted_sessions: count(
      'Sessions of total_sessions whose traffic was not counted: from before the counting began, or not in a browser. They are in connected_workspace_hours with their whole length.',
    ),
    usage_explained: z
      .strictObject({ en: text('In English.'), tr: text('In Turkish.') })
      .describe('What the numbers of hours mean, for somebody who reads this file at a bank.'),
    total_sessions: count('Number of workspace sessions in this file.'),
    sessions_by_admins: count(
      'How often in the period an administrator of the company entered a workspace of this person. Those sessions are theirs: they are neither in this file nor in its hours.',
    ),
    successful_logins: count('Successful sign-ins in this file.'),
    failed_logins: count(
      'Refused sign-ins with this account in this file, each attempt counted: a record of many has their number in details.attempts.',
    ),
    failed_logins_known_device: count(
      'Of failed_logins, those from a browser that had signed in to this account before.',
    ),
    failed_logins_by_others: count(
      'Of failed_logins, those from a browser that had never signed in to this account and from an address from which nobody ever had: strangers, as far as can be told.',
    ),
    failed_logins_explained: z
      .strictObject({ en: text('In English.'), tr: text('In Turkish.') })
      .describe('How refused sign-ins are counted, for somebody who reads this file at a bank.'),
    first_activity: maybeTime('The first thing the person did in the period; null: nothing.'),
    last_activity: maybeTime('The newest thing the person did in the period; null: nothing.'),
    total_payments_amount: major(
      'Sum charged by successful payments in billing_currency, in major units; other currencies are not added.',
    ),
    billing_currency: currency('Currency of total_payments_amount.'),
    total_payments_by_currency: z
      .partialRecord(z.enum(currencies), z.number().nonnegative())
      .describe('Sum charged by successful payments for each currency, in major units.'),
    total_refunds_by_currency: z
      .partialRecord(z.enum(currencies), z.number().nonnegative())
      .describe(
        'Sum given back of the payments in this file for each currency, in major units. The sums of payments do not have it taken off.',
      ),
  })
  .describe('Totals over this file.');

/** Everything that can be proved about one person, as one file. Keys are in the order of the file. */
export const evidenceBundle = z
  .strictObject({
    schema_version: z.literal(EVIDENCE_SCHEMA_VERSION).describe('Version of this format.'),
    generated_at: time('When this file was asked for.'),
    generated_by: generatedBy,
    period,
    user: userRecord.describe('The person this file is about.'),
    company: companyRecord.describe('The company the person belongs to; it is the customer that pays.'),
    legal_acceptance: legalAcceptance,
    audit_logs: z
      .array(auditRecord.extend({ log_index: logIndex }))
      .describe('What the person did and what was done to the account, newest first.'),
    workspace_sessions: z
      .array(sessionRecord.extend({ log_index: logIndex }))
      .describe('When the person used which workspace, newest first.'),
    payments: z
      .array(paymentRecord)
      .describe(
        'Payments of the company that the person started or that fall into the membership, newest first.',
      ),
    invoices: z.array(invoiceRecord).describe('Invoices of those payments, newest first.'),
    proof: proofRecord.optional(),
    summary,
  })
  .describe(
    'Evidence about one person of one company, for the answer to a payment dispute. All times are ISO 8601 in UTC (Z). Everything was read at one moment; the record of this download itself is not inside.',
  );

export type EvidenceBundle = z.output<typeof evidenceBundle>;

/** The published JSON Schema (draft 2020-12) of a bundle, open for what later versions add. */
export function evidenceJsonSchema(baseUrl: string): Record<string, unknown> {
  return publishSchema(evidenceBundle, `${baseUrl}${EVIDENCE_SCHEMA_PATH}`, 'Evidence bundle');
}

/** An open JSON Schema with its address. The description ends with the rule for readers of later versions. */
export function publishSchema(closed: z.ZodType, address: string, title: string): Record<string, unknown> {
  const { $schema, description, ...schema } = openSchema(
    z.toJSONSchema(closed, { target: 'draft-2020-12' }),
    EVIDENCE_SCHEMA_VERSION,
  );
  return { $schema, $id: address, title, description: `${String(description)} ${LATER}`, ...schema };
}
