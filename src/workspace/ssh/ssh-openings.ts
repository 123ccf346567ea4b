import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { recordSecurityEvent } from '../../audit/security-log.ts';
import { TooManyAttempts } from '../../errors.ts';
import { createRateLimit, type RateLimit } from '../../web/rate-limit.ts';
import type { KeyWithPerson } from './ssh-facts.ts';

/** Each one, refused or not, is a row of evidence; a copy of many files is one, and so is a push. */
const OPENINGS_PER_MINUTE = 60;

/** Counts what each person opens by SSH, with whichever key, and refused or not. */
export function createSshOpeningsLimit(db: Knex): RateLimit {
  return createRateLimit(db, { name: 'ssh-open', points: OPENINGS_PER_MINUTE, durationSeconds: 60 });
}

/** Takes one opening of the person's; false when none is left, which goes to the security log: it must fill no table. */
export async function mayOpen(
  db: Knex,
  context: RequestContext,
  { key, openings }: { key: KeyWithPerson; openings: RateLimit },
): Promise<boolean> {
  const { key_id, user_id, company_id } = key;
  try {
    await openings.consume(String(user_id));
    return true;
  } catch (error) {
    if (!(error instanceof TooManyAttempts)) throw error;
    await recordSecurityEvent(db, context, {
      kind: 'access-refused',
      details: { by: 'ssh', reason: 'too-often', user_id, company_id, ssh_key_id: key_id },
    });
    return false;
  }
}
