import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const secretsFile = z.object({
  sessionSecret: z.string().min(32),
  paytr: z.object({ merchantId: z.string(), merchantKey: z.string(), merchantSalt: z.string() }),
});

type DevelopmentSecrets = z.output<typeof secretsFile>;

/**
 * The secrets of this machine's development copy, created at random at the first start and kept in the data
 * folder (mode 0600). No secret has a default, and people stay signed in over a restart.
 */
export async function loadDevelopmentSecrets(dataDir: string): Promise<DevelopmentSecrets> {
  const path = join(dataDir, 'development-secrets.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text !== null) return secretsFile.parse(JSON.parse(text));
  const made: DevelopmentSecrets = {
    sessionSecret: randomBytes(32).toString('base64url'),
    paytr: {
      merchantId: String(randomInt(100_000, 999_999)),
      merchantKey: randomBytes(12).toString('base64url').slice(0, 16),
      merchantSalt: randomBytes(12).toString('base64url').slice(0, 16),
    },
  };
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, JSON.stringify(made, null, 2), { mode: 0o600 });
  return made;
}
