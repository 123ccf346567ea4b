import type { Knex } from 'knex';
import { workspaceEntry } from '../../audit/audit-entries.ts';
import { recordRefusedAttempt } from '../../audit/security/refused-attempts.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { noteKeyUse } from '../../credentials/note-key-use.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import type { RateLimit } from '../../web/rate-limit.ts';
import { authorizeKnown, type AccessChannel } from '../access/authorize-request.ts';
import { type SessionReference } from '../session-row.ts';
import type { AccessRules } from '../access-rules.ts';
import type { AccessGrant, AccessRefusal } from '../access/decide-access.ts';
import { chooseWorkspace } from './choose-workspace.ts';
import type { KeyHolder } from './one-time-secrets.ts';
import { findConnection, findKeyOf, sshFacts, type KeyWithPerson } from './ssh-facts.ts';
import { mayOpen } from './ssh-openings.ts';

/** Why nobody comes in by SSH; `several` asks which of the workspaces with these names is meant. */
export type SshRefusal =
  | {
      reason:
        AccessRefusal | 'no-workspace' | 'unknown-key' | 'unknown-connection' | 'too-many' | 'too-often';
    }
  | { reason: 'several'; labels: string[] };

export type SshDecision =
  | {
      allowed: true;
      grant: AccessGrant;
      session: SessionReference;
      channel: AccessChannel;
      connectionHash: string;
      /** The secret with which the session command goes on after the app was away. */
      resume: string;
      /** Where the connection came from when it was opened. */
      ip: string | null;
      locale: Locale;
    }
  | { allowed: false; refusal: SshRefusal; locale: Locale };

/** Connections of one person at the same time; each costs one of our processes beside the shell. */
const CONNECTIONS_MAX = 20;

type Rules = AccessRules & { openings: RateLimit; isReserved(label: string): boolean };

/**
 * Lets a connection whose key sshd has proven into a workspace, by the same decision as every request of a
 * browser, and opens a session of its own for it. `secret` names the connection, `wanted` is the workspace as
 * the client sent it, and `openCount` says how many connections the person has. A refusal goes to the
 * person's evidence: one row for each reason, then a count.
 */
export async function openSshConnection(
  db: Knex,
  context: RequestContext,
  input: Rules & { holder: KeyHolder; secret: string; wanted: string | null; openCount: number },
): Promise<SshDecision> {
  const { holder, wanted } = input;
  const key = await findKeyOf(db, holder);
  if (key === undefined) return { allowed: false, refusal: { reason: 'unknown-key' }, locale: 'en' };
  const refuse = async (refusal: SshRefusal, workspaceId?: number): Promise<SshDecision> => {
    await logRefusal(db, context, { key, refusal, wanted, workspaceId });
    return { allowed: false, refusal, locale: key.locale };
  };
  if (!(await mayOpen(input.openings, key))) return refuse({ reason: 'too-often' });
  if (key.deactivated_at !== null) return refuse({ reason: 'deactivated' });
  if (key.removed_at !== null) return refuse({ reason: 'signed-out' });
  if (input.openCount >= CONNECTIONS_MAX) return refuse({ reason: 'too-many' });
  const ownerUserId = key.role === 'admin' ? null : key.user_id;
  const choice = await chooseWorkspace(db, context, { ...input, companyId: key.company_id, ownerUserId });
  if (choice.kind === 'none') return refuse({ reason: 'no-workspace' });
  if (choice.kind === 'unknown') return refuse({ reason: 'unknown-host' });
  if (choice.kind === 'several')
    return { allowed: false, refusal: { reason: 'several', labels: choice.labels }, locale: key.locale };
  const kept = await keepConnection(db, context, { key, secret: input.secret, workspaceId: choice.id });
  const decision = await authorizeConnection(db, context, { ...kept, key, mustRun: input.mustRun });
  if (!decision.allowed) return refuse(decision.refusal, choice.id);
  await noteKeyUse(db, context, { keyId: key.key_id, companyId: key.company_id });
  return { ...decision, ip: context.ip };
}

