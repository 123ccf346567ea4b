import type { Knex } from 'knex';
import type { CredentialOwner } from './credential-owner.ts';
import type { SshKeyType } from './ssh-public-key.ts';

export interface SshKey {
  id: number;
  label: string;
  key_type: SshKeyType;
  fingerprint: string;
  /** Base64 of the wire format. */
  key_blob: string;
  created_at: Date;
  /** Null while the person has not shown to hold the private half. */
  proven_at: Date | null;
  last_used_at: Date | null;
  last_used_ip: string | null;
}

const columns = [
  'ssh_keys.id',
  'ssh_keys.label',
  'ssh_keys.key_type',
  'ssh_keys.fingerprint',
  'ssh_keys.key_blob',
  'ssh_keys.created_at',
  'ssh_keys.proven_at',
  'ssh_keys.last_used_at',
  'ssh_keys.last_used_ip',
];

/** The usable keys of a person, newest first. Their number is limited, so there are few. */
export async function listSshKeys(db: Knex, owner: CredentialOwner): Promise<SshKey[]> {
  return liveKeys(db, owner).orderBy('ssh_keys.id', 'desc').select<SshKey[]>(columns);
}

/** A key of the person. Undefined when there is none, when it was removed, or when it is somebody else's. */
export async function findSshKey(
  db: Knex,
  input: CredentialOwner & { keyId: number; forUpdate?: boolean },
): Promise<SshKey | undefined> {
  return liveKeys(db, input)
    .where('ssh_keys.id', input.keyId)
    .modify((query) => {
      if (input.forUpdate === true) query.forUpdate();
    })
    .first<SshKey | undefined>(columns);
}

function liveKeys(db: Knex, { companyId, userId }: CredentialOwner): Knex.QueryBuilder {
  return db('ssh_keys')
    .where({ 'ssh_keys.company_id': companyId, 'ssh_keys.user_id': userId })
    .whereNull('ssh_keys.removed_at');
}
