import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { hashSecret } from '../../secret-token.ts';
import { lockAddress } from './address-lock.ts';
import { endAccount } from './end-account.ts';
import { noteConfirmed } from './note-confirmed.ts';
import { refusePassword, type ProofRefusal } from './prove-account.ts';
import { findAccount, findAccountForUpdate, findConfirmation, findStanding } from './queries.ts';

/** The state of a link: `own` when whoever opens it is signed in to its account. */
export type OpenedConfirmation =
  | { state: 'open'; email: string; userId: number; isOwn: boolean }
  | { state: 'confirmed' | 'over' | 'unknown' | 'foreign' };

/** Looks at a link and changes nothing: mail programs open links before people do. */
export async function openConfirmation(
  db: Knex,
  context: RequestContext,
  token: string,
): Promise<OpenedConfirmation> {
  const link = await findConfirmation(db, hashSecret(token));
  if (link === undefined) return { state: 'unknown' };
  if (link.confirmed_at !== null) return { state: 'confirmed' };
  const account = await findAccount(db, link.user_id);
  const isOver = link.ended_at !== null || link.expires_at <= context.at;
  if (isOver || account === undefined || account.deactivated_at !== null || account.email !== link.email)
    return { state: 'over' };
  const isOwn = context.userId === account.id;
  if (context.userId !== null && !isOwn) return { state: 'foreign' };
  return { state: 'open', email: link.email, userId: account.id, isOwn };
}

type ConfirmOutcome =
  { ok: true } | { ok: false; reason: Exclude<OpenedConfirmation['state'], 'open'> | 'taken' } | ProofRefusal;

/**
 * Confirms the address of an account by the link of a mail, once. The link shows who reads the mail, not who
 * made the account: a browser that is not signed in to it gives the password as well. Somebody who finds a
 * stranger's account on their address therefore cannot make it look confirmed by a click; they register
 * themselves or set a new password. An account that held the address unconfirmed ends (`endAccount`).
 */
export async function confirmAddress(
  db: Knex,
  context: RequestContext,
  input: { token: string; password: string | null },
): Promise<ConfirmOutcome> {
  const opened = await openConfirmation(db, context, input.token);
  if (opened.state !== 'open') return { ok: false, reason: opened.state };
  if (!opened.isOwn) {
    const refusal = await refusePassword(db, context, { ...opened, ...input });
    if (refusal !== null) return refusal;
  }
  return db.transaction(async (trx) => {
    await lockAddress(trx, opened.email);
    const link = await findConfirmation(trx, hashSecret(input.token));
    const account = await findAccountForUpdate(trx, opened.userId);
    const again = await openConfirmation(trx, context, input.token);
    if (again.state !== 'open') return { ok: false, reason: again.state };
    if (account === undefined || link === undefined) return { ok: false, reason: 'over' };
    const { email } = account;
    const standing = await findStanding(trx, { email, userId: account.id, at: context.at });
    if (standing.state === 'taken' || standing.state === 'reserved') return { ok: false, reason: 'taken' };
    if (standing.state === 'unconfirmed') await endAccount(trx, context, standing.holder);
    await noteConfirmed(trx, context, { account, how: 'link', confirmationId: link.id });
    return { ok: true };
  });
}
