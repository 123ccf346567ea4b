import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { HOUR_MS } from '../../durations.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { queueResetMail } from './password-mails.ts';

/** OWASP, "Forgot Password Cheat Sheet": a link is good for a short while. */
const LINK_HOURS = 1;

/** Links for one person in an hour: further wishes are dropped, so that nobody can fill a mailbox. */
const LINKS_AN_HOUR = 3;

/** Wishes that one run deals with. */
const BATCH = 100;

interface ResetRequest {
  id: number;
  email: string;
  locale: Locale;
  ip_address: string | null;
  user_agent: string | null;
  request_id: string | null;
}

/**
 * Deals with the wishes for a new password: whoever has an account of a company gets a mail with a link. Wishes
 * for other addresses, for deactivated people and for the platform's staff are dropped without a word. Several
 * processes may run this at once. Returns a summary.
 */
export async function handlePasswordResets(
  db: Knex,
  context: RequestContext,
  { config }: { config: Config },
): Promise<string> {
  let mailed = 0;
  let count = 0;
  for (; count < BATCH; count += 1) {
    const outcome = await db.transaction(async (trx) => {
      const request = await takeRequest(trx);
      return request === undefined ? 'none' : answer(trx, context, request, config);
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
    .returning<ResetRequest[]>(['id', 'email', 'locale', 'ip_address', 'user_agent', 'request_id']);
  return request;
}

async function answer(
  trx: Knex.Transaction,
  context: RequestContext,
  request: ResetRequest,
  config: Config,
): Promise<'mailed' | 'dropped'> {
  const person = await trx('users')
    .where({ email: request.email })
    .whereNull('deactivated_at')
    .whereNotNull('company_id')
    .forNoKeyUpdate()
    .first<{ id: number; company_id: number; full_name: string } | undefined>([
      'id',
      'company_id',
      'full_name',
    ]);
  if (person === undefined) return 'dropped';
  const recent = await trx('password_resets')
    .where('user_id', person.id)
    .where('created_at', '>', new Date(context.at.getTime() - HOUR_MS))
    .count<{ count: number }[]>('* as count')
    .first();
  if ((recent?.count ?? 0) >= LINKS_AN_HOUR) return 'dropped';
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
    actorType: 'anonymous',
    ip: request.ip_address,
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
    person: { ...person, email: request.email, locale: request.locale },
    resetId: reset.id,
    token,
    expiresAt,
    hours: LINK_HOURS,
  });
  return 'mailed';
}
