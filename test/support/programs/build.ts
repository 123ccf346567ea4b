import { hash } from '@node-rs/argon2';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { newAccessToken, tokenScopes } from '../../../src/credentials/access-token.ts';
import { hashSecret } from '../../../src/secret-token.ts';
import { parseSshPublicKey } from '../../../src/credentials/ssh-public-key.ts';
import type { Role } from '../../../src/auth/require-user.ts';
import { buildSecondFactor } from './second-factor.ts';
import { newKeyLine } from './ssh-keys.ts';
import { PASSWORD } from '../sign-in.ts';

/**
 * A hash contains the cost of checking it. Most of the tests' time is signing in, and no test fears guessing.
 */
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 };
let passwordHash: Promise<string> | undefined;
let count = 0;

function next(): number {
  count += 1;
  return count;
}

interface BuiltCompany {
  id: number;
  name: string;
  subdomain: string;
}

export interface BuiltUser {
  id: number;
  company_id: number | null;
  email: string;
  full_name: string;
  role: Role;
}

/**
 * A company on trial (14 days from now). Like `buildUser` one statement: tests make thousands, and each
 * statement costs half a millisecond of the two cores.
 */
export async function buildCompany(
  db: Knex,
  overrides: Partial<{
    name: string;
    subdomain: string;
    created_at: Date;
    trial_ends_at: Date;
    plan: string;
    period_ends_at: Date;
  }> = {},
): Promise<BuiltCompany> {
  const { trial_ends_at, plan, period_ends_at, ...company } = overrides;
  const n = next();
  const created_at = company.created_at ?? new Date();
  const added = db('companies')
    .insert({ name: `Company ${String(n)}`, subdomain: `company-${String(n)}`, ...company, created_at })
    .returning(['id', 'name', 'subdomain']);
  const subscription = {
    company_id: db.raw('(select id from added)'),
    plan: plan ?? 'trial',
    billing_currency: 'TRY',
    trial_ends_at: trial_ends_at ?? new Date(Date.now() + 14 * 86_400_000),
    period_started_at:
      period_ends_at === undefined ? null : new Date(period_ends_at.getTime() - 30 * 86_400_000),
    period_ends_at: period_ends_at ?? null,
    updated_at: created_at,
  };
  const [row] = await db
    .with('added', added)
    .with('subscribed', db('subscriptions').insert(subscription))
    .from('added')
    .select<BuiltCompany[]>();
  return row!;
}

/**
 * A person with `PASSWORD` who has accepted the current documents. Role `operator` has no company, and a
 * second factor.
 */
export async function buildUser(
  db: Knex,
  overrides: Partial<{
    company_id: number | null;
    email: string;
    full_name: string;
    role: Role;
    locale: string;
    created_at: Date;
    accepts: boolean;
    email_confirmed_at: Date | null;
    hasFactor: boolean;
  }> = {},
): Promise<BuiltUser> {
  const { accepts, hasFactor, ...user } = overrides;
  passwordHash ??= hash(PASSWORD, CHEAP);
  const n = next();
  const role = user.role ?? 'member';
  const company_id = role === 'operator' ? null : (user.company_id ?? (await buildCompany(db)).id);
  const created_at = user.created_at ?? new Date();
  const added = db('users')
    .insert({
      email: `person-${String(n)}@example.com`,
      full_name: `Person ${String(n)}`,
      locale: 'en',
      // The cast has confirmed its addresses.
      email_confirmed_at: user.created_at ?? new Date(),
      ...user,
      created_at,
      role,
      company_id,
      password_hash: await passwordHash,
    })
    .returning(['id', 'company_id', 'email', 'full_name', 'role']);
  const query = db.with('added', added).from('added').select<BuiltUser[]>();
  if (company_id !== null) {
    const joined = { user_id: db.raw('(select id from added)'), company_id, started_at: created_at };
    void query.with('joined', db('membership_periods').insert(joined));
    if (accepts !== false) void query.with('accepted', acceptances(db, company_id, created_at));
  }
  const [row] = await query;
  const built = row!;
  // The platform's staff reach nothing without one.
  if (role === 'operator' && hasFactor !== false) await buildSecondFactor(db, built, created_at);
  return built;
}

function acceptances(db: Knex, company_id: number, accepted_at: Date): Knex.Raw {
  return db.raw(
    `insert into legal_acceptances (user_id, company_id, document_id, accepted_at, ip_address, user_agent, request_id)
     select distinct on (kind) (select added.id from added), ?::bigint, id, ?::timestamptz,
            '203.0.113.5'::inet, 'test browser', 'build'
     from legal_documents where locale = 'en' and kind in ('terms', 'privacy') order by kind, version desc`,
    [company_id, accepted_at],
  );
}

/** A workspace on a free port. */
export async function buildWorkspace(
  db: Knex,
  overrides: { company_id: number; owner_user_id: number; name?: string; port?: number; created_at?: Date },
): Promise<{ id: number; name: string; port: number }> {
  const n = next();
  const [row] = await db('workspaces')
    .insert({ name: `workspace-${String(n)}`, port: 30_000 + n, created_at: new Date(), ...overrides })
    .returning(['id', 'name', 'port']);
  return row as { id: number; name: string; port: number };
}

