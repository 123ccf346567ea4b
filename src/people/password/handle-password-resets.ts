import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS } from '../../durations.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { createReset, hasEnoughLinks } from './password-resets.ts';
import { queueResetMail, resetLink } from './password-mails.ts';

/** OWASP, "Forgot Password Cheat Sheet": a link is good for a short while. */
const LINK_HOURS = 1;

/** Requests that one run deals with. */
const BATCH = 100;

interface ResetRequest {
  id: number;
  email: string;
  requested_at: Date;
  ip_address: string | null;
  user_agent: string | null;
  request_id: string | null;
}

interface Person {
  id: number;
  company_id: number;
  full_name: string;
  email: string;
  locale: Locale;
}

/**
 * Deals with the requests for a new password: a person of a company gets a mail with a link. Requests for
 * other addresses, for deactivated people and for the platform's staff are dropped without a word. Several
 * processes may run this at once. Returns a summary. `onLink` is told each link, for a developer's machine.
 */
export async function handlePasswordResets(
  db: Knex,
  context: RequestContext,
  input: { config: Config; onLink?: (email: string, url: string) => void },
): Promise<{ mailed: number; dropped: number; failed: number }> {
  let mailed = 0;
  let dropped = 0;
  let failed = 0;
  let after = 0;
  while (mailed + dropped + failed < BATCH) {
    let taken: ResetRequest | undefined;
    try {
      const outcome = await db.transaction(async (trx) => {
        taken = await takeRequest(trx, after);
        return taken === undefined ? 'none' : answer(trx, context, taken, input);
      });
      if (outcome === 'none') break;
      if (outcome === 'mailed') mailed += 1;
      else dropped += 1;
    } catch (error) {
      if (taken === undefined) throw error;
      // The request waits for the next run, and those behind it do not wait for it.
      context.log.error({ err: error, request: taken.id }, 'a password reset could not be dealt with');
      after = taken.id;
      failed += 1;
      await giveUpOld(db, context, taken);
    }
  }
  return { mailed, dropped, failed };
}

/** A request that has failed for a day is given up: nobody waits for its mail any more. */
async function giveUpOld(
  db: Knex,
  context: RequestContext,
  { id, requested_at }: ResetRequest,
): Promise<void> {
  if (requested_at.getTime() > context.at.getTime() - DAY_MS) return;
  await db('password_reset_requests').where('id', id).delete();
}

async function takeRequest(trx: Knex.Transaction, after: number): Promise<ResetRequest | undefined> {
  const [request] = await trx('password_reset_requests')
    .where(
      'id',
      trx('password_reset_requests')
        .where('id', '>', after)
        .orderBy('id')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .select('id'),
    )
    .delete()
    .returning<ResetRequest[]>(['id', 'email', 'requested_at', 'ip_address', 'user_agent', 'request_id']);
  return request;
}

async function answer(
  trx: Knex.Transaction,
  context: RequestContext,
  request: ResetRequest,
  { config, onLink }: { config: Config; onLink?: (email: string, url: string) => void },
): Promise<'mailed' | 'dropped'> {
  const person = await trx('users')
    .where({ email: request.email, holds_email: true })
    .whereNull('deactivated_at')
    .whereNotNull('company_id')
    .forNoKeyUpdate()
    .first<Person | undefined>(['id', 'company_id', 'full_name', 'email', 'locale']);
  if (person === undefined) return 'dropped';
  if (await hasEnoughLinks(trx, person.id, context.at)) return 'dropped';
  const { id, token, expiresAt } = await createReset(trx, context, {
    userId: person.id,
    hours: LINK_HOURS,
    requestedBy: null,
  });
  const asStranger: RequestContext = {
    ...context,
    at: request.requested_at,
    actorType: 'anonymous',
    ip: request.ip_address,
    rawIp: null,
    method: null,
    path: null,
    userAgent: request.user_agent,
    requestId: request.request_id ?? context.requestId,
  };
  await AuditLogger.log(trx, asStranger, {
    action: 'password_reset_requested',
    success: true,
    resourceType: 'user',
    resourceId: person.id,
    userId: person.id,
    companyId: person.company_id,
    details: { email: request.email, expires_at: expiresAt.toISOString() },
  });
  await queueResetMail(trx, context, {
    config,
    person,
    resetId: id,
    token,
    expiresAt,
    hours: LINK_HOURS,
  });
  onLink?.(person.email, resetLink(config.baseUrl, token));
  return 'mailed';
}
