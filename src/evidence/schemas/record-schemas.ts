import { z } from 'zod';
import {
  count,
  currency,
  id,
  major,
  maybeCount,
  maybeText,
  maybeTime,
  text,
  time,
} from '../../record-fields.ts';

/** An acceptance of one text. */
export const acceptanceRecord = z.strictObject({
  kind: z.enum(['terms', 'privacy']).describe('terms: agreed to; privacy: confirmed as read.'),
  version: text('Version of the text, the day on which it was settled.'),
  locale: z.enum(['tr', 'en']).describe('Language in which the text was accepted.'),
  title: text('Title of the text.'),
  content_sha256: text('SHA-256 of the exact text, in hexadecimal.'),
  text_path: text("Where that exact text is published, on the seller's site: the hash is over those bytes."),
  accepted_at: time('When the person accepted it.'),
  ip_address: maybeText('Public address of the device that accepted; null when it could not be read.'),
  user_agent: maybeText('Browser that accepted, in its own words; null when it sent none.'),
  request_id: text('Number of the request; the audit row of the acceptance bears the same.'),
});

/** A time of workspace use. */
export const sessionRecord = z.strictObject({
  id: id('Number of the session.'),
  workspace_id: id('Number of the workspace that was used.'),
  workspace_name: text('Name of that workspace.'),
  started_at: time('When use began.'),
  ended_at: maybeTime(
    'When use ended: the last sign of life, not the moment the end was noticed; null while it lasts.',
  ),
  end_reason: maybeText(
    'Why it ended; null while it lasts. closed: the person closed the workspace, the browser ended its last connection to it, or the connection by SSH ended; idle: nothing was seen of the person for 30 minutes, and ended_at is when something last was; signed-out: the person signed out; stopped: the workspace was stopped; deleted: the workspace was deleted; revoked: the right to use it was withdrawn, because the person was deactivated or lost the right to this workspace, the access token or SSH key was withdrawn, or the subscription ended (the audit record of the end says which); replaced: the same browser entered anew after another sign-in; app-shutdown: the platform was shut down and stopped the workspace; deactivated and lapsed: what revoked was called in older records.',
  ),
  duration_seconds: z.int().nonnegative().nullable().describe('Length in seconds; null while it lasts.'),
  last_activity_at: time('The newest sign of use.'),
  activity_count: count('How many signs of use were received.'),
  interactive_seconds: count(
    'Seconds that the reports of the page cover in which keyboard or pointer was used: the least that was used where active_seconds is null.',
  ),
  ip_address: maybeText('Address of the device that used the workspace.'),
  user_agent: maybeText('Browser that used the workspace, in its own words.'),
  session_id: text(
    'SHA-256 of the browser session: the same value means the same browser session. It opens nothing.',
  ),
  access_method: z.enum(['web', 'api', 'ssh']).describe('How the workspace was reached.'),
  on_behalf_of_user_id: z
    .int()
    .positive()
    .nullable()
    .describe(
      'Account of the owner of the workspace when it belongs to another person, whose workspace this person entered as an administrator of the company; null: the person’s own workspace.',
    ),
  connected_minutes: maybeCount(
    'connected_seconds in whole minutes, rounded down. null: the traffic of this session was not counted, or only a part of it was seen; that is not the same as 0.',
  ),
  active_minutes: maybeCount('active_seconds in whole minutes, rounded down; null: not counted.'),
  connected_seconds: maybeCount(
    'Seconds of the minutes in which the device had an open connection to the workspace or asked something of it, and no more than the session is long: the most that was used. null: as connected_minutes.',
  ),
  active_seconds: maybeCount(
    'Seconds of the minutes in which the person sent something to the workspace, such as a keystroke, and no more than connected_seconds: the least that was used. 0: the workspace was open and nothing was sent; null: not counted.',
  ),
});

const callback = z.strictObject({
  received_at: time('When this notification first arrived.'),
  last_received_at: time('When it last arrived; the payment service repeats until it is answered.'),
  received_count: z.int().positive().describe('How often it arrived.'),
  ip_address: maybeText('Address of the payment service.'),
  outcome: text('What it did: paid, failed, repeat, ignored, review, unknown-order or unknown-status.'),
  fields: z
    .record(z.string(), z.string())
    .describe('Every field as received from the payment service, without the signature.'),
});

/** A payment with the payment service's notifications. */
export const paymentRecord = z.strictObject({
  id: id('Number of the payment.'),
  merchant_oid: text('Order number given to the payment service; the bank sees it as well.'),
  plan: text('Plan that was bought.'),
  status: z
    .enum(['pending', 'success', 'failed', 'expired', 'review', 'refused'])
    .describe(
      'success: the card was charged and the plan activated. Nothing else counts as paid in this file.',
    ),
  currency: currency('Currency of the order (ISO 4217).'),
  amount: major('Price of the order in major units, for example 1499.00.'),
  amount_minor: count('The same price in minor units (kuruş or cents).'),
  charged_minor: z
    .int()
    .nonnegative()
    .nullable()
    .describe(
      'What the card was charged, in minor units; it can exceed the price (instalments); null when not charged.',
    ),
  created_at: time('When the payment was started.'),
  decided_at: maybeTime('When the payment service decided; null while pending.'),
  paid_at: maybeTime('When it was paid; null when it was not.'),
  payment_type: maybeText('Means of payment as named by the payment service.'),
  installment_count: z.int().nonnegative().nullable().describe('Number of instalments; null when not told.'),
  test_mode: z.boolean().describe('True for a test payment: no card was charged.'),
  failed_reason_code: maybeText('Reason code of a refusal by the payment service.'),
  failed_reason_message: maybeText('Reason text of a refusal by the payment service.'),
  review_reason: maybeText(
    'Why a person has to look at a charge that does not match the order; null otherwise.',
  ),
  started_by: z
    .strictObject({
      id: id('Account of the person who started the payment.'),
      full_name: text('Name of that person.'),
      email: text('E-mail address of that person.'),
    })
    .describe('The person who started the payment.'),
  client_ip: maybeText('Address of the device that started the payment; null when a colleague started it.'),
  user_agent: maybeText('Browser that started the payment; null when a colleague started it.'),
  callbacks: z.array(callback).describe('Signed notifications of the payment service, newest first.'),
});

const party = (what: string) => z.record(z.string(), z.string().nullable()).describe(what);

/** An invoice. */
export const invoiceRecord = z.strictObject({
  id: id('Number of the invoice record.'),
  invoice_no: text('Invoice number as printed.'),
  payment_id: id('The payment it belongs to.'),
  merchant_oid: text('Order number of that payment.'),
  issued_at: time('When it was issued.'),
  plan: text('Plan that was invoiced.'),
  period_start: time('Start of the service period that was bought.'),
  period_end: time('End of the service period that was bought.'),
  currency: currency('Currency of the invoice (ISO 4217).'),
  total: major('Total with tax in major units.'),
  total_minor: count('Total with tax in minor units.'),
  tax_minor: count('Tax within the total, in minor units.'),
  tax_percent: z.number().nonnegative().describe('Tax rate in percent.'),
  buyer: party('Name, address and tax data of the customer as printed on the invoice.'),
  seller: party('Name, address and tax data of the seller as printed on the invoice.'),
});
