import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueFactorMail } from '../factors/factor-mails.ts';
import { storeRecoveryCodes } from './make-recovery-codes.ts';

/** A person whose factors change, with the row locked: two changes at once come one after the other. */
interface LockedPerson {
  id: number;
  company_id: number | null;
  email: string;
  second_factor_at: Date | null;
}

/** Locks the person of a change. */
export async function lockPerson(trx: Knex.Transaction, userId: number): Promise<LockedPerson> {
  const person = await trx('users')
    .where('id', userId)
    .whereNull('deactivated_at')
    .forNoKeyUpdate()
    .first<LockedPerson | undefined>(['id', 'company_id', 'email', 'second_factor_at']);
  if (person === undefined) throw new Error(`Bug! No person ${String(userId)} may sign in`);
  return person;
}

/**
 * Notes a factor that was added: in the audit trail, by a mail, and for the first one by the time since when
 * the person has any. Returns the recovery codes that come with the first one, else null.
 */
export async function noteFactorAdded(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { config: Config; person: LockedPerson; kind: 'totp' | 'passkey'; name?: string },
): Promise<string[] | null> {
  const { config, person, kind, name } = input;
  const isFirst = person.second_factor_at === null;
  if (isFirst) await trx('users').where('id', person.id).update({ second_factor_at: context.at });
  await AuditLogger.log(trx, context, {
    action: 'second_factor_added',
    success: true,
    resourceType: 'user',
    resourceId: person.id,
    details: { kind, ...(name === undefined ? {} : { name }), is_first: isFirst },
  });
  const event = kind === 'totp' ? 'totpAdded' : 'passkeyAdded';
  await queueFactorMail(trx, context, {
    config,
    userId: person.id,
    event,
    ...(name === undefined ? {} : { name }),
  });
  return isFirst ? storeRecoveryCodes(trx, context, { config, userId: person.id }) : null;
}
