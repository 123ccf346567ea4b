import { hash, verify } from '@node-rs/argon2';
import { normalisePassword, olderForms } from './password-text.ts';

/** OWASP password storage cheat sheet: argon2id, 19 MiB, two passes, one lane; about 40 ms here. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

let dummyHash: Promise<string> | undefined;

/** Hashes a password with argon2id, in its normal form. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalisePassword(password), PARAMETERS);
}

/** `outdated`: the password is right, but its hash was made from another form and should be replaced. */
type PasswordCheck = 'right' | 'outdated' | 'wrong';

/**
 * Checks a password. Without a hash (no such person) the same work is done on a dummy and the answer is
 * `wrong`, so that an unknown e-mail takes as long as a wrong password. A malformed hash counts as wrong.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<PasswordCheck> {
  dummyHash ??= hashPassword('nobody has this password');
  const known = passwordHash ?? (await dummyHash);
  const isRight = await matches(known, normalisePassword(password));
  let isOutdated = false;
  if (!isRight) for (const form of olderForms(password)) isOutdated ||= await matches(known, form);
  if (passwordHash === null) return 'wrong';
  return isRight ? 'right' : isOutdated ? 'outdated' : 'wrong';
}

async function matches(passwordHash: string, password: string): Promise<boolean> {
  try {
    return await verify(passwordHash, password);
  } catch {
    return false;
  }
}
