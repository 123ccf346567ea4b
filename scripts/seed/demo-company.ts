import type { Knex } from 'knex';
import { pino } from 'pino';
import { DAY_MS } from '../../src/durations.ts';
import { systemContext, type RequestContext } from '../../src/audit/request-context.ts';
import { acceptInvitation } from '../../src/people/invitations/accept-invitation.ts';
import { createOperator } from '../../src/people/create-operator.ts';
import { inviteMember } from '../../src/people/invitations/invite-member.ts';
import { confirmAddress } from '../../src/people/address/confirm-address.ts';
import { register } from '../../src/people/registration/register.ts';
import { confirmTotp, findWaitingSecret, startTotp } from '../../src/auth/enrolment/enrol-totp.ts';
import { totpCode } from '../../src/auth/factors/totp.ts';
import { signIn } from '../../src/auth/sign-in.ts';
import type { Config } from '../../src/config/config.ts';
import { formatFor } from '../../src/web/format.ts';
import { payForDemo } from './demo-payment.ts';
import { liveThroughDays } from './demo-usage.ts';

/** For the demo only. A production database is never seeded. */
export const DEMO_PASSWORD = 'demo-workspaces-2026';

/**
 * The age of the demo company in days. The first legal texts are older, so that its acceptances make sense.
 */
const DAYS_AGO = 20;

const COMPANY_NAME = 'Örnek Yazılım A.Ş.';

/** Nine in the morning in Istanbul. */
const OPENING_HOUR_UTC = 6;

export const demoPeople = {
  admin: { email: 'deniz@example.com', fullName: 'Deniz Aydın', ip: '203.0.113.21' },
  memberA: { email: 'mert@example.com', fullName: 'Mert Kaya', ip: '198.51.100.42' },
  memberB: { email: 'elif@example.com', fullName: 'Elif Şahin', ip: '2001:db8:42::7' },
  operator: { email: 'operator@example.com', fullName: 'Platform Operatörü', ip: '192.0.2.10' },
} as const;

export interface DemoPerson {
  id: number;
  companyId: number;
  email: string;
  fullName: string;
  role: 'admin' | 'member';
  ip: string;
  /** Each person keeps one browser: every sign-in from another one would raise an alert. */
  deviceToken: string;
}

const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** The context of a demo person who acts at a moment. Every act of the demo uses one. */
export function contextOf(person: { ip: string }, at: Date, known?: DemoPerson): RequestContext {
  const log = pino({ level: 'silent' });
  return {
    ...systemContext({ name: 'demo', at, log }),
    actorType: known === undefined ? 'anonymous' : 'user',
    userId: known?.id ?? null,
    companyId: known?.companyId ?? null,
    ip: person.ip,
    userAgent: USER_AGENT,
    method: 'POST',
    path: '/demo',
  };
}

/** Creates the demo company as of `now`: sign-up, team, use, one payment, an operator. */
export async function createDemo(db: Knex, config: Config, now: Date): Promise<void> {
  const start = new Date(now.getTime() - DAYS_AGO * DAY_MS);
  start.setUTCHours(OPENING_HOUR_UTC, 0, 0, 0);
  const admin = await registerCompany(db, config, start);
  const members = [
    await joinTeam(db, config, admin, demoPeople.memberA, later(start, 40)),
    await joinTeam(db, config, admin, demoPeople.memberB, later(start, 190)),
  ];
  const operatorContext = contextOf(demoPeople.operator, later(start, 200));
  const operator = { email: demoPeople.operator.email, fullName: demoPeople.operator.fullName };
  const created = await createOperator(
    db,
    { ...operatorContext, actorType: 'system' },
    { ...operator, password: DEMO_PASSWORD, locale: 'tr' },
  );
  if (created.ok) await setUpApp(db, config, created.userId, later(start, 230));
  // Before the days are lived, since the trial ends after fourteen of them.
  await payForDemo(db, config, { admin, at: new Date(start.getTime() + 12 * DAY_MS) });
  await liveThroughDays(db, config, { people: [admin, ...members], start, now });
  const wrong = { email: demoPeople.memberA.email, password: 'not the password', deviceToken: null };
  await signIn(db, contextOf({ ip: '198.51.100.200' }, later(now, -200)), wrong);
}

/** The operator sets up an authenticator app, as every operator has to. */
async function setUpApp(db: Knex, config: Config, userId: number, at: Date): Promise<void> {
  const context = contextOf(demoPeople.operator, at);
  const asOperator: RequestContext = { ...context, actorType: 'operator', userId };
  await startTotp(db, asOperator, { config, userId });
  const secret = await findWaitingSecret(db, { config, userId });
  if (secret === null) throw new Error('Bug! A secret that was just made is not there');
  await confirmTotp(db, asOperator, { config, userId, code: totpCode(secret, at) });
}

function later(date: Date, minutes: number): Date {
  return new Date(date.getTime() + minutes * 60_000);
}

async function registerCompany(db: Knex, config: Config, at: Date): Promise<DemoPerson> {
  const { email, fullName, ip } = demoPeople.admin;
  const outcome = await register(db, contextOf(demoPeople.admin, at), {
    companyName: COMPANY_NAME,
    subdomain: 'ornek',
    fullName,
    email,
    password: DEMO_PASSWORD,
    locale: 'tr',
    billingCurrency: 'TRY',
    deviceToken: null,
    config,
  });
  if (!outcome.ok || outcome.user.company_id === null) throw new Error('The demo company exists already.');
  const { user, deviceToken } = outcome;
  const { company_id: companyId } = outcome.user;
  const admin: DemoPerson = { id: user.id, companyId, email, fullName, role: 'admin', ip, deviceToken };
  await confirmDemoAddress(db, admin, outcome.confirmationToken, later(at, 3));
  return admin;
}

async function joinTeam(
  db: Knex,
  config: Config,
  admin: DemoPerson,
  person: { email: string; fullName: string; ip: string },
  at: Date,
): Promise<DemoPerson> {
  const { email, fullName, ip } = person;
  const invited = await inviteMember(db, contextOf(admin, at, admin), {
    companyId: admin.companyId,
    email,
    role: 'member',
    mail: {
      config,
      format: formatFor('tr'),
      companyName: COMPANY_NAME,
      inviterName: admin.fullName,
    },
  });
  if (!invited.ok) throw new Error(`The demo could not invite ${email}: ${invited.reason}`);
  const accepted = await acceptInvitation(db, contextOf(person, later(at, 25)), {
    token: invited.token,
    fullName,
    password: DEMO_PASSWORD,
    locale: 'tr',
    deviceToken: null,
    config,
  });
  if (!accepted.ok) throw new Error(`The demo could not add ${email}: ${accepted.reason}`);
  const { companyId } = admin;
  const { user, deviceToken } = accepted;
  const member: DemoPerson = { id: user.id, companyId, email, fullName, role: 'member', ip, deviceToken };
  await confirmDemoAddress(db, member, accepted.confirmationToken, later(at, 28));
  return member;
}

/** By the link of the mail, as a person does, in the browser that is signed in. */
async function confirmDemoAddress(
  db: Knex,
  person: DemoPerson,
  token: string | null,
  at: Date,
): Promise<void> {
  if (token === null) return;
  const outcome = await confirmAddress(db, contextOf(person, at, person), { token, password: null });
  if (!outcome.ok) throw new Error(`The demo could not confirm ${person.email}: ${outcome.reason}`);
}
