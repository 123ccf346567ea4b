import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { AuditLogger } from '../../../audit/audit-logger.ts';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { MINUTE_MS } from '../../../durations.ts';
import { localDay } from '../../../local-calendar.ts';
import type { Integrator, IntegratorAnswer } from '../../integrator/integrator.ts';
import { addFile, kindOfFile } from '../add-legal-invoice-file.ts';
import { recordDelivery } from '../deliver-legal-invoice.ts';
import { findAmounts, saleTypeFor } from '../find-amounts.ts';
import type { LegalInvoice } from '../legal-invoice.ts';
import { lockLegalInvoice, recordIssue } from '../record-issue.ts';
import { draftLegalInvoice } from './draft-legal-invoice.ts';
import { postponeIssue } from './postpone-issue.ts';

/** Minutes until the integrator is asked again, by how often that has failed; the last one repeats. */
const ASK_AGAIN_MINUTES = [1, 5, 15, 60];

interface Sending {
  id: number;
  ettn: string;
  xml: string;
  isFirst: boolean;
}

/**
 * Takes a legal invoice one step further with the integrator. No transaction is open while it is asked.
 *
 * 1. The ETTN and the parties are stored before anything is sent, so that after a crash the same invoice is
 *    asked about instead of a second one issued.
 * 2. An invoice that was sent before is asked about first, and sent again only when the integrator has never
 *    got it.
 * 3. The answer is stored with its files in one transaction.
 *
 * Returns whether it is issued.
 */
export async function sendLegalInvoice(
  db: Knex,
  context: RequestContext,
  { id, config, integrator }: { id: number; config: Config; integrator: Integrator },
): Promise<boolean> {
  const sending = await prepare(db, context, { id, config });
  if (sending === null) return false;
  const answer = await askFor(integrator, sending);
  if (answer.state !== 'issued') {
    await keepAnswer(db, context, { id, answer });
    return false;
  }
  const [pdf, xml] = [
    await integrator.download(sending.ettn, 'pdf'),
    await integrator.download(sending.ettn, 'xml'),
  ];
  if (pdf === null || xml === null || kindOfFile(pdf) !== 'pdf' || kindOfFile(xml) !== 'xml') {
    const missing = { state: 'no-answer', reason: 'issued, but its files could not be had' } as const;
    await keepAnswer(db, context, { id, answer: missing });
    return false;
  }
  return keepIssue(db, context, { id, config, answer, files: { pdf, xml } });
}

/** Writes down that it is being sent; null when it is not its turn, or something is missing. */
async function prepare(
  db: Knex,
  context: RequestContext,
  { id, config }: { id: number; config: Config },
): Promise<Sending | null> {
  return db.transaction(async (trx) => {
    const legal = await lockLegalInvoice(trx, id);
    const isFirst = legal.sent_at === null;
    if (legal.state !== 'due' || !isTurn(legal, context.at)) return null;
    const draft = await draftLegalInvoice(trx, legal, config);
    if (!draft.ok) {
      await postponeIssue(trx, context, { id, problem: draft.problem });
      return null;
    }
    const ettn = legal.ettn ?? randomUUID();
    const sentAt = legal.sent_at ?? context.at;
    await trx('legal_invoices')
      .where({ id })
      .update({
        ettn,
        sent_at: sentAt,
        parties: JSON.stringify(draft.parties),
        rate: draft.rate === null ? null : JSON.stringify(draft.rate),
        // A process that dies now is followed by one that asks.
        ask_again_at: new Date(context.at.getTime() + MINUTE_MS),
      });
    if (isFirst) await AuditLogger.logOrThrow(trx, context, entryOf(legal, 'legal_invoice_sent', { ettn }));
    const issuedOn = localDay(sentAt);
    const number = `${config.legalInvoices.prefix}${issuedOn.slice(0, 4)}000000000`;
    return { id, ettn, isFirst, xml: draft.write({ number, ettn, issuedOn }) };
  });
}

