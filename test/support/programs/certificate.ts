import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The path of openssl, or null with a line that says why tests with TLS are skipped. */
export function findOpenssl(): string | null {
  const found = ['/usr/bin/openssl', '/usr/local/bin/openssl'].find(existsSync) ?? null;
  if (found === null) console.log('skipped: no openssl on this machine, so no test with a certificate');
  return found;
}

/** A certificate for these names that no other machine trusts, in two files of the folder. */
export function makeCertificate(
  openssl: string,
  folder: string,
  names: string[],
): { certificate: string; key: string } {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=${names.join(',')}`];
  execFileSync(openssl, ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  return { certificate, key };
}
