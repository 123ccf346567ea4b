import { z } from 'zod';
import { roles } from '../../auth/require-user.ts';
import { priceFacts } from '../../billing/price-facts.ts';
import { termsRecord } from '../../billing/consent/terms-record.ts';
import { cardRecord } from '../../billing/follow-up/card-record.ts';
import { paymentStatuses } from '../../billing/queries.ts';
import { refundPolicies, refundSources, refundStates } from '../../billing/refunds/queries.ts';
import {
  count,
  currency,
  field,
  id,
  major,
  maybeCount,
  maybeId,
  maybeText,
  maybeTime,
  text,
  time,
} from '../../record-fields.ts';
import { accessMethods } from '../../workspace/session-row.ts';
import { countedBoundsSql } from '../../workspace/sessions/session-bounds.ts';

/** A proof that a person reads the mail of an address. */
export const emailConfirmationRecord = z.strictObject({
  email: text('The address.'),
  confirmed_at: time('When the person showed that they read its mail.'),
  how: text(
    'By what. link: the link of a mail that asked to confirm; invitation: the link of an invitation that was mailed; password-reset: a new password set by the link of a mail; change: the link mailed to a new address; restored: the link mailed to an old address.',
  ),
  ip_address: maybeText('Address of the device that did it; null when it could not be read.'),
  user_agent: maybeText('Its browser, in its own words; null when it sent none.'),
  request_id: maybeText('Number of the request; the audit row of the confirmation bears the same.'),
});

/** A change of an account's address. */
export const emailChangeRecord = z.strictObject({
  old_email: text('The address before.'),
  new_email: text('The address after.'),
  changed_at: time('When it changed.'),
  how: text('confirmed: by the link mailed to the new address; restored: by the link mailed to the old one.'),
  ip_address: maybeText('Address of the device that did it; null when it could not be read.'),
  user_agent: maybeText('Its browser, in its own words; null when it sent none.'),
  request_id: maybeText('Number of the request; the audit row of the change bears the same.'),
});

/** The person whom a bundle is about. */
export const userRecord = z.strictObject({
  id: id('Number of the account; it never changes and is never given to somebody else.'),
  full_name: text('Name the person gave.'),
  email: text('E-mail address with which the person signs in.'),
  role: field(z.enum(roles), 'What the person may do in the company today.'),
  created_at: time('When the account was made.'),
  deactivated_at: maybeTime('When access was taken away; null while the person may sign in.'),
  last_login_at: maybeTime('The newest successful sign-in; null when there was none.'),
  membership_periods: field(
    z.array(
      z.strictObject({
        started_at: time('When the person became a member of the company.'),
        ended_at: maybeTime('When the membership ended; null while it lasts.'),
      }),
    ),
    'The times during which the person belonged to the company, newest first.',
    { sql: null },
  ),
  email_confirmed_at: maybeTime(
    'When the person showed that they read the mail of this address; null: never. Before November 2026 nobody was asked to.',
  ),
  invitation_handed_over_by: maybeText(
    'How the person got the invitation by which they joined. mail: it was mailed to the address; link: an administrator was shown the link and handed it over; null: the person registered the company, or joined before this was noted.',
    {
      sql: '(select i.handed_over_by from invitations i where i.accepted_user_id = users.id)',
    },
  ),
  email_confirmations: field(
    z.array(emailConfirmationRecord),
    'Every proof that the person reads the mail of an address, newest first.',
    { sql: null },
  ),
  email_changes: field(z.array(emailChangeRecord), 'Every change of the address, newest first.', {
    sql: null,
  }),
});

/** The company of that person. */
export const companyRecord = z.strictObject({
  id: id('Number of the company.'),
  name: text('Name of the company.'),
  subdomain: text('Short name of the company on the platform.'),
  created_at: time('When the company registered.'),
  plan: text('The plan of the company today: trial, starter, team or enterprise.', {
    sql: 'subscriptions.plan',
  }),
  billing_currency: currency('Currency of the newest paid order of the company (ISO 4217).', {
    sql: 'subscriptions.billing_currency',
  }),
  customer_type: maybeText(
    'Whether the company said that it buys as a company or as a consumer; null until it has said.',
    { sql: 'billing_details.customer_type' },
  ),
  billing_name: maybeText('Name on invoices; null until the company has given one.', {
    sql: 'billing_details.billing_name',
  }),
  billing_address: maybeText('Billing address; null until the company has given one.', {
    sql: 'billing_details.billing_address',
  }),
  billing_district: maybeText('District of the buyer; null until the company has given one.', {
    sql: 'billing_details.billing_district',
  }),
  billing_city: maybeText('City of the buyer; null until the company has given one.', {
    sql: 'billing_details.billing_city',
  }),
  billing_country: maybeText('Country of the buyer (ISO 3166-1); null until the company has given one.', {
    sql: 'billing_details.billing_country',
  }),
  billing_tax_office: maybeText('Tax office; null when none was given.', {
    sql: 'billing_details.billing_tax_office',
  }),
  billing_tax_number: maybeText('Tax number; null when none was given.', {
    sql: 'billing_details.billing_tax_number',
  }),
});