/** One that was refused waits for a person: `sent_at` without a next time. */
function isTurn({ sent_at, ask_again_at }: LegalInvoice, at: Date): boolean {
  return ask_again_at === null ? sent_at === null : ask_again_at <= at;
}

async function askFor(integrator: Integrator, { ettn, xml, isFirst }: Sending): Promise<IntegratorAnswer> {
  if (isFirst) return integrator.send(ettn, xml);
  const found = await integrator.find(ettn);
  // One that was refused is sent again only after a person has said so.
  return found.state === 'unknown' || found.state === 'refused' ? integrator.send(ettn, xml) : found;
}

async function keepAnswer(
  db: Knex,
  context: RequestContext,
  { id, answer }: { id: number; answer: Exclude<IntegratorAnswer, { state: 'issued' }> },
): Promise<void> {
  await db.transaction(async (trx) => {
    const legal = await lockLegalInvoice(trx, id);
    if (legal.state !== 'due') return;
    if (answer.state === 'refused') {
      await trx('legal_invoices').where({ id }).update({ ask_again_at: null, problem: answer.reason });
      const details = { ettn: legal.ettn, reason: answer.reason };
      await AuditLogger.logOrThrow(trx, context, entryOf(legal, 'legal_invoice_refused', details));
      return;
    }
    const isFailure = answer.state === 'no-answer';
    const minutes = ASK_AGAIN_MINUTES[legal.asks_failed] ?? ASK_AGAIN_MINUTES.at(-1) ?? 60;
    await trx('legal_invoices')
      .where({ id })
      .update({
        ask_again_at: new Date(context.at.getTime() + minutes * MINUTE_MS),
        asks_failed: legal.asks_failed + 1,
        problem: isFailure ? answer.reason : 'integrator-working',
      });
  });
}

async function keepIssue(
  db: Knex,
  context: RequestContext,
  input: {
    id: number;
    config: Config;
    answer: Extract<IntegratorAnswer, { state: 'issued' }>;
    files: Record<'pdf' | 'xml', Buffer>;
  },
): Promise<boolean> {
  const { id, config, answer, files } = input;
  return db.transaction(async (trx) => {
    const legal = await lockLegalInvoice(trx, id);
    // Another process was faster.
    if (legal.state !== 'due') return false;
    const { ettn, parties, rate } = legal;
    if (ettn === null || parties === null) throw new Error('Bug! Sent without ETTN or parties');
    const amounts = await findAmounts(trx, legal, saleTypeFor(parties.buyer, config));
    if (amounts === null) throw new Error('Bug! Sent without amounts');
    const { number, issuedOn } = answer;
    const issue = { issuer: 'integrator', number, ettn, issuedOn, ...amounts, parties, rate } as const;
    const taken = await recordIssue(trx, context, { legal, issue });
    if (taken !== null) {
      const problem = `integrator: ${number}, ${taken}`;
      await trx('legal_invoices').where({ id }).update({ ask_again_at: null, problem });
      return false;
    }
    await addFile(trx, context, legal, { kind: 'pdf', content: files.pdf });
    await addFile(trx, context, legal, { kind: 'xml', content: files.xml });
    if (answer.isDelivered) {
      const issued = await lockLegalInvoice(trx, id);
      await recordDelivery(trx, context, { legal: issued, how: 'integrator' });
    }
    return true;
  });
}

function entryOf(
  { id, company_id, invoice_id }: LegalInvoice,
  action: 'legal_invoice_sent' | 'legal_invoice_refused',
  details: Record<string, unknown>,
): Parameters<typeof AuditLogger.logOrThrow>[2] {
  return {
    action,
    success: action === 'legal_invoice_sent',
    resourceType: 'legal_invoice',
    resourceId: id,
    companyId: company_id,
    details: { invoice_id, ...details },
  };
}
