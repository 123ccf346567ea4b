import type { Knex } from 'knex';
import type { Locale } from '../../web/locales/catalogues.ts';
import { rowsOf, selectFacts, type FactSource } from '../access/find-access-facts.ts';
import type { Visibility } from '../queries.ts';
import type { KeyHolder } from './one-time-secrets.ts';

/** A key with its person, also when the key is removed or the person deactivated. */
export interface KeyWithPerson {
  key_id: number;
  company_id: number;
  user_id: number;
  key_type: string;
  key_blob: string;
  fingerprint: string;
  removed_at: Date | null;
  deactivated_at: Date | null;
  role: 'member' | 'admin';
  locale: Locale;
}

const keyColumns = [
  'k.id as key_id',
  'k.company_id',
  'k.user_id',
  'k.key_type',
  'k.key_blob',
  'k.fingerprint',
  'k.removed_at',
  'u.deactivated_at',
  'u.role',
  'u.locale',
];

/** The key in use with this fingerprint; one at most, in all companies. */
export async function findKeyByFingerprint(
  db: Knex,
  fingerprint: string,
): Promise<KeyWithPerson | undefined> {
  return keysWithPeople(db)
    .where('k.fingerprint', fingerprint)
    .whereNull('k.removed_at')
    .first<KeyWithPerson | undefined>(keyColumns);
}

/** The key behind a secret that was given to sshd. */
export async function findKeyOf(db: Knex, holder: KeyHolder): Promise<KeyWithPerson | undefined> {
  return keysWithPeople(db)
    .where({ 'k.id': holder.keyId, 'k.company_id': holder.companyId, 'k.user_id': holder.userId })
    .first<KeyWithPerson | undefined>(keyColumns);
}

function keysWithPeople(db: Knex): Knex.QueryBuilder {
  return db('ssh_keys as k').join('users as u', { 'u.id': 'k.user_id', 'u.company_id': 'k.company_id' });
}

/** A connection by SSH that asks for access, by the hash of its secret. */
export interface SshClient {
  connectionHash: string;
}

/** The access facts of connections by SSH. A key that has not been removed stands for being signed in. */
export const sshFacts: FactSource<SshClient> = {
  keyOf: ({ connectionHash }) => connectionHash,
  find: (db, clients) => {
    const rows = clients.map(({ connectionHash }) => ({ key: connectionHash }));
    const asked = rowsOf(db, 'key text', rows)
      .leftJoin('ssh_connections as c', 'c.connection_hash', 'asked.key')
      .leftJoin('ssh_keys as k', {
        'k.id': 'c.key_id',
        'k.user_id': 'c.user_id',
        'k.company_id': 'c.company_id',
      })
      .leftJoin('workspaces as w', { 'w.id': 'c.workspace_id', 'w.company_id': 'c.company_id' });
    return selectFacts(db, asked, {
      credential: 'c',
      browserSessionHash: 'c.connection_hash',
      accessMethod: 'ssh',
      // To deactivate a person removes their keys as well. The person then reads that they were deactivated,
      // not that the key was removed.
      isSignedIn: 'k.removed_at is null or u.id is null',
      port: 'null::integer',
    });
  },
};

/** A connection that was allowed before. */
interface KnownConnection {
  connection_hash: string;
  key_id: number;
  company_id: number;
  user_id: number;
  workspace_id: number;
  ip_address: string | null;
  fingerprint: string;
  locale: Locale;
}

/** The connection whose session command knows this secret (its hash). */
export async function findConnection(db: Knex, resumeHash: string): Promise<KnownConnection | undefined> {
  return db('ssh_connections as c')
    .join('ssh_keys as k', 'k.id', 'c.key_id')
    .join('users as u', 'u.id', 'c.user_id')
    .where('c.resume_hash', resumeHash)
    .first<KnownConnection | undefined>([
      'c.connection_hash',
      'c.key_id',
      'c.company_id',
      'c.user_id',
      'c.workspace_id',
      'c.ip_address',
      'k.fingerprint',
      'u.locale',
    ]);
}

/** A workspace that somebody may see, with the name of its host; null while it has none. */
interface LabelledWorkspace {
  id: number;
  label: string | null;
}

/** More workspaces than this are not listed. */
const LISTED_MAX = 100;

/** The workspaces that somebody may see, oldest first, a hundred at most; or only those without a name. */
export async function listLabelled(
  db: Knex,
  visibility: Visibility & { isUnnamed?: boolean },
): Promise<LabelledWorkspace[]> {
  const { companyId, ownerUserId, isUnnamed } = visibility;
  return db('workspaces as w')
    .leftJoin('workspace_hosts as h', { 'h.workspace_id': 'w.id', 'h.company_id': 'w.company_id' })
    .where('w.company_id', companyId)
    .whereNull('w.deleted_at')
    .modify((query) => {
      if (ownerUserId !== null) query.where('w.owner_user_id', ownerUserId);
      if (isUnnamed === true) query.whereNull('h.label');
    })
    .orderBy('w.id')
    .limit(LISTED_MAX)
    .select<LabelledWorkspace[]>(['w.id', 'h.label']);
}
