import { readFile } from 'node:fs/promises';
import { Certificate } from 'pkijs';

/**
 * The root certificates of a PEM file: those alone to which the chain of a time stamp may lead. Throws when
 * the file cannot be read or holds none.
 */
export async function readPinnedRoots(path: string): Promise<Certificate[]> {
  const text = await readFile(path, 'utf8');
  const blocks = text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g);
  const roots = [...blocks].map(([, base64 = '']) =>
    Certificate.fromBER(new Uint8Array(Buffer.from(base64, 'base64'))),
  );
  if (roots.length === 0) throw new Error(`TSA_ROOTS_FILE: ${path} holds no certificate in PEM`);
  return roots;
}
