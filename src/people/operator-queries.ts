import type { Knex } from 'knex';

interface Operator {
  id: number;
  email: string;
  full_name: string;
  created_at: Date;
  last_login_at: Date | null;
  deactivated_at: Date | null;
}

/** Every operator of the platform, oldest first. There are only a few. */
export async function listOperators(db: Knex): Promise<Operator[]> {
  return db('users')
    .where({ role: 'operator' })
    .orderBy('id')
    .select<Operator[]>(['id', 'email', 'full_name', 'created_at', 'last_login_at', 'deactivated_at']);
}

/**
 * True when an operator, deactivated or not, reads the mail of this address: it is the operator's own, with
 * or without a `+label` (RFC 5233) on either side.
 */
export async function isOperatorMailbox(db: Knex, email: string): Promise<boolean> {
  const operator = await db('users')
    .where({ role: 'operator' })
    .whereRaw("regexp_replace(email, '[+].*@', '@') = ?", [mailboxOf(email)])
    .first<{ id: number } | undefined>('id');
  return operator !== undefined;
}

/**
 * True when a person of a company, deactivated or not, holds an address of this mailbox, by the rule of
 * `isOperatorMailbox`.
 */
export async function isMemberMailbox(db: Knex, email: string): Promise<boolean> {
  const member = await db('users')
    .whereNot({ role: 'operator' })
    .where({ holds_email: true })
    .whereRaw("regexp_replace(email, '[+].*@', '@') = ?", [mailboxOf(email)])
    .first<{ id: number } | undefined>('id');
  return member !== undefined;
}

function mailboxOf(email: string): string {
  return email.replace(/\+.*@/, '@');
}
