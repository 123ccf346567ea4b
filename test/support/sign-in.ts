import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Agent } from 'node:http';
import type { Express } from 'express';
import type { Knex } from 'knex';
import type { RequestContext } from '../../src/audit/request-context.ts';
import { recordSignIn } from '../../src/auth/record-sign-in.ts';
import type { Config } from '../../src/config/config.ts';
import { HOUR_MS } from '../../src/durations.ts';
import type { Log } from '../../src/log.ts';
import { hashBrowserSessionId } from '../../src/web/sessions/browser-session-store.ts';
import type { Proof } from '../../src/web/sessions/browser-session.ts';
import { TRUSTED_DEVICE } from './programs/second-factor.ts';
import { Visitor } from './visitor.ts';

/** The password of every person that test/support/programs/build.ts creates. */
export const PASSWORD = 'correct horse battery staple';

interface Parts {
  db: Knex;
  config: Config;
  log: Log;
}

/** The parts of the test apps of this process. */
const partsOf = new WeakMap<Express, Parts>();

/** Lets `signIn` sign people in without the form. */
export function rememberParts(app: Express, parts: Parts): void {
  partsOf.set(app, parts);
}

interface Person {
  email: string;
  id?: number;
  password?: string;
  role?: string;
}

/**
 * A visitor who has signed in, an operator with a second factor given a moment ago. In a test app of this
 * process everything is written that the form writes (the trail, the browser, the browser session), without
 * the form: two pages and the check of a password take ten times as long, and the suite signs in two thousand
 * times. The form is used where it has something to say: to another password, a second factor, a proxy's
 * header. Throws when the person may not sign in.
 */
export async function signIn(
  app: Express | string,
  person: Person,
  headers: Record<string, string> = {},
  connections?: Agent,
): Promise<Visitor> {
  const parts = typeof app === 'string' ? undefined : partsOf.get(app);
  const isPlain = person.password === undefined && !Object.keys(headers).some((name) => /^x-/i.test(name));
  const user = parts && isPlain && !parts.config.production ? await findUser(parts.db, person) : undefined;
  if (parts === undefined || user === undefined || (user.second_factor_at !== null && !isOperator(person)))
    return signInByForm(app, person, headers, connections);
  const visitor = new Visitor(app, headers, connections);
  await plantBrowserSession(visitor, parts, user);
  return visitor;
}

/**
 * A visitor who has signed in through the form. An operator is spared the second factor in that browser, and
 * has just given a fresh proof all the same, unless the app runs elsewhere. Throws when the sign-in failed.
 */
export async function signInByForm(
  app: Express | string,
  person: Person,
  headers: Record<string, string> = {},
  connections?: Agent,
): Promise<Visitor> {
  const visitor = new Visitor(app, headers, connections);
  if (isOperator(person)) visitor.setDevice(TRUSTED_DEVICE);
  await visitor.get('/auth/login');
  const response = await visitor.post('/auth/login', {
    email: person.email,
    password: person.password ?? PASSWORD,
  });
  if (response.status !== 303)
    throw new Error(`sign-in of ${person.email} answered ${String(response.status)}`);
  const parts = typeof app === 'string' ? undefined : partsOf.get(app);
  if (isOperator(person) && parts !== undefined) {
    const [, sid = ''] = /\byac=s%3A([^.]+)/.exec(String(response.headers['set-cookie'])) ?? [];
    const proof = JSON.stringify(proofOf('operator', new Date()));
    await parts
      .db('browser_sessions')
      .where('sid', hashBrowserSessionId(sid))
      .update({ sess: parts.db.raw(`jsonb_set(sess, '{proof}', ?::jsonb)`, [proof]) });
  }
  return visitor;
}

const isOperator = ({ role }: { role?: string }): boolean => role === 'operator';

interface FoundUser {
  id: number;
  email: string;
  role: string;
  session_version: number;
  second_factor_at: Date | null;
}

/** Undefined when several accounts have the address, since only one of them may sign in by it. */
async function findUser(db: Knex, { email }: Person): Promise<FoundUser | undefined> {
  const found = await db('users').where({ email }).select<FoundUser[]>();
  return found.length === 1 ? found[0] : undefined;
}

/** An operator has just given a second factor: without one most of an operator's pages ask for it. */
const proofOf = (role: string, at: Date): Proof => ({
  at: at.getTime(),
  by: role === 'operator' ? 'second-factor' : 'password',
});

async function plantBrowserSession(
  visitor: Visitor,
  { db, config, log }: Parts,
  user: FoundUser,
): Promise<void> {
  const sid = randomBytes(24).toString('base64url');
  const context = formContext(visitor, log);
  const signedIn = await db.transaction(async (trx) => {
    const recorded = await recordSignIn(trx, context, {
      userId: user.id,
      email: user.email,
      deviceToken: isOperator(user) ? TRUSTED_DEVICE : null,
      method: 'password',
      ...(user.second_factor_at === null ? {} : { factor: 'remembered-device' }),
    });
    await trx('browser_sessions').insert({
      sid: hashBrowserSessionId(sid),
      sess: sessionData(config, user, context.at),
      expire: new Date(context.at.getTime() + config.sessionIdleHours * HOUR_MS),
      last_seen_at: context.at,
      ip_address: context.ip,
      user_agent: context.userAgent,
    });
    return recorded;
  });
  if (signedIn === undefined) throw new Error(`${user.email} may not sign in`);
  const seal = (text: string, secret: string): Buffer => createHmac('sha256', secret).update(text).digest();
  const signature = seal(sid, config.sessionSecret).toString('base64').replaceAll('=', '');
  visitor.setCookie('yac', encodeURIComponent(`s:${sid}.${signature}`));
  visitor.setDevice(signedIn.deviceToken);
  visitor.setFormToken(seal(`csrf:s:${sid}`, config.sessionSecret).toString('base64url'));
}

/** The context of the request with the form. */
function formContext({ headers }: Visitor, log: Log): RequestContext {
  return {
    requestId: randomUUID(),
    ...{ actorType: 'anonymous', userId: null, companyId: null },
    ...{ ip: '127.0.0.1', rawIp: null, userAgent: headers['user-agent'] ?? null },
    ...{ method: 'POST', path: '/auth/login' },
    browserSessionHash: hashBrowserSessionId(randomUUID()),
    ...{ at: new Date(), log },
  };
}

/** As express-session stores it; see src/web/sessions/browser-session.ts. */
function sessionData(config: Config, user: FoundUser, at: Date): object {
  const originalMaxAge = config.sessionIdleHours * HOUR_MS;
  const expires = new Date(at.getTime() + originalMaxAge);
  return {
    cookie: { originalMaxAge, expires, secure: false, httpOnly: true, path: '/', sameSite: 'lax' },
    signedInAt: at.getTime(),
    proof: proofOf(user.role, at),
    version: user.session_version,
    passport: { user: String(user.id) },
  };
}
