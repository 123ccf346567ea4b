import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { HOUR_MS } from '../../durations.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { queueResetMail, resetLink } from './password-mails.ts';

/** OWASP, "Forgot Password Cheat Sheet": a link is good for a short while. */
const LINK_HOURS = 1;

/**
 * Links for one person in an hour and in a day: further requests are dropped, so that nobody can fill a
 * mailbox.
 */
const LINKS_AN_HOUR = 3;
const LINKS_A_DAY = 8;

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
): Promise<string> {
  let mailed = 0;
  let count = 0;
  for (; count < BATCH; count += 1) {
    const outcome = await db.transaction(async (trx) => {
      const request = await takeRequest(trx);
      return request === undefined ? 'none' : answer(trx, context, request, input);
    });
    if (outcome === 'none') break;
    if (outcome === 'mailed') mailed += 1;
  }
  return `${String(mailed)} mailed, ${String(count - mailed)} dropped`;
}

async function takeRequest(trx: Knex.Transaction): Promise<ResetRequest | undefined> {
  const [request] = await trx('password_reset_requests')
    .where('id', trx('password_reset_requests').orderBy('id').limit(1).forUpdate().skipLocked().select('id'))
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
  const token = newSecret();
  const expiresAt = new Date(context.at.getTime() + LINK_HOURS * HOUR_MS);
  const [reset] = await trx('password_resets')
    .insert({
      user_id: person.id,
      token_hash: hashSecret(token),
      created_at: context.at,
      expires_at: expiresAt,
    })
    .returning<{ id: number }[]>('id');
  if (reset === undefined) throw new Error('Bug! An insert returned no row');
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
    resetId: reset.id,
    token,
    expiresAt,
    hours: LINK_HOURS,
  });
  onLink?.(person.email, resetLink(config.baseUrl, token));
  return 'mailed';
}

async function hasEnoughLinks(trx: Knex.Transaction, userId: number, at: Date): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { in_hour: number; in_day: number }[] }>(
    `select count(*) filter (where created_at > :hourAgo) as in_hour, count(*) as in_day
     from password_resets where user_id = :userId and created_at > :dayAgo`,
    { userId, hourAgo: new Date(at.getTime() - HOUR_MS), dayAgo: new Date(at.getTime() - 24 * HOUR_MS) },
  );
  const { in_hour: inHour = 0, in_day: inDay = 0 } = rows[0] ?? {};
  return inHour >= LINKS_AN_HOUR || inDay >= LINKS_A_DAY;
}