const bounds = countedBoundsSql('workspace_sessions');

/** The place of a record's leaf in the log of its company. */
export const logIndex = field(
  z.int().nonnegative().nullable().optional(),
  'Index of its leaf in the transparency log of the company (see proof); null: it is not in that log, or not yet. A workspace session gets its leaf when it has ended. Absent in a file without proof.',
  { sql: null },
);

/** A time of workspace use. */
export const sessionRecord = z.strictObject({
  id: id('Number of the session.'),
  workspace_id: id('Number of the workspace that was used.'),
  workspace_name: text('Name of that workspace.', { sql: 'workspaces.name' }),
  started_at: time('When use began.'),
  ended_at: maybeTime(
    'When use ended: the last sign of life, not the moment the end was noticed; null while it lasts.',
  ),
  end_reason: maybeText(
    'Why it ended; null while it lasts. closed: the person closed the workspace, the browser ended its last connection to it, or the connection by SSH ended; idle: nothing was seen of the person for 30 minutes, and ended_at is when something last was; signed-out: the person signed out; stopped: the workspace was stopped; deleted: the workspace was deleted; revoked: the right to use it was withdrawn, because the person was deactivated or lost the right to this workspace, the access token or SSH key was withdrawn, or the subscription ended (the audit record of the end says which); replaced: the same browser entered anew after another sign-in; app-shutdown: the platform was shut down and stopped the workspace; deactivated and lapsed: what revoked was called in older records.',
  ),
  duration_seconds: maybeCount('Length in seconds; null while it lasts.'),
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
  access_method: field(z.enum(accessMethods), 'How the workspace was reached.'),
  on_behalf_of_user_id: maybeId(
    'Account of the owner of the workspace when it belongs to another person, whose workspace this person entered as an administrator of the company; null: the person’s own workspace.',
    { sql: 'workspace_sessions.on_behalf_of' },
  ),
  connected_minutes: maybeCount(
    'connected_seconds in whole minutes, rounded down. null: the traffic of this session was not counted, or only a part of it was seen; that is not the same as 0.',
    { sql: bounds.connected_minutes },
  ),
  active_minutes: maybeCount('active_seconds in whole minutes, rounded down; null: not counted.', {
    sql: bounds.active_minutes,
  }),
  connected_seconds: maybeCount(
    'Seconds of the minutes in which the device had an open connection to the workspace or asked something of it, and no more than the session is long: the most that was used. null: as connected_minutes.',
    { sql: bounds.connected_seconds },
  ),
  active_seconds: maybeCount(
    'Seconds of the minutes in which the person sent something to the workspace, such as a keystroke, and no more than connected_seconds: the least that was used. 0: the workspace was open and nothing was sent; null: not counted.',
    { sql: bounds.active_seconds },
  ),
});

/** A signed notification of the payment service. */
export const callbackRecord = z.strictObject({
  received_at: time('When this notification first arrived.'),
  last_received_at: time('When it last arrived; the payment service repeats until it is answered.'),
  received_count: field(z.int().positive(), 'How often it arrived.'),
  ip_address: maybeText('Address of the payment service.'),
  outcome: text('What it did: paid, failed, repeat, ignored, review, unknown-order or unknown-status.'),
  fields: field(
    z.record(z.string(), z.string()),
    'Every field as received from the payment service, without the signature.',
    { sql: null },
  ),
});

/** A reversal: a part of an invoice, or all of it, taken back out of the books. */
export const reversalRecord = z.strictObject({
  reversal_no: text('Number of the reversal as printed; a series of its own.'),
  invoice_no: text('Number of the invoice that it takes back.'),
  issued_at: time('When it was issued.'),
  currency: currency('Currency of the invoice (ISO 4217).'),
  total_minor: count('Total with tax that was taken back, in minor units.'),
  tax_minor: count('Tax within that total, in minor units.'),
});

