import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findSignatureFault } from '../../../src/credentials/proof/ssh-signature.ts';

const folder = mkdtempSync(join(tmpdir(), 'yac-proof-'));
const namespace = 'ssh-key@youarecoder';

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it.each([
  ['ed25519'],
  ['ecdsa', '-b', '256'],
  ['ecdsa', '-b', '384'],
  ['ecdsa', '-b', '521'],
  ['rsa', '-b', '3072'],
])('takes what the real ssh-keygen signs with a key of type %s %s %s', (type, ...more) => {
  const file = join(folder, `${type}${more.join('')}`);
  execFileSync('ssh-keygen', ['-q', '-t', type, ...more, '-N', '', '-f', file]);
  const message = `youarecoder-${String(Math.random())}`;
  const sign = ['-Y', 'sign', '-n', namespace, '-f', file];
  const signature = execFileSync('ssh-keygen', sign, { input: message, stdio: 'pipe' }).toString();
  const keyBlob = readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '';
  expect(findSignatureFault(signature, { keyBlob, namespace, message })).toBeNull();
  expect(findSignatureFault(signature, { keyBlob, namespace, message: `${message}.` })).toBe('wrong');
});
