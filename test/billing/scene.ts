import type { Express } from 'express';
import type { Knex } from 'knex';
import { pino } from 'pino';
import supertest, { type Response } from 'supertest';
import { systemContext, type RequestContext } from '../../src/audit/request-context.ts';

/** Posts a notification as the gateway does: no cookies, urlencoded. */
export async function notify(app: Express, body: string | Buffer): Promise<Response> {
  return supertest(app)
    .post('/billing/callback')
    .set('content-type', 'application/x-www-form-urlencoded')
    .send(typeof body === 'string' ? body : body.toString('latin1'));
}

/** A context at a chosen time, for operations whose calendar matters. */
export function contextAt(at: Date): RequestContext {
  return systemContext({ name: 'test', at, log: pino({ level: 'silent' }) });
}

interface AuditRowRead {
  action_type: string;
  actor_type: string;
  success: boolean;
  user_id: number | null;
  company_id: number | null;
  resource_type: string | null;
  resource_id: string | null;
  details: Record<string, unknown>;
  error_message: string | null;
}

/** The audit rows of a company, oldest first. */
export async function auditOf(db: Knex, companyId: number): Promise<AuditRowRead[]> {
  return db('audit_logs')
    .where('company_id', companyId)
    .orderBy('id')
    .select<AuditRowRead[]>(
      'action_type',
      'actor_type',
      'success',
      'user_id',
      'company_id',
      'resource_type',
      'resource_id',
      'details',
      'error_message',
    );
}

interface MoneyState {
  payment: Record<string, unknown> & {
    status: string;
    charged_minor: number | null;
    failed_reason_code: string | null;
    failed_reason_message: string | null;
  };
  subscription: { plan: string; billing_currency: string; period_ends_at: Date | null };
  invoices: {
    invoice_no: string;
    number: number;
    total_minor: number;
    period_start: Date;
    period_end: Date;
  }[];
  callbacks: { outcome: string; received_count: number; body: Buffer }[];
  actions: string[];
}

/** Everything a notification may have changed. */
export async function moneyState(db: Knex, companyId: number, merchantOid: string): Promise<MoneyState> {
  const payment = await db('payments').where('merchant_oid', merchantOid).first<MoneyState['payment']>();
  const subscription = await db('subscriptions')
    .where('company_id', companyId)
    .first<MoneyState['subscription']>();
  const invoices = await db('invoices')
    .where('company_id', companyId)
    .orderBy('id')
    .select<MoneyState['invoices']>('invoice_no', 'number', 'total_minor', 'period_start', 'period_end');
  const callbacks = await db('payment_callbacks')
    .where('merchant_oid', merchantOid)
    .orderBy('id')
    .select<MoneyState['callbacks']>('outcome', 'received_count', 'body');
  const actions = (await auditOf(db, companyId)).map((row) => row.action_type);
  return { payment, subscription, invoices, callbacks, actions };
}

/** Numbers from 0 to 1 that look random and are the same each time (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A subscription with one plan only: none is paid ahead, and none wanted. */
export const nothingAhead = {
  usual_currency: null,
  next_plan: null,
  next_period_ends_at: null,
  wanted_plan: null,
  grace_plan: null,
} as const;
