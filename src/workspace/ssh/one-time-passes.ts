import { hashSecret, newSecret } from '../../secret-token.ts';

/** Whose key it was that sshd asked about. */
export interface KeyHolder {
  keyId: number;
  companyId: number;
  userId: number;
}

/**
 * sshd starts the session command as soon as the key is proven; a pass found later in a list of processes
 * opens nothing.
 */
const PASS_SECONDS = 30;

/** sshd asks about keys that strangers merely offer, so that their number must have an end; the oldest go. */
const PASSES_MAX = 10_000;

/**
 * Passes from the answer to sshd until the session command shows them, each once. In memory: a restart voids
 * them.
 */
export class OneTimePasses {
  readonly #waiting = new Map<string, { holder: KeyHolder; expiresAt: number }>();

  /** A new pass. Only its hash is kept. */
  issue(holder: KeyHolder, at: Date): string {
    this.#forgetOld(at);
    const pass = newSecret();
    this.#waiting.set(hashSecret(pass), { holder, expiresAt: at.getTime() + PASS_SECONDS * 1000 });
    return pass;
  }

  /** Whose pass it is, the first time that it is shown in time; null otherwise. */
  take(pass: string, at: Date): KeyHolder | null {
    const hash = hashSecret(pass);
    const found = this.#waiting.get(hash);
    this.#waiting.delete(hash);
    return found === undefined || found.expiresAt <= at.getTime() ? null : found.holder;
  }

  get size(): number {
    return this.#waiting.size;
  }

  #forgetOld(at: Date): void {
    for (const [hash, { expiresAt }] of this.#waiting) {
      if (expiresAt > at.getTime() && this.#waiting.size < PASSES_MAX) return;
      this.#waiting.delete(hash);
    }
  }
}
