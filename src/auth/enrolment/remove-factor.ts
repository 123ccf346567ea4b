import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { findTotp, listPasskeys } from '../factors/factor-queries.ts';
import { queueFactorMail } from '../factors/factor-mails.ts';
import { lockPerson } from './note-factor.ts';
import { endFactors } from './withdraw-factors.ts';

/** The factor to remove: the authenticator app, or a passkey by its number. */
export type FactorToRemove = { kind: 'totp' } | { kind: 'passkey'; passkeyId: number };

/**
 * Removes a factor of a person. With the last one go the recovery codes and the trust in remembered browsers,
 * and the password alone signs in. Somebody who must have a factor (`isRequired`) keeps the last one.
 */
export async function removeFactor(
  db: Knex,
  context: RequestContext,
  input: { config: Config; userId: number; isRequired: boolean; factor: FactorToRemove },
): Promise<{ ok: true; wasLast: boolean } | { ok: false; reason: 'none' | 'required' }> {
  const { config, userId, factor } = input;
  return db.transaction(async (trx) => {
    await lockPerson(trx, userId);
    const all = await listFactors(trx, userId);
    const removed = all.find(
      ({ kind, id }) => kind === factor.kind && (kind === 'totp' || id === idOf(factor)),
    );
    if (removed === undefined) return { ok: false, reason: 'none' };
    const wasLast = all.length === 1;
    if (wasLast && input.isRequired) return { ok: false, reason: 'required' };
    if (wasLast) await endFactors(trx, { userId, since: null });
    else
      await trx(removed.kind === 'totp' ? 'totp_secrets' : 'passkeys')
        .where({ id: removed.id, user_id: userId })
        .delete();
    await AuditLogger.log(trx, context, {
      action: 'second_factor_removed',
      success: true,
      resourceType: 'user',
      resourceId: userId,
      details: {
        kind: factor.kind,
        ...(removed.name === null ? {} : { name: removed.name }),
        was_last: wasLast,
      },
    });
    const event = factor.kind === 'totp' ? 'totpRemoved' : 'passkeyRemoved';
    await queueFactorMail(trx, context, {
      config,
      userId,
      event,
      ...(removed.name === null ? {} : { name: removed.name }),
    });
    return { ok: true, wasLast };
  });
}

interface Listed {
  kind: 'totp' | 'passkey';
  id: number;
  name: string | null;
}

async function listFactors(trx: Knex.Transaction, userId: number): Promise<Listed[]> {
  const totp = await findTotp(trx, userId);
  const passkeys = await listPasskeys(trx, userId);
  return [
    ...(totp === undefined ? [] : [{ kind: 'totp' as const, id: totp.id, name: null }]),
    ...passkeys.map(({ id, name }) => ({ kind: 'passkey' as const, id, name })),
  ];
}

function idOf(factor: FactorToRemove): number | null {
  return factor.kind === 'passkey' ? factor.passkeyId : null;
}
