import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { HOUR_MS } from '../../durations.ts';
import { queueAccountMail } from '../../mail/queue-account-mail.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { findLockedPerson } from './queries.ts';

/** Counts up whenever the words of the mail change. */
const TEMPLATE = { name: 'account-locked', version: 1 };

/** How long the link of a lock is good, in hours. A person gets one mail in that time at most. */
const LINK_HOURS = 1;

/** Locks that one run deals with. */
const BATCH = 100;

interface NewLock {
  id: number;
  user_id: number;
  email: string;
  locked_at: Date;
}

/**
 * Mails the people whose accounts were locked, each at most once an hour: whoever causes the locks must not
 * fill a mailbox. The schedule runs this, so the answer to the last wrong password takes no longer for an
 * address that somebody has. Several processes may run it at once. Returns a summary.
 */
export async function mailLocks(
  db: Knex,
  context: RequestContext,
  { config }: { config: Config },
): Promise<{ mailed: number; notMailed: number }> {
  let mailed = 0;
  let count = 0;
  for (; count < BATCH; count += 1) {
    const outcome = await db.transaction(async (trx) => {
      const lock = await takeLock(trx, context);
      return lock === undefined ? 'none' : mailLock(trx, context, { config, lock });
    });
    if (outcome === 'none') break;
    if (outcome === 'mailed') mailed += 1;
  }
  return { mailed, notMailed: count - mailed };
}

async function takeLock(trx: Knex.Transaction, context: RequestContext): Promise<NewLock | undefined> {
  const [lock] = await trx('account_locks')
    .where(
      'id',
      trx('account_locks')
        .whereNull('handled_at')
        .orderBy('id')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .select('id'),
    )
    .update({ handled_at: context.at })
    .returning<NewLock[]>(['id', 'user_id', 'email', 'locked_at']);
  return lock;
}

async function mailLock(
  trx: Knex.Transaction,
  context: RequestContext,
  { config, lock }: { config: Config; lock: NewLock },
): Promise<'mailed' | 'not'> {
  const person = await findLockedPerson(trx, { userId: lock.user_id, email: lock.email });
  if (person === undefined || config.smtpUrl === null) return 'not';
  await trx('users').where('id', person.id).forNoKeyUpdate().first('id');
  const recent = await trx('account_locks')
    .where('user_id', person.id)
    .whereNotNull('token_hash')
    .where('handled_at', '>', new Date(context.at.getTime() - HOUR_MS))
    .first<{ id: number } | undefined>('id');
  if (recent !== undefined) return 'not';
  const token = newSecret();
  const expiresAt = new Date(context.at.getTime() + LINK_HOURS * HOUR_MS);
  await trx('account_locks')
    .where('id', lock.id)
    .update({ token_hash: hashSecret(token), expires_at: expiresAt });
  await queueAccountMail(trx, context, {
    config,
    to: person,
    template: TEMPLATE,
    cause: { type: 'account', id: person.id },
    write: ({ t, when }) => ({
      subject: t('lock.mailSubject'),
      blocks: [
        { kind: 'text', text: t('lock.mailBody', { time: when(lock.locked_at) }) },
        {
          kind: 'link',
          label: t('lock.mailLink'),
          url: `${config.baseUrl}/auth/unlock/${token}`,
          isSecret: true,
        },
        { kind: 'text', text: t('lock.mailExpires', { hours: LINK_HOURS }) },
        { kind: 'text', text: t('lock.mailNotYou') },
      ],
    }),
    usefulUntil: expiresAt,
  });
  return 'mailed';
}
