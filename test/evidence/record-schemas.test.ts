import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  callbackRecord,
  companyRecord,
  invoiceRecord,
  paymentRecord,
  refundRecord,
  reversalRecord,
  sessionRecord,
  userRecord,
} from '../../src/evidence/schemas/record-schemas.ts';
import { termsRecord } from '../../src/billing/consent/terms-record.ts';
import { cardRecord } from '../../src/billing/follow-up/card-record.ts';
import { acceptanceRecord } from '../../src/legal/queries.ts';
import { listFields } from '../../src/record-fields.ts';
import { useTestDatabase } from '../support/database.ts';

/** The records that show a table, and what they leave out. `audit_logs` has a test of its own. */
const RECORDS: Record<string, { record: z.ZodObject; leftOut: Record<string, string> }> = {
  users: {
    record: userRecord,
    leftOut: {
      company_id: 'the company has a record of its own',
      password_hash: 'a secret',
      holds_email:
        'whether a sign-in by the address finds the account; email_confirmed_at says what it proves',
      locale: 'in which language the person reads proves nothing',
      time_zone: 'in which zone the person reads times proves nothing',
      session_version: 'ends browser sessions; their rows in the audit trail say why',
      second_factor_at: 'the audit trail has each factor that was added, used and removed',
      password_blocked_at: 'the audit trail has the report that blocked it, and the new password',
    },
  },
  companies: { record: companyRecord, leftOut: {} },
  legal_acceptances: {
    record: acceptanceRecord,
    leftOut: {
      id: 'kind, version and language name the row',
      company_id: 'the company of the bundle',
      document_id: 'the text is told by its name and its hash',
    },
  },
  workspace_sessions: {
    record: sessionRecord,
    leftOut: {
      user_id: 'the person of the bundle',
      company_id: 'the company of the bundle',
      active_until: 'the mark up to which minutes have been counted',
      disconnected_at: 'whether the browser may come back: ended_at tells the outcome',
    },
  },
  payments: {
    record: paymentRecord,
    leftOut: {
      user_id: 'told as started_by',
      company_id: 'the company of the bundle',
      price_list_id: 'price_facts names the version',
      charged_currency: 'that of the order, but for a charge in review: the audit trail names it',
      gateway_token: 'opens the payment page',
      charged_at: 'by which month the books count it; the notification says when it came',
      gateway_user_ip: 'what the payment service was told; client_ip is what came',
      time_taken_at: 'the audit trail tells when paid time was taken back',
      superseded_at: 'whether the payment page is still shown; status tells the outcome',
      asks_failed: 'our own asking for news',
      asked_at: 'our own asking for news',
      ask_again_at: 'our own asking for news',
      ask_problem: 'our own asking for news',
    },
  },
  order_consents: {
    record: termsRecord,
    leftOut: {
      id: 'the payment has one',
      payment_id: 'the payment that it belongs to',
      company_id: 'the company of the bundle',
      user_id: 'the person who started the payment',
      terms_html: 'told by its hash; the text has the same words',
      price_facts: 'of the payment',
      prices_html: 'an exhibit of a case shows it',
      prices_text: 'an exhibit of a case shows it',
      prices_sha256: 'told in that exhibit',
      buyer: 'the text names the buyer, and so does the invoice',
      card_terms: 'the audit trail has the consent to keep the card',
      card_terms_text: 'told by its hash in the audit trail; its template is published',
      card_text_sha256: 'in the audit trail',
    },
  },
  payment_card_facts: {
    record: cardRecord,
    leftOut: { payment_id: 'the payment that it belongs to' },
  },
  payment_callbacks: {
    record: callbackRecord,
    leftOut: {
      id: 'the payment has its notifications in order',
      payment_id: 'the payment that the list belongs to',
      merchant_oid: 'of the payment; also among the fields',
      body: 'told as fields, without the signature',
      body_sha256: 'how a repeat is recognised',
    },
  },
  refunds: {
    record: refundRecord,
    leftOut: {
      payment_id: 'the payment that the list belongs to',
      company_id: 'the company of the bundle',
      requested_by: 'a member of the platform’s staff; the audit trail names them',
      confirmed_by: 'a member of the platform’s staff; the audit trail names them',
      closed_by: 'a member of the platform’s staff; the audit trail names them',
      close_reason: 'in the audit trail',
      times_sent: 'the audit trail has each try',
      send_again_at: 'our own trying again',
      asks: 'our own asking for news',
      asked_at: 'our own asking for news',
      ask_again_at: 'our own asking for news',
      not_listed_at: 'our own asking for news',
      gateway_date: 'in the audit trail',
    },
  },
  reversals: {
    record: reversalRecord,
    leftOut: {
      id: 'the number that is printed names it',
      refund_id: 'the refund that it stands with',
      invoice_id: 'told as invoice_no',
      payment_id: 'the payment of the refund',
      company_id: 'the company of the bundle',
      year: 'a part of reversal_no',
      number: 'a part of reversal_no',
      plan: 'of the invoice',
      period_start: 'of the invoice',
      period_end: 'of the invoice',
      tax_percent: 'of the invoice',
      buyer: 'of the invoice',
      seller: 'of the invoice',
    },
  },
  invoices: {
    record: invoiceRecord,
    leftOut: {
      company_id: 'the company of the bundle',
      year: 'a part of invoice_no',
      number: 'a part of invoice_no',
    },
  },
};

const database = useTestDatabase();

describe('a record of the bundle', () => {
  it.each(Object.entries(RECORDS))(
    'has every column of %s, apart from those left out for a reason',
    async (table, { record, leftOut }) => {
      const columns = await database
        .db('information_schema.columns')
        .where({ table_schema: 'public', table_name: table })
        .pluck<string[]>('column_name');
      const sources = listFields(record).map(({ name, sql }) =>
        sql === undefined ? `${table}.${name}` : sql,
      );
      const isTold = (column: string): boolean =>
        sources.some((sql) => sql !== null && new RegExp(`\\b${table}\\.${column}\\b`).test(sql));
      const missing = columns.filter((column) => !isTold(column));
      expect(missing.sort()).toEqual(Object.keys(leftOut).sort());
    },
  );
});