/** An access token with every scope, valid for a day. */
export async function buildAccessToken(
  db: Knex,
  owner: Pick<BuiltUser, 'id' | 'company_id'>,
  overrides: Partial<{
    scopes: string[];
    created_at: Date;
    expires_at: Date;
    revoked_at: Date;
    last_used_at: Date;
  }> = {},
): Promise<{ id: number; token: string; bearer: { authorization: string } }> {
  const token = newAccessToken();
  const [row] = await db('access_tokens')
    .insert({
      company_id: owner.company_id,
      user_id: owner.id,
      name: `token ${String(next())}`,
      token_hash: hashSecret(token),
      scopes: [...tokenScopes],
      created_at: new Date(),
      expires_at: new Date(Date.now() + 86_400_000),
      ...overrides,
    })
    .returning<{ id: number }[]>('id');
  return { id: row!.id, token, bearer: { authorization: `Bearer ${token}` } };
}

/** A public key of this person's that opens workspaces by SSH. */
export async function buildSshKey(
  db: Knex,
  owner: Pick<BuiltUser, 'id' | 'company_id'>,
  overrides: Partial<{ label: string; line: string; removed_at: Date }> = {},
): Promise<{ id: number; type: string; blob: string; fingerprint: string }> {
  const { line = newKeyLine(), ...columns } = overrides;
  const parsed = parseSshPublicKey(line);
  if ('fault' in parsed) throw new Error(`no public key: ${parsed.fault}`);
  const { type, blob, fingerprint } = parsed;
  const [row] = await db('ssh_keys')
    .insert({
      company_id: owner.company_id,
      user_id: owner.id,
      label: `key ${String(next())}`,
      key_type: type,
      key_blob: blob,
      fingerprint,
      created_at: new Date(),
      ...columns,
    })
    .returning<{ id: number }[]>('id');
  return { id: row!.id, type, blob, fingerprint };
}

/** A pending payment of the team plan in TRY. */
export async function buildPayment(
  db: Knex,
  overrides: { company_id: number; user_id: number } & Record<string, unknown>,
): Promise<{ id: number; merchant_oid: string; amount_minor: number; currency: string }> {
  // A company has one open order: a new one takes the place of the one before.
  if ((overrides['status'] ?? 'pending') === 'pending' && overrides['superseded_at'] === undefined) {
    await db('payments')
      .where({ company_id: overrides.company_id, status: 'pending', superseded_at: null })
      .update({ superseded_at: new Date() });
  }
  const [row] = await db('payments')
    .insert({
      merchant_oid: `T${randomBytes(12).toString('hex')}`,
      plan: 'team',
      currency: 'TRY',
      amount_minor: 149_900,
      status: 'pending',
      created_at: new Date(),
      client_ip: '203.0.113.9',
      gateway_user_ip: '203.0.113.9',
      user_agent: 'test browser',
      test_mode: false,
      ...overrides,
    })
    .returning(['id', 'merchant_oid', 'amount_minor', 'currency']);
  return row as { id: number; merchant_oid: string; amount_minor: number; currency: string };
}

export interface Cast {
  acme: BuiltCompany;
  globex: BuiltCompany;
  /** Admin of Acme. */
  alice: BuiltUser;
  /** Member of Acme. */
  bob: BuiltUser;
  /** Admin of Globex, who must never see Acme. */
  charlie: BuiltUser;
  /** Operator of the platform. */
  olivia: BuiltUser;
}

/** The standing cast of every story. `nameOf` gives other names, such as long ones. */
export async function buildCast(
  db: Knex,
  { nameOf = (name) => name }: { nameOf?: (name: string) => string } = {},
): Promise<Cast> {
  const acme = await buildCompany(db, { name: nameOf('Acme'), subdomain: `acme-${String(next())}` });
  const globex = await buildCompany(db, { name: 'Globex', subdomain: `globex-${String(next())}` });
  const person = (name: string, role: Role, company_id: number | null): Promise<BuiltUser> =>
    buildUser(db, {
      full_name: nameOf(name),
      email: `${name.toLowerCase()}-${String(next())}@example.com`,
      role,
      company_id,
    });
  return {
    acme,
    globex,
    alice: await person('Alice', 'admin', acme.id),
    bob: await person('Bob', 'member', acme.id),
    charlie: await person('Charlie', 'admin', globex.id),
    olivia: await person('Olivia', 'operator', null),
  };
}

/** Puts every company on the plan without limits, so that nothing is refused for the plan's sake. */
export async function allowManyWorkspaces(db: Knex): Promise<void> {
  await db('subscriptions').update({
    plan: 'enterprise',
    period_started_at: new Date(Date.now() - 86_400_000),
    period_ends_at: new Date(Date.now() + 300 * 86_400_000),
  });
}

/** A receipt in the outbox that failed. */
export async function buildMail(
  db: Knex,
  overrides: Partial<{
    company_id: number | null;
    user_id: number;
    recipient: string;
    subject: string;
    state: string;
    created_at: Date;
    cause_type: string;
    cause_id: string;
  }> = {},
): Promise<{ id: number; message_id: string; envelope_id: string }> {
  const text = `Subject: A receipt\r\nContent-Type: text/html\r\n\r\n<p>Thank you.</p>\r\n`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const [row] = await db('mails')
    .insert({
      created_at: new Date(),
      recipient: 'ada@example.com',
      locale: 'en',
      template: 'receipt',
      template_version: 1,
      subject: 'A receipt',
      message_id: `<${randomUUID()}@localhost>`,
      envelope_id: randomUUID(),
      cause_type: 'payment',
      cause_id: '1',
      kept: Buffer.from(text),
      kept_sha256: sha256,
      sent_sha256: sha256,
      state: 'failed',
      queued_at: new Date(),
      tries: 1,
      ...overrides,
    })
    .returning<{ id: number; message_id: string; envelope_id: string }[]>([
      'id',
      'message_id',
      'envelope_id',
    ]);
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  return row;
}
