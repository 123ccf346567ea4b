import { hash, randomBytes } from 'node:crypto';

/** A new secret to hand out: 256 random bits in base64url, 43 characters, beyond guessing. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The stored form of a secret: SHA-256 in hex. A stolen dump opens nothing, and a secret beyond guessing
 * needs no slow hash.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret);
}
