import type { Knex } from 'knex';
import { pino } from 'pino';
import { inSnapshot } from '../../../src/db/stream-rows.ts';
import { readEvidence } from '../../../src/evidence/read-evidence.ts';
import { writeLines } from '../../../src/evidence/write-evidence.ts';
import { systemContext } from '../../../src/audit/request-context.ts';
import { logSigner, type LogSigner } from '../../../src/transparency/sequence/log-signer.ts';
import { keepLogs } from '../../../src/transparency/sequence/keep-logs.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { createDb } from '../../../src/db/db.ts';
import { appEnvironment } from '../apps/app-environment.ts';
import { runStatement, type BenchDatabase } from '../lab.ts';

/** The person whose rows are exported, and the company, which is the person's. */
export const PERSON = 1;

/** The signer of the apps of the benchmark. */
export function benchSigner(): LogSigner {
  return logSigner(loadConfig(appEnvironment('postgres://bench', '.')));
}

/**
 * Puts everything into the logs that is in the database, and puts the weekly check off: an app that starts
 * would do both while it is measured.
 */
export async function keepEverything({ appUrl }: Pick<BenchDatabase, 'appUrl'>): Promise<void> {
  const db = createDb({ url: appUrl, poolMax: 4 });
  try {
    await keepLogs(db, { at: new Date() }, { signer: benchSigner(), publishSeconds: 300 });
    const next_run_at = new Date(Date.now() + 7 * 86_400_000);
    await db('scheduled_jobs').insert({ name: 'check-logs', next_run_at }).onConflict('name').merge();
  } finally {
    await db.destroy();
  }
}

/**
 * Audit rows of the people of company 1, the newest a minute ago, as openings of a workspace make them. In
 * bursts of five by one of `people`, who come in no order.
 */
export async function fillRows(
  { superUrl }: BenchDatabase,
  { rows, people }: { rows: number; people: number },
): Promise<void> {
  await runStatement(
    superUrl,
    `insert into audit_logs (event_id, timestamp, user_id, company_id, actor_type, action_type, success, resource_type,
       resource_id, ip_address, user_agent, request_method, request_path, request_id, details)
     select gen_random_uuid(), now() - interval '1 minute' - interval '1 month' * (($1::int - n) / $1::float8),
       (abs(hashtext((n / 5)::text)) % $2::int) * 2000 + 1, 1, 'user', 'workspace_access', true, 'workspace', (n % 40)::text,
       '203.0.113.20', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
       'POST', '/workspace/' || n % 40 || '/open', gen_random_uuid()::text,
       jsonb_build_object('workspace', 'workspace-' || n % 40, 'access_method', 'web', 'workspace_session_id', n)
     from generate_series(1, $1::int) as n order by n`,
    [rows, people],
  );
  await runStatement(superUrl, 'vacuum analyze');
}

/** The evidence of `PERSON` as lines of JSON; without a signer it has no proof. */
export async function exportLines(
  db: Knex,
  { signer, from = null }: { signer?: LogSigner; from?: Date | null },
): Promise<{ text: string[]; ms: number }> {
  const startedAt = performance.now();
  const text: string[] = [];
  const asked = { userId: PERSON, companyId: PERSON, from, ...(signer && { signer }) };
  for await (const piece of bundleLines(db, asked)) text.push(piece.toString());
  return { text, ms: performance.now() - startedAt };
}

/** The evidence of a person as lines of JSON, piece by piece; without a signer it has no proof. */
export function bundleLines(
  db: Knex,
  {
    userId,
    companyId,
    from = null,
    signer,
  }: { userId: number; companyId: number; from?: Date | null; signer?: LogSigner },
): AsyncGenerator<string | Buffer, void> {
  const context = systemContext({ name: 'bench', at: new Date(), log: pino({ level: 'silent' }) });
  const download = { at: context.at, requestId: context.requestId };
  const scope = { userId, companyId, from, to: null, download };
  const by = { id: PERSON, full_name: 'Bench', email: 'bench@example.com', role: 'admin' } as const;
  return inSnapshot(db, new AbortController().signal, (snapshot) =>
    writeLines(readEvidence(snapshot, context, { scope, by, form: 'ndjson', ...(signer && { signer }) })),
  );
}
