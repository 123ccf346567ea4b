import { setTimeout as pause } from 'node:timers/promises';
import { signingKeyFromSecret } from '../../src/config/signing-keys.ts';
import { createDb } from '../../src/db/db.ts';
import { keepLogs } from '../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../src/transparency/sequence/log-signer.ts';

/**
 * A process that brings the logs up to date without end, until it is killed. Prints `round <leaves>` for each
 * round that has sequenced something.
 */
async function main(env: Record<string, string | undefined>): Promise<void> {
  const db = createDb({ url: env['DATABASE_URL'] ?? '', poolMax: 3 });
  const transparency = {
    host: 'log.example.com',
    signingKeys: [signingKeyFromSecret('only for tests')],
    publishSeconds: 0,
    headsFile: null,
    witness: null,
  };
  const signer = logSigner({ transparency });
  for (;;) {
    const { sequenced } = await keepLogs(db, { at: new Date() }, { signer, publishSeconds: 0 });
    if (sequenced > 0) process.stdout.write(`round ${String(sequenced)}\n`);
    else await pause(5);
  }
}

await main(process.env);