/**
 * Lets a connection go on that was open before the app was restarted, by the same decision: in its session
 * when that is still open, else in a new one. The answer holds the address from which the connection came
 * when it was opened.
 */
export async function resumeSshConnection(
  db: Knex,
  context: RequestContext,
  input: AccessRules & { resume: string },
): Promise<SshDecision> {
  const known = await findConnection(db, hashSecret(input.resume));
  if (known === undefined) return { allowed: false, refusal: { reason: 'unknown-connection' }, locale: 'en' };
  const ip = known.ip_address;
  const connection = { connectionHash: known.connection_hash, resume: input.resume };
  const decision = await authorizeConnection(
    db,
    { ...context, ip },
    { ...connection, key: known, mustRun: input.mustRun },
  );
  return decision.allowed ? { ...decision, ip } : decision;
}

type Allowed = Extract<SshDecision, { allowed: true }>;

async function authorizeConnection(
  db: Knex,
  context: RequestContext,
  of: AccessRules & {
    connectionHash: string;
    resume: string;
    key: Pick<KeyWithPerson, 'key_id' | 'fingerprint' | 'locale'>;
  },
): Promise<Omit<Allowed, 'ip'> | Extract<SshDecision, { allowed: false }>> {
  const { connectionHash, resume, key, mustRun } = of;
  const { key_id, fingerprint, locale } = key;
  const channel: AccessChannel = {
    accessMethod: 'ssh',
    details: { ssh_key_id: key_id, ssh_key_fingerprint: fingerprint },
  };
  const found = await sshFacts.find(db, [{ connectionHash }], context.at);
  const facts = found.get(connectionHash);
  const decision = await authorizeKnown(db, context, { facts, mustRun, channel });
  if (!decision.allowed) return { allowed: false, refusal: { reason: decision.reason }, locale };
  const { grant, session } = decision;
  return { allowed: true, grant, session, channel, connectionHash, resume, locale };
}

async function keepConnection(
  db: Knex,
  context: RequestContext,
  { key, secret, workspaceId }: { key: KeyWithPerson; secret: string; workspaceId: number },
): Promise<{ connectionHash: string; resume: string }> {
  const [connectionHash, resume] = [hashSecret(secret), newSecret()];
  await db('ssh_connections').insert({
    connection_hash: connectionHash,
    resume_hash: hashSecret(resume),
    key_id: key.key_id,
    company_id: key.company_id,
    user_id: key.user_id,
    workspace_id: workspaceId,
    ip_address: context.ip,
    created_at: context.at,
  });
  return { connectionHash, resume };
}

/**
 * A client that tries again and again leaves one row for each key, reason and workspace that was found, and
 * then a count in each window.
 */
async function logRefusal(
  db: Knex,
  context: RequestContext,
  of: { key: KeyWithPerson; refusal: SshRefusal; wanted: string | null; workspaceId: number | undefined },
): Promise<void> {
  const { key, refusal, wanted, workspaceId } = of;
  const { user_id: userId, company_id: companyId } = key;
  await recordRefusedAttempt(
    db,
    { ...context, actorType: 'user', userId, companyId },
    {
      kind: 'access-refused',
      subject: `${String(key.key_id)} ${String(workspaceId ?? '')}`,
      ownRows: refusal.reason === 'too-often' ? 0 : 1,
      varying: ['asked_for'],
      entry: workspaceEntry('workspace_access', {
        success: false,
        ...(workspaceId === undefined ? {} : { workspaceId }),
        details: {
          access_method: 'ssh',
          ssh_key_id: key.key_id,
          ssh_key_fingerprint: key.fingerprint,
          ...(wanted === null ? {} : { asked_for: wanted }),
        },
        reason: refusal.reason,
      }),
    },
  );
}
