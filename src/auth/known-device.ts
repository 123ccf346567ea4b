import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { keptUserAgent, type RequestContext } from '../audit/request-context.ts';
import { DAY_MS } from '../durations.ts';
import { newSecret } from '../secret-token.ts';
import { findDeviceOwner, findKnownDevice, findOpenedLock, isWaiting, listLockKeyParts } from './queries.ts';

/**
 * A browser together with one address: two people who share a browser share its token and have a row each.
 */
interface DeviceClaim {
  email: string;
  /** The browser's cookie; null when it has none. */
  deviceToken: string | null;
}

/**
 * The key under which wrong passwords are counted: the address alone for an unknown browser, and the address
 * with the device for a browser that signed in before (`isKnownDevice`), or with the lock that this browser
 * opened by a mail. A stranger who locks the address
 * therefore does not shut out its owner. Source: OWASP, "Slow Down Online Guessing Attacks with Device
 * Cookies".
 */
export async function attemptKey(
  db: Knex,
  claim: DeviceClaim,
): Promise<{ key: string; isKnownDevice: boolean; trustedUntil: Date | null }> {
  const hash = deviceHash(claim.email, claim.deviceToken ?? '');
  const device = await findKnownDevice(db, { email: claim.email, tokenHash: hash });
  const isKnownDevice = device !== undefined;
  // A browser without a token has opened no lock.
  const opened = claim.deviceToken === null ? undefined : await findOpenedLock(db, hash);
  const key = isKnownDevice ? deviceKey(claim.email, device.id) : sha256(claim.email);
  return {
    key: opened === undefined ? key : openedKey(claim.email, opened.id),
    isKnownDevice,
    trustedUntil: device?.trusted_until ?? null,
  };
}

/**
 * The same for a person who is known already, as where a signed-in one proves anew who they are. An account
 * that waits for an address of somebody else is counted by itself: its right password must not open the lock
 * of that address, nor tell whether there is one.
 */
export async function attemptKeyOf(
  db: Knex,
  { userId, ...claim }: DeviceClaim & { userId: number },
): Promise<string> {
  const { email } = claim;
  if (await isWaiting(db, { userId, email })) return sha256(waitingAs(email, userId));
  return (await attemptKey(db, claim)).key;
}

/** The name of an account that waits for an address, in place of the address, for browsers and counts. */
export function waitingAs(email: string, userId: number): string {
  return `${email}\nwaiting\n${String(userId)}`;
}

/** The key under which wrong second factors are counted, made from that of wrong passwords. */
export function factorKey(passwordKey: string): string {
  return sha256(`${passwordKey}\nsecond factor`);
}

/**
 * Every key under which wrong passwords and second factors for a person's account are counted, whichever
 * browser sends them.
 */
export async function attemptKeysOf(
  db: Knex,
  { userId, email }: { userId: number; email: string },
): Promise<string[]> {
  const { devices, locks } = await listLockKeyParts(db, userId);
  const name = (await isWaiting(db, { userId, email })) ? waitingAs(email, userId) : email;
  const keys = [
    sha256(name),
    ...devices.map((id) => deviceKey(email, id)),
    ...locks.map((id) => openedKey(email, id)),
  ];
  return [...keys, ...keys.map(factorKey)];
}

function deviceKey(email: string, deviceId: number): string {
  return sha256(`${email}\n${String(deviceId)}`);
}

function openedKey(email: string, lockId: number): string {
  return sha256(`${email}\nopened\n${String(lockId)}`);
}

/** Days for which a browser is spared the second factor, when the person asked for that. */
export const TRUST_DAYS = 30;

/**
 * Remembers the browser of a successful sign-in; with `isTrusted` also spares it the second factor for
 * `TRUST_DAYS`. Returns the token for its cookie, whether the browser is new to this person, and whether
 * somebody else has signed in with it before.
 */
export async function rememberDevice(
  trx: Knex.Transaction,
  context: RequestContext,
  input: DeviceClaim & { userId: number; isTrusted?: boolean },
): Promise<{ token: string; deviceId: number; isNew: boolean; isOthers: boolean }> {
  const token = input.deviceToken ?? newSecret();
  const tokenHash = deviceHash(input.email, token);
  const owner = await findDeviceOwner(trx, tokenHash);
  // Somebody else had the address before: their browser keeps its row, and is known no more.
  if (owner !== undefined && owner !== input.userId) await forgetDeviceByHash(trx, context, tokenHash);
  const seen = {
    user_agent: keptUserAgent(context),
    ip_address: context.ip,
    last_used_at: context.at,
    ...(input.isTrusted === true
      ? { trusted_until: new Date(context.at.getTime() + TRUST_DAYS * DAY_MS) }
      : {}),
  };
  const [row] = await trx('known_devices')
    .insert({ user_id: input.userId, token_hash: tokenHash, created_at: context.at, ...seen })
    .onConflict('token_hash')
    .merge(seen)
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('Bug! An upsert returned no row');
  const isNew = owner !== input.userId;
  // A browser gets its cookie by a sign-in: one that this person never made was somebody else's.
  return { token, deviceId: row.id, isNew, isOthers: isNew && input.deviceToken !== null };
}

async function forgetDeviceByHash(
  trx: Knex.Transaction,
  context: RequestContext,
  tokenHash: string,
): Promise<void> {
  await trx('known_devices')
    .where({ token_hash: tokenHash })
    .update({ token_hash: trx.raw(`'forgotten ' || id`), forgotten_at: context.at });
}

/**
 * Forgets every browser of a person: none is a known one any more. The rows stay, with a hash that no
 * cookie has, since the audit trail names them. Returns how many there were.
 */
export async function forgetDevicesOf(
  trx: Knex.Transaction,
  { userId, at }: { userId: number; at: Date },
): Promise<number> {
  return trx('known_devices')
    .where('user_id', userId)
    .whereNull('forgotten_at')
    .update({ token_hash: trx.raw(`'forgotten ' || id`), forgotten_at: at });
}

/** No browser of a person is spared the second factor any more. They stay known. */
export async function endTrustOf(trx: Knex.Transaction, userId: number): Promise<void> {
  await trx('known_devices').where('user_id', userId).update({ trusted_until: null });
}

/** Forgets the browsers of a person, when nobody knows any more whose they are. */
export async function forgetDevices(trx: Knex.Transaction, userId: number): Promise<void> {
  await trx('known_devices').where('user_id', userId).delete();
}

/** The stored form of a browser's token, together with an address. */
export function deviceHash(email: string, token: string): string {
  return sha256(`${email}\n${token}`);
}

function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
