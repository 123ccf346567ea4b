import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { startTrial } from '../../billing/start-trial.ts';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import { isUniqueViolation } from '../../errors.ts';
import { acceptDocuments } from '../../legal/accept-documents.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { addMember } from '../add-member.ts';
import { lockAddress } from '../address/address-lock.ts';
import { askForConfirmation } from '../address/ask-for-confirmation.ts';
import { findStanding } from '../address/queries.ts';
import { waitingAs } from '../../auth/known-device.ts';
import { hashPassword } from '../../auth/password.ts';
import { recordSignIn, type SignedIn } from '../../auth/record-sign-in.ts';

interface Registration {
  companyName: string;
  subdomain: string;
  fullName: string;
  email: string;
  password: string;
  locale: Locale;
  billingCurrency: Currency;
  deviceToken: string | null;
  config: Config;
}

type RegisterOutcome = ({ ok: true } & Registered) | { ok: false; reason: 'subdomain-taken' };

/** `confirmationToken` is the secret of the link that was mailed; null when the mail has none. */
type Registered = SignedIn & { confirmationToken: string | null };

/**
 * Creates a company, its first admin, their acceptance of the legal texts and the trial, all or nothing, and
 * records the sign-in that follows. The form must have been sent with both acceptances. When two equal
 * registrations come at once, one is refused as taken.
 *
 * The outcome does not tell whether another account has the address. When one has it, the new account waits:
 * it is found by its browser session alone, and gets the address if its person confirms it, from an account
 * that never did (see `findStanding`).
 */
export async function register(
  db: Knex,
  context: RequestContext,
  input: Registration,
): Promise<RegisterOutcome> {
  const passwordHash = await hashPassword(input.password);
  try {
    const signedIn = await db.transaction((trx) => createAll(trx, context, { ...input, passwordHash }));
    return { ok: true, ...signedIn };
  } catch (error) {
    if (isUniqueViolation(error, 'uq_companies_subdomain')) return { ok: false, reason: 'subdomain-taken' };
    throw error;
  }
}

async function createAll(
  trx: Knex.Transaction,
  context: RequestContext,
  input: Registration & { passwordHash: string },
): Promise<Registered> {
  await lockAddress(trx, input.email);
  const { email, config } = input;
  const standing = await findStanding(trx, { email, userId: null, at: context.at });
  const holdsEmail = standing.state === 'free';
  const companyId = await insertCompany(trx, context, input);
  const userId = await addMember(trx, context, { ...input, companyId, role: 'admin', holdsEmail });
  const { billingCurrency, locale } = input;
  const trialEndsAt = await startTrial(trx, context, { companyId, billingCurrency });
  await acceptDocuments(trx, context, { userId, companyId, locale });
  await AuditLogger.log(trx, context, {
    action: 'company_registered',
    success: true,
    resourceType: 'company',
    resourceId: companyId,
    userId,
    companyId,
    actorType: 'user',
    details: {
      company_name: input.companyName,
      subdomain: input.subdomain,
      full_name: input.fullName,
      email: input.email,
      trial_ends_at: trialEndsAt.toISOString(),
    },
  });
  const asked = await askForConfirmation(trx, context, { userId, config });
  const signedIn = await recordSignIn(trx, context, {
    ...input,
    userId,
    method: 'registration',
    ...(holdsEmail ? {} : { deviceEmail: waitingAs(email, userId) }),
  });
  if (signedIn === undefined) throw new Error('Bug! A person made in this transaction cannot be deactivated');
  return { ...signedIn, confirmationToken: asked.ok ? asked.token : null };
}

async function insertCompany(
  trx: Knex.Transaction,
  context: RequestContext,
  input: Pick<Registration, 'companyName' | 'subdomain'>,
): Promise<number> {
  const [row] = await trx('companies')
    .insert({ name: input.companyName, subdomain: input.subdomain, created_at: context.at })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  return row.id;
}
