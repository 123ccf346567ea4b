import { createHmac, timingSafeEqual } from 'node:crypto';

/** For what a signature is good: one made for a commit or for another service is of no use here. */
export const PROOF_NAMESPACE = 'ssh-key@youarecoder';

/** How long a person has to sign, in milliseconds. */
const GOOD_FOR_MS = 15 * 60_000;

interface ChallengeOf {
  userId: number;
  keyId: number;
  /** The secret of browser sessions: nobody else can make a challenge. */
  sessionSecret: string;
}

/**
 * A text that a person is to sign with one key of theirs, within 15 minutes. Its own end and a keyed hash
 * stand in it, which binds it to person and key, so it is kept nowhere. A proven key takes no more of them.
 */
export function createChallenge(of: ChallengeOf, at: Date): string {
  const end = Math.floor((at.getTime() + GOOD_FOR_MS) / 1000);
  return `youarecoder-${String(of.keyId)}-${String(end)}-${macOf(of, end)}`;
}

/** True for a text that `createChallenge` made for this person and key, and that is still good at `at`. */
export function isChallengeGood(of: ChallengeOf, text: string, at: Date): boolean {
  const [, keyId, end, mac = ''] = /^youarecoder-(\d{1,15})-(\d{1,12})-([\w-]{43})$/.exec(text) ?? [];
  if (keyId !== String(of.keyId) || end === undefined) return false;
  const expected = macOf(of, Number(end));
  return timingSafeEqual(Buffer.from(mac), Buffer.from(expected)) && Number(end) * 1000 > at.getTime();
}

function macOf({ userId, keyId, sessionSecret }: ChallengeOf, end: number): string {
  const text = `ssh-key-proof\n${String(userId)}\n${String(keyId)}\n${String(end)}`;
  return createHmac('sha256', sessionSecret).update(text).digest('base64url');
}
