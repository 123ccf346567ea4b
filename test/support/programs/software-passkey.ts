import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import type { Knex } from 'knex';

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** User present, and user verified: the flags of an answer (WebAuthn, section 6.1). */
const PRESENT = 0x01;
const VERIFIED = 0x04;
/** The passkey follows: the flag of a new one. */
const HAS_CREDENTIAL = 0x40;

/** A passkey without a device: signs as an authenticator with ES256 does, also what no real one would. */
export class SoftwarePasskey {
  readonly credentialId = randomBytes(32).toString('base64url');
  readonly #key: KeyObject;
  readonly #publicKey: Buffer;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#key = privateKey;
    // The public key as COSE has it (RFC 9053, section 7.1.1): type EC2, algorithm ES256, curve P-256, x, y.
    const [head, middle] = [Buffer.from('a5010203262001215820', 'hex'), Buffer.from('225820', 'hex')];
    this.#publicKey = Buffer.concat([head, Buffer.from(x, 'base64url'), middle, Buffer.from(y, 'base64url')]);
  }

  /** Gives the passkey to a person, as if it had been made on their page. */
  async giveTo(db: Knex, userId: number): Promise<void> {
    await db('passkeys').insert({
      user_id: userId,
      name: 'A key',
      credential_id: this.credentialId,
      public_key: this.#publicKey,
      counter: 0,
      transports: ['internal'],
      is_synced: false,
      created_at: new Date(),
    });
  }

  /** What a browser says of this passkey when it has just made it, without an attestation. */
  creation(challenge: string, of: { origin?: string; isVerified?: boolean } = {}): string {
    const { origin = 'http://localhost:3000', isVerified = true } = of;
    const clientData = Buffer.from(
      JSON.stringify({ type: 'webauthn.create', challenge, origin, crossOrigin: false }),
    );
    const id = Buffer.from(this.credentialId, 'base64url');
    const flags = PRESENT | HAS_CREDENTIAL | (isVerified ? VERIFIED : 0);
    // Flags, a count of 0, no model of a device, and the length of the id (WebAuthn, section 6.5.1).
    const head = Buffer.from([flags, 0, 0, 0, 0, ...Buffer.alloc(16), 0, id.length]);
    const data = Buffer.concat([sha256('localhost'), head, id, this.#publicKey]);
    // CBOR of { fmt: 'none', attStmt: {}, authData: … } (WebAuthn, section 8.7).
    const form = Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex');
    const attestation = Buffer.concat([form, Buffer.from([0x58, data.length]), data]);
    return JSON.stringify({
      id: this.credentialId,
      rawId: this.credentialId,
      type: 'public-key',
      response: {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      },
      clientExtensionResults: {},
    });
  }

  /** The answer to a challenge, as the form sends it. */
  answer(
    challenge: string,
    of: { origin?: string; rpId?: string; isVerified?: boolean; counter?: number } = {},
  ): string {
    const { origin = 'http://localhost:3000', rpId = 'localhost', isVerified = true, counter = 1 } = of;
    const clientData = Buffer.from(
      JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }),
    );
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const flags = Buffer.from([PRESENT | (isVerified ? VERIFIED : 0)]);
    const authenticatorData = Buffer.concat([sha256(rpId), flags, count]);
    const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
    const signature = createSign('sha256').update(signed).sign(this.#key);
    return JSON.stringify({
      id: this.credentialId,
      rawId: this.credentialId,
      type: 'public-key',
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
      },
      clientExtensionResults: {},
    });
  }
}
