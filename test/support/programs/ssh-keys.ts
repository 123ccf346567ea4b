import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** The wire format of a public key: each part with its length in front (RFC 4251, section 5). */
export function wire(...parts: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** A positive number in wire format, without its length. */
export function mpint(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

/** The line of a public key. */
export function keyLine(type: string, bytes: Buffer, comment = ''): string {
  return `${type} ${bytes.toString('base64')} ${comment}`.trim();
}

/** A new Ed25519 key whose private half nobody has. */
export function newKeyLine(comment = 'bob@laptop'): string {
  return keyLine('ssh-ed25519', wire('ssh-ed25519', randomBytes(32)), comment);
}

/** A new RSA key of so many bits. */
export function newRsaLine(bits: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const [exponent, modulus] = [Buffer.from(e, 'base64url'), Buffer.from(n, 'base64url')];
  return keyLine('ssh-rsa', wire('ssh-rsa', mpint(exponent), mpint(modulus)));
}
