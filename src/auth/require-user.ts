import type { RequestHandler } from 'express';
import type { Knex } from 'knex';
import { namedStatement } from '../db/named-statement.ts';
import { Forbidden, NotSignedIn } from '../errors.ts';
import type { Locale } from '../web/locales/catalogues.ts';
import { planTimesColumns, type PlanTimes } from '../plan.ts';

export const roles = ['member', 'admin', 'operator'] as const;
export type Role = (typeof roles)[number];

/** The signed-in person, as every page knows them. */
export interface SignedInUser {
  id: number;
  company_id: number | null;
  company_name: string | null;
  email: string;
  full_name: string;
  role: Role;
  locale: Locale;
  /** Null until the person has shown that they read the mail of the address. */
  email_confirmed_at: Date | null;
  /** As the IANA database names it. Times on pages are told in it. */
  time_zone: string;
  /** Since when the person has a second factor; null without one. */
  second_factor_at: Date | null;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Passport types the signed-in person through this namespace
  namespace Express {
    interface User extends SignedInUser {
      id: number;
      /** Null for operators. Absent for requests with an access token. */
      subscription?: PlanTimes | null;
      /** Of the browser session; see `users.session_version`. Absent for requests with an access token. */
      session_version?: number;
      /** From when on the person's company asks for a second factor. Null or absent: it does not. */
      second_factor_required_from?: Date | null;
    }
  }
}

/** The columns of a `SignedInUser`, for a query that joins users and companies. */
export const signedInColumns = [
  'users.id',
  'users.company_id',
  'companies.name as company_name',
  'users.email',
  'users.full_name',
  'users.role',
  'users.locale',
  'users.email_confirmed_at',
  'users.time_zone',
  'users.second_factor_at',
];

/**
 * The person of a browser session with the company's subscription, since every page may have to warn of its
 * end. Null for operators.
 */
type PersonWithSubscription = Person & { subscription: PlanTimes | null };

type Person = SignedInUser & { session_version: number; second_factor_required_from: Date | null };

const personColumns = [
  ...signedInColumns,
  'users.session_version',
  ...planTimesColumns,
  'policy.required_from as second_factor_required_from',
];

// Each request of a person asks this.
const findPerson = namedStatement<Person & (PlanTimes | Record<keyof PlanTimes, null>)>(
  'find-signed-in-user',
  `select ${personColumns.join(', ')}
   from users
   left join companies on companies.id = users.company_id
   left join subscriptions on subscriptions.company_id = users.company_id
   left join second_factor_policies as policy on policy.company_id = users.company_id
   where users.id = :userId and users.deactivated_at is null
     and (:version::integer is null or users.session_version = :version)`,
);

/**
 * Loads the person of a browser session. Undefined once the person is deactivated, which ends all their
 * sessions at once, and for a session whose `version` is not the person's of today.
 */
export async function findSignedInUser(
  db: Knex,
  userId: number,
  version?: number,
): Promise<PersonWithSubscription | undefined> {
  const [row] = await findPerson(db, { userId, version: version ?? null });
  if (row === undefined) return undefined;
  const {
    plan,
    trial_ends_at,
    period_ends_at,
    next_plan,
    next_period_ends_at,
    grace_plan,
    cancels_at,
    ...user
  } = row;
  if (plan === null) return { ...user, subscription: null };
  const times = { trial_ends_at, period_ends_at, next_plan, next_period_ends_at, grace_plan, cancels_at };
  return { ...user, subscription: { plan, ...times } };
}

/** What decides whether a person must have a second factor. */
type FactorFacts = Pick<Express.User, 'role' | 'second_factor_at' | 'second_factor_required_from'>;

/**
 * True when a person may not go on without a second factor: the platform's staff always, and people of a
 * company from the time on that their admin has set.
 */
export function needsSecondFactor(user: Omit<FactorFacts, 'second_factor_at'>, at: Date): boolean {
  const from = user.second_factor_required_from ?? null;
  return user.role === 'operator' || (from !== null && from <= at);
}

/** True for a person who must set up a second factor before anything else. */
export function lacksSecondFactor(user: FactorFacts, at: Date): boolean {
  return user.second_factor_at === null && needsSecondFactor(user, at);
}

/** Lets signed-in people pass. Others are sent to sign in and then back. */
export const requireUser: RequestHandler = (req, _res, next) => {
  if (req.user === undefined) throw new NotSignedIn();
  next();
};

/** Lets people of a company pass (members and admins). Operators have no company and are refused. */
export const requireCompanyUser: RequestHandler = (req, _res, next) => {
  if (req.user === undefined) throw new NotSignedIn();
  if (req.user.company_id === null) throw new Forbidden({ message: 'operators have no company' });
  next();
};

/**
 * The signed-in person of a company, behind `requireCompanyUser` or `requireCompanyAdmin`. Throws `Forbidden`
 * for anybody else.
 */
export function companyUser({
  user,
}: {
  user?: SignedInUser | undefined;
}): SignedInUser & { company_id: number } {
  if (user === undefined || user.company_id === null) throw new Forbidden();
  return { ...user, company_id: user.company_id };
}

/** Lets admins of a company pass. */
export const requireCompanyAdmin: RequestHandler = (req, _res, next) => {
  if (req.user === undefined) throw new NotSignedIn();
  if (req.user.role !== 'admin') throw new Forbidden({ message: 'not an admin of a company' });
  next();
};

/** Lets the platform's staff pass. */
export const requireOperator: RequestHandler = (req, _res, next) => {
  if (req.user === undefined) throw new NotSignedIn();
  if (req.user.role !== 'operator') throw new Forbidden({ message: 'not an operator' });
  next();
};

/** Lets admins and operators pass. */
export const requireAdmin: RequestHandler = (req, _res, next) => {
  if (req.user === undefined) throw new NotSignedIn();
  if (req.user.role === 'member') throw new Forbidden({ message: 'not an admin' });
  next();
};
