import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { keptUserAgent, type RequestContext } from '../../audit/request-context.ts';
import { hashSecret } from '../../secret-token.ts';
import {
  findFactorResetByToken,
  findOpenFactorReset,
  listExpiredFactorResets,
  type FactorReset,
} from './queries.ts';

/** Withdraws an operator's wish. False when none waits. */
export async function cancelFactorReset(
  db: Knex,
  context: RequestContext,
  { userId, operatorId }: { userId: number; operatorId: number },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const open = await findOpenFactorReset(trx, { userId, at: context.at });
    if (open === undefined) return false;
    const end = { cancelled_at: context.at, cancelled_by: operatorId };
    return endIt(trx, context, { reset: open, end, action: 'factor_reset_cancelled' });
  });
}

/** Looks at the link by which a person objects, and changes nothing. */
export async function openFactorObjection(
  db: Knex,
  { token, at }: { token: string; at: Date },
): Promise<{ state: 'open'; reset: FactorReset } | { state: 'over' | 'unknown' }> {
  const reset = await findFactorResetByToken(db, { tokenHash: hashSecret(token), at });
  if (reset === undefined) return { state: 'unknown' };
  return reset.isOpen ? { state: 'open', reset } : { state: 'over' };
}

/** Objects, by the link of the mail: the second factors stay. */
export async function objectToFactorReset(
  db: Knex,
  context: RequestContext,
  token: string,
): Promise<{ ok: true } | { ok: false; reason: 'over' | 'unknown' }> {
  return db.transaction(async (trx) => {
    const opened = await openFactorObjection(trx, { token, at: context.at });
    if (opened.state !== 'open') return { ok: false, reason: opened.state };
    const end = {
      objected_at: context.at,
      objection_ip: context.ip,
      objection_user_agent: keptUserAgent(context),
    };
    const ended = await endIt(
      trx,
      { ...context, actorType: 'anonymous', userId: null },
      {
        reset: opened.reset,
        end,
        action: 'factor_reset_objected',
      },
    );
    return ended ? { ok: true } : { ok: false, reason: 'over' };
  });
}

/** Ends the wishes that nobody approved in time, of one person or of all. Returns how many. */
export async function expireFactorResets(
  db: Knex,
  context: RequestContext,
  { userId }: { userId?: number } = {},
): Promise<number> {
  let expired = 0;
  const at = context.at;
  for (const reset of await listExpiredFactorResets(db, {
    at,
    ...(userId === undefined ? {} : { userId }),
  })) {
    const end = { expired_at: at };
    const ended = await db.transaction((trx) =>
      endIt(trx, context, { reset, end, action: 'factor_reset_expired' }),
    );
    if (ended) expired += 1;
  }
  return expired;
}

/** False when another end was first. */
async function endIt(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    reset: FactorReset;
    end: Record<string, unknown>;
    action: 'factor_reset_cancelled' | 'factor_reset_objected' | 'factor_reset_expired';
  },
): Promise<boolean> {
  const { reset, end, action } = input;
  const ended = await trx('factor_resets')
    .where({ id: reset.id, approved_at: null, cancelled_at: null, objected_at: null, expired_at: null })
    .update(end);
  if (ended !== 1) return false;
  await AuditLogger.log(trx, context, {
    action,
    success: true,
    resourceType: 'user',
    resourceId: reset.user_id,
    companyId: reset.company_id,
    details: { requested_at: reset.requested_at.toISOString(), requested_by: reset.requested_by },
  });
  return true;
}