/** A refund of a payment. */
export const refundRecord = z.strictObject({
  id: id('Number of the refund.'),
  source: field(
    z.enum(refundSources),
    'ours: asked for in the platform. panel: made at the payment service without the platform, and found there.',
  ),
  reference_no: maybeText('Our number for it at the payment service; null for one of the panel.'),
  amount: major('Amount in major units, for example 1499.00.', { sql: null }),
  amount_minor: count('The same amount in minor units (kuruş or cents).'),
  currency: currency('Currency of the payment (ISO 4217).'),
  state: field(
    z.enum(refundStates),
    'done: the payment service has given the money back; nothing else counts as given back. requested: waits for its confirmation. sent: on its way. waiting: the payment service could not do it yet. unknown: nobody knows yet. refused: it was not made. withdrawn: taken back before it was made.',
  ),
  policy: field(
    z.enum(refundPolicies).nullable(),
    'The rule by which it was made: withdrawal (right of withdrawal), not_as_ordered, service_fault, goodwill, legal (court or authority), other; null while nobody has said.',
  ),
  reason: maybeText('Why it was made, in the words of the platform’s staff.'),
  ends_paid_time: field(
    z.boolean().nullable(),
    'Whether the unused paid time of the payment ended with it; null while nobody has said.',
  ),
  requested_at: time('When it was asked for, or found.'),
  confirmed_at: maybeTime('When it was confirmed; null before, and for one of the panel.'),
  sent_at: maybeTime('When it was last sent to the payment service.'),
  decided_at: maybeTime('When its outcome was known; null while it is not.'),
  gateway_code: maybeText('Number of the newest refusal by the payment service.'),
  gateway_message: maybeText('What the payment service said last about it.'),
  reversal: field(reversalRecord.nullable(), 'The reversal of the invoice; null without one.', { sql: null }),
});

/** A payment with the payment service's notifications. */
export const paymentRecord = z.strictObject({
  id: id('Number of the payment.'),
  merchant_oid: text('Order number given to the payment service; the bank sees it as well.'),
  plan: text('Plan that was bought.'),
  status: field(
    z.enum(paymentStatuses),
    'success: the card was charged and the plan activated. Nothing else counts as paid in this file. refunded: charged, never activated, and given back whole.',
  ),
  currency: currency('Currency of the order (ISO 4217).'),
  amount: major('Price of the order in major units, for example 1499.00.', { sql: null }),
  amount_minor: count('The same price in minor units (kuruş or cents).'),
  price_facts: field(
    priceFacts.nullable(),
    'What the price was taken from, frozen when the order was placed: the version of the price list, the prices in this currency and, where they were converted, the rate with its bulletin. null: an order from before there were price lists.',
  ),
  charged_minor: maybeCount(
    'What the card was charged, in minor units; it can exceed the price (instalments); null when not charged.',
  ),
  created_at: time('When the payment was started.'),
  decided_at: maybeTime('When the payment service decided; null while pending.'),
  paid_at: maybeTime('When it was paid; null when it was not.'),
  payment_type: maybeText('Means of payment as named by the payment service.'),
  installment_count: maybeCount('Number of instalments; null when not told.'),
  test_mode: field(z.boolean(), 'True for a test payment: no card was charged.'),
  failed_reason_code: maybeText('Reason code of a refusal by the payment service.'),
  failed_reason_message: maybeText('Reason text of a refusal by the payment service.'),
  review_reason: maybeText(
    'Why a person has to look at a charge that does not match the order, or had to before it was given back; null otherwise.',
  ),
  started_by: field(
    z.strictObject({
      id: id('Account of the person who started the payment.'),
      full_name: text('Name of that person.'),
      email: text('E-mail address of that person.'),
    }),
    'The person who started the payment.',
    { sql: `json_build_object('id', users.id, 'full_name', users.full_name, 'email', users.email)` },
  ),
  client_ip: maybeText('Address of the device that started the payment; null when a colleague started it.'),
  user_agent: maybeText('Browser that started the payment; null when a colleague started it.'),
  terms: field(
    termsRecord.nullable(),
    'What the buyer was shown and accepted with the order; null for an order from before it was kept.',
    { sql: null },
  ),
  card: field(
    cardRecord.nullable(),
    'What the payment service said of the card when asked after the payment; null until it has answered.',
    { sql: null },
  ),
  callbacks: field(z.array(callbackRecord), 'Signed notifications of the payment service, newest first.', {
    sql: null,
  }),
  refunds: field(
    z.array(refundRecord),
    'Money of this payment that was given back, or asked for, newest first.',
    {
      sql: null,
    },
  ),
});

const party = (meaning: string) => field(z.record(z.string(), z.string().nullable()), meaning);

/** An invoice. */
export const invoiceRecord = z.strictObject({
  id: id('Number of the invoice record.'),
  invoice_no: text('Invoice number as printed.'),
  payment_id: id('The payment it belongs to.'),
  merchant_oid: text('Order number of that payment.', { sql: 'payments.merchant_oid' }),
  issued_at: time('When it was issued.'),
  plan: text('Plan that was invoiced.'),
  period_start: time('Start of the service period that was bought.'),
  period_end: time('End of the service period that was bought.'),
  currency: currency('Currency of the invoice (ISO 4217).'),
  total: major('Total with tax in major units.', { sql: null }),
  total_minor: count('Total with tax in minor units.'),
  tax_minor: count('Tax within the total, in minor units.'),
  tax_percent: major('Tax rate in percent.', { sql: 'invoices.tax_percent::float8' }),
  buyer: party('Name, address and tax data of the customer as printed on the invoice.'),
  seller: party('Name, address and tax data of the seller as printed on the invoice.'),
});
