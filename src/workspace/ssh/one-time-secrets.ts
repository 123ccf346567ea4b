import { hashSecret, newSecret } from '../../secret-token.ts';

/** The person of a key that sshd asked about. */
export interface KeyHolder {
  keyId: number;
  companyId: number;
  userId: number;
}

/**
 * sshd starts the session command as soon as the key is proven; a secret found later in a list of processes
 * opens nothing.
 */
const SECRET_SECONDS = 30;

/** sshd asks about keys that strangers merely offer, so that their number must have an end; the oldest go. */
const SECRETS_MAX = 10_000;

/**
 * Secrets from the answer to sshd until the session command shows them, each once. In memory: a restart voids
 * them.
 */
export class OneTimeSecrets {
  readonly #waiting = new Map<string, { holder: KeyHolder; expiresAt: number }>();

  /** A new secret. Only its hash is kept. */
  issue(holder: KeyHolder, at: Date): string {
    this.#forgetOld(at);
    const secret = newSecret();
    this.#waiting.set(hashSecret(secret), { holder, expiresAt: at.getTime() + SECRET_SECONDS * 1000 });
    return secret;
  }

  /** The holder of a secret, the first time that it is shown in time; null otherwise. */
  take(secret: string, at: Date): KeyHolder | null {
    const hash = hashSecret(secret);
    const found = this.#waiting.get(hash);
    this.#waiting.delete(hash);
    return found === undefined || found.expiresAt <= at.getTime() ? null : found.holder;
  }

  get size(): number {
    return this.#waiting.size;
  }

  #forgetOld(at: Date): void {
    for (const [hash, { expiresAt }] of this.#waiting) {
      if (expiresAt > at.getTime() && this.#waiting.size < SECRETS_MAX) return;
      this.#waiting.delete(hash);
    }
  }
}
