import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueFactorMail } from '../factors/factor-mails.ts';
import { newRecoveryCodes, recoveryCodeHash } from '../factors/recovery-code.ts';

type Input = { config: Config; userId: number };

/** Makes new recovery codes; those before are good no longer. They are returned once and kept nowhere. */
export async function makeRecoveryCodes(db: Knex, context: RequestContext, input: Input): Promise<string[]> {
  return db.transaction(async (trx) => {
    const codes = await storeRecoveryCodes(trx, context, input);
    await queueFactorMail(trx, context, { ...input, event: 'codesMade' });
    return codes;
  });
}

/** The same within a transaction, without a mail: the mail about a first factor names them. */
export async function storeRecoveryCodes(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, userId }: Input,
): Promise<string[]> {
  const codes = newRecoveryCodes();
  await trx('recovery_codes').where('user_id', userId).delete();
  await trx('recovery_codes').insert(
    codes.map((code) => ({
      user_id: userId,
      code_hash: recoveryCodeHash(config.sessionSecret, userId, code),
      created_at: context.at,
    })),
  );
  await AuditLogger.log(trx, context, {
    action: 'recovery_codes_made',
    success: true,
    resourceType: 'user',
    resourceId: userId,
    details: { count: codes.length },
  });
  return codes;
}
