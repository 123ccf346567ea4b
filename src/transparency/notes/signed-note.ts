import { hash, type KeyObject } from 'node:crypto';
import { fromBase64 } from './base64.ts';
import { rawPublicKey, signEd25519, verifyEd25519 } from './ed25519.ts';

/*
 * C2SP signed-note v1.0.0: a text, an empty line, and a line for each signature. A line names its key by a
 * name and four bytes of a hash, so a note can bear signatures of several keys, and of kinds not known here.
 */

/** The kinds of signature known here: of a note's text, and of a witness (`cosignature.ts`). */
export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;

/** A public key with its name, as in a text `<name>+<key id>+<base64 of kind and key>`. */
export interface Vkey {
  name: string;
  /** Eight hexadecimal digits. */
  keyId: string;
  kind: number;
  publicKey: Buffer;
}

interface NoteSignature {
  name: string;
  keyId: string;
  signature: Buffer;
}

interface SignedNote {
  /** The signed part: with the newline at its end, without the empty line after it. */
  text: string;
  signatures: NoteSignature[];
}

export interface NoteSigner {
  name: string;
  keyId: string;
  sign: (text: string) => Buffer;
}

/** The first four bytes of SHA-256(name ‖ newline ‖ kind ‖ key), in hex. */
export function keyIdOf(name: string, publicKey: Buffer, kind = ED25519): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([kind]), publicKey])).slice(
    0,
    8,
  );
}

/** The text of a public key that others verify with. */
export function vkeyOf(name: string, key: KeyObject | Buffer, kind = ED25519): string {
  refuseName(name);
  const publicKey = Buffer.isBuffer(key) ? key : rawPublicKey(key);
  const base64 = Buffer.concat([Buffer.from([kind]), publicKey]).toString('base64');
  return `${name}+${keyIdOf(name, publicKey, kind)}+${base64}`;
}

/** The key of such a text. Null when it is no such text, or when its key id is not that of its key. */
export function parseVkey(text: string): Vkey | null {
  const [, name = '', keyId = '', base64 = ''] =
    /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const bytes = fromBase64(base64);
  const kind = bytes?.[0];
  if (!isKeyName(name) || bytes === null || kind === undefined) return null;
  const publicKey = bytes.subarray(1);
  if ((kind === ED25519 || kind === COSIGNATURE) && publicKey.length !== 32) return null;
  return keyIdOf(name, publicKey, kind) === keyId ? { name, keyId, kind, publicKey } : null;
}

/** Signs notes with an Ed25519 key. */
export function noteSigner(name: string, privateKey: KeyObject): NoteSigner {
  refuseName(name);
  return {
    name,
    keyId: keyIdOf(name, rawPublicKey(privateKey)),
    sign: (text) => signEd25519(Buffer.from(text), privateKey),
  };
}

/** The note of a text with a line of each signer. Throws a TypeError for a text that no note can hold. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!isNoteText(text) || signers.length === 0) throw new TypeError('Not the text of a note');
  return `${text}\n${signers.map((signer) => signatureLine(signer, signer.sign(text))).join('')}`;
}

/** The line of one signature, with its newline. To append it to a note adds the signature. */
export function signatureLine({ name, keyId }: { name: string; keyId: string }, signature: Buffer): string {
  return `— ${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64')}\n`;
}

/** The parts of a note, of which nothing is verified. Null for a text that is no note. */
export function parseNote(note: string): SignedNote | null {
  const end = note.lastIndexOf('\n\n');
  if (end < 1 || note.length > MOST_LENGTH || !isNoteText(note)) return null;
  const lines = note.slice(end + 2, -1).split('\n');
  const signatures = lines.map(parseSignatureLine).filter((line) => line !== null);
  if (signatures.length !== lines.length || lines.length > MOST_SIGNATURES) return null;
  return { text: note.slice(0, end + 1), signatures };
}

/**
 * The text of a note, and those of the given keys that have signed it. Lines of other keys are passed over.
 * Null when none has signed, and when a line that names one of the keys is not its signature.
 */
export function verifyNote(note: string, vkeys: readonly Vkey[]): { text: string; signedBy: Vkey[] } | null {
  const parsed = parseNote(note);
  if (parsed === null) return null;
  const message = Buffer.from(parsed.text);
  const signedBy = new Set<Vkey>();
  for (const { name, keyId, signature } of parsed.signatures) {
    const key = vkeys.find((key) => key.kind === ED25519 && key.name === name && key.keyId === keyId);
    if (key === undefined) continue;
    if (!verifyEd25519(message, signature, key.publicKey)) return null;
    signedBy.add(key);
  }
  return signedBy.size > 0 ? { text: parsed.text, signedBy: [...signedBy] } : null;
}

/** Bounds of what is read from strangers. The standard asks for at least 16 signatures. */
const MOST_SIGNATURES = 64;
const MOST_LENGTH = 1_000_000;

function parseSignatureLine(line: string): NoteSignature | null {
  const [, name = '', base64 = ''] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  const bytes = fromBase64(base64);
  if (!isKeyName(name) || bytes === null || bytes.length < 5) return null;
  return { name, keyId: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) };
}

/** Whether a text ends with a newline, is well-formed, and has no other control character of ASCII. */
const isNoteText = (text: string): boolean =>
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);

const isKeyName = (name: string): boolean => /^[^\p{White_Space}+]+$/u.test(name);

function refuseName(name: string): void {
  if (!isKeyName(name)) throw new TypeError('The name of a key has no spaces and no plus');
}
