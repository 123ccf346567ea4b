import type { Knex } from 'knex';
import { readPage, type Cursor, type Page } from '../db/keyset.ts';
import type { TokenScope } from './access-token.ts';
import type { CredentialOwner } from './credential-owner.ts';
import { planTimesColumns, type PlanTimes } from '../plan.ts';
import { signedInColumns, type SignedInUser } from '../auth/require-user.ts';

/** Tokens on one page of the list. */
const TOKENS_PAGE_SIZE = 20;

interface AccessToken {
  id: number;
  name: string;
  scopes: TokenScope[];
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
  last_used_ip: string | null;
  revoked_at: Date | null;
}

const columns = [
  'access_tokens.id',
  'access_tokens.name',
  'access_tokens.scopes',
  'access_tokens.created_at',
  'access_tokens.expires_at',
  'access_tokens.last_used_at',
  'access_tokens.last_used_ip',
  'access_tokens.revoked_at',
];

/** A page of a person's tokens, newest first, ended ones included. */
export async function listAccessTokens(
  db: Knex,
  input: CredentialOwner & { page: Cursor },
): Promise<Page<AccessToken>> {
  const own = { 'access_tokens.company_id': input.companyId, 'access_tokens.user_id': input.userId };
  return readPage<AccessToken>(
    db,
    db('access_tokens').where(own).select(columns),
    {
      keys: ['access_tokens.id'],
      direction: 'desc',
      startsAmong: db('access_tokens').where(own),
      size: TOKENS_PAGE_SIZE,
    },
    input.page,
  );
}

/**
 * A person's token, locked until the transaction ends. Undefined when there is none, or when it is somebody
 * else's.
 */
export async function findAccessTokenForUpdate(
  trx: Knex.Transaction,
  input: CredentialOwner & { tokenId: number },
): Promise<AccessToken | undefined> {
  return trx('access_tokens')
    .where({
      'access_tokens.company_id': input.companyId,
      'access_tokens.user_id': input.userId,
      'access_tokens.id': input.tokenId,
    })
    .forUpdate()
    .first<AccessToken | undefined>(columns);
}

/** How many tokens of a person can be used at `at`. */
export async function countUsableTokens(db: Knex, input: CredentialOwner & { at: Date }): Promise<number> {
  const [row] = await db('access_tokens')
    .where({ 'access_tokens.company_id': input.companyId, 'access_tokens.user_id': input.userId })
    .whereNull('access_tokens.revoked_at')
    .where('access_tokens.expires_at', '>', input.at)
    .count<{ count: number }[]>('access_tokens.id as count');
  return row?.count ?? 0;
}

/** A token with its person, and the facts that decide whether it is accepted. */
export interface TokenWithPerson extends SignedInUser, PlanTimes {
  company_id: number;
  token_id: number;
  token_name: string;
  scopes: TokenScope[];
  expires_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
  deactivated_at: Date | null;
  second_factor_required_from: Date | null;
}

/** The token with this hash, whatever its state. */
export async function findTokenWithPerson(db: Knex, tokenHash: string): Promise<TokenWithPerson | undefined> {
  return db('access_tokens')
    .join('users', { 'users.id': 'access_tokens.user_id', 'users.company_id': 'access_tokens.company_id' })
    .join('companies', 'companies.id', 'access_tokens.company_id')
    .join('subscriptions', 'subscriptions.company_id', 'access_tokens.company_id')
    .leftJoin('second_factor_policies as policy', 'policy.company_id', 'access_tokens.company_id')
    .where('access_tokens.token_hash', tokenHash)
    .first<TokenWithPerson | undefined>([
      'access_tokens.id as token_id',
      'access_tokens.name as token_name',
      'access_tokens.scopes',
      'access_tokens.expires_at',
      'access_tokens.last_used_at',
      'access_tokens.revoked_at',
      ...signedInColumns,
      'policy.required_from as second_factor_required_from',
      'users.deactivated_at',
      ...planTimesColumns,
    ]);
}
