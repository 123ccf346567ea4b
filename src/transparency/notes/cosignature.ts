import type { KeyObject } from 'node:crypto';
import { rawPublicKey, signEd25519, verifyEd25519 } from './ed25519.ts';
import { COSIGNATURE, keyIdOf, parseNote, type NoteSigner, type Vkey } from './signed-note.ts';

/** A witness's word that it saw a checkpoint, and none that contradicts it, at `at` (seconds since 1970). */
interface Cosignature {
  witness: Vkey;
  at: number;
}

/** Signs checkpoints as a witness does: C2SP tlog-cosignature v1.0.1, `cosignature/v1`. `at` in seconds. */
export function cosigner(name: string, privateKey: KeyObject, at: number): NoteSigner {
  return {
    name,
    keyId: keyIdOf(name, rawPublicKey(privateKey), COSIGNATURE),
    sign: (text) => {
      const time = Buffer.alloc(TIME_BYTES);
      time.writeBigUInt64BE(BigInt(at));
      return Buffer.concat([time, signEd25519(cosignedMessage(text, BigInt(at)), privateKey)]);
    },
  };
}

/**
 * The cosignatures of a note by the given witnesses; lines of others are passed over. Null when the note is
 * none, and when a line that names one of the witnesses is not its cosignature.
 */
export function findCosignatures(note: string, witnesses: readonly Vkey[]): Cosignature[] | null {
  const parsed = parseNote(note);
  if (parsed === null) return null;
  const found = new Map<Vkey, number>();
  for (const { name, keyId, signature } of parsed.signatures) {
    const witness = witnesses.find(
      (key) => key.kind === COSIGNATURE && key.name === name && key.keyId === keyId,
    );
    if (witness === undefined) continue;
    const at = verifyCosignature(parsed.text, signature, witness.publicKey);
    if (at === null) return null;
    found.set(witness, Math.max(at, found.get(witness) ?? 0));
  }
  return [...found].map(([witness, at]) => ({ witness, at }));
}

/** The bytes of the time before the signature, big-endian. */
const TIME_BYTES = 8;

function verifyCosignature(text: string, signature: Buffer, publicKey: Buffer): number | null {
  if (signature.length !== TIME_BYTES + 64) return null;
  const at = signature.readBigUInt64BE();
  if (at > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  const message = cosignedMessage(text, at);
  return verifyEd25519(message, signature.subarray(TIME_BYTES), publicKey) ? Number(at) : null;
}

const cosignedMessage = (text: string, at: bigint): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${at.toString()}\n${text}`);
