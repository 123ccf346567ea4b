import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createDb } from '../../../src/db/db.ts';
import { integrateLeaves } from '../../../src/transparency/sequence/integrate-leaves.ts';
import { publishCheckpoints } from '../../../src/transparency/sequence/publish-checkpoints.ts';
import { sequenceRows } from '../../../src/transparency/sequence/sequence-rows.ts';
import { findLog } from '../../../src/transparency/queries.ts';
import { benchSigner, exportLines, fillRows, PERSON } from '../data/log-rows.ts';
import { fillWorkingDays } from '../data/working-days.ts';
import { runStatement, type BenchDatabase, type Lab } from '../lab.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { median } from '../statistics.ts';

const MANY = 1_000_000;
/** Rows of the bundle that is verified. */
const VERIFIED = 100_000;
const BURSTS = 'one kind, bursts of five';
const VERIFIER = fileURLToPath(new URL('../../../src/transparency/verifier/verify.mjs', import.meta.url));

const run = promisify(execFile);

/** A million rows into the log, out of it with their proofs, and past the verifier. */
export const logMillion: BenchRow = {
  name: 'log-million',
  run: async (lab): Promise<Outcome[]> => {
    const rows = lab.options.quick ? MANY / 20 : MANY;
    const database = await lab.peopleDatabase('log_million');
    lab.say(`filling in ${String(rows)} audit rows`);
    await fillRows(database, { rows, people: 1 });
    const db = createDb({ url: database.appUrl, poolMax: 4 });
    try {
      const kept = await keepOnce(lab, database, rows);
      await runStatement(database.superUrl, 'vacuum analyze log_leaves');
      const exported: { with: number[]; without: number[] } = { with: [], without: [] };
      await exportLines(db, {});
      for (let round = 0; round < lab.options.rounds; round += 1) {
        exported.without.push((await exportLines(db, {})).ms);
        exported.with.push((await exportLines(db, { signer: kept.signer })).ms);
      }
      const verified = await verify(lab, database, {
        rows: Math.min(VERIFIED, rows),
        of: rows,
        signer: kept.signer,
      });
      return [
        told('log-million', `${String(rows)} rows sequenced, integrated and signed`, 'ms', [kept.ms], {
          what: 'all three steps',
          unit: 'ms',
          value: kept.ms,
          atMost: 30_000,
        }),
        {
          ...told(
            'export-proof',
            `evidence of ${String(rows)} rows with its proof, in the process`,
            'ms',
            exported.with,
            null,
          ),
          against: 'the same without a proof',
          reference: exported.without,
          target: { atMost: 1.3 },
        },
        told(
          'verify-bundle',
          `verify.mjs over a bundle of ${String(Math.min(VERIFIED, rows))} rows`,
          'ms',
          verified,
          {
            what: 'wall time',
            unit: 'ms',
            value: median(verified),
            atMost: 5000,
          },
        ),
      ];
    } finally {
      await db.destroy();
    }
  },
};

/**
 * Bytes of a proof, compressed, for a person with a tenth of a log of fifty thousand rows: of working days as
 * the product writes them, and of rows of one kind in bursts of five; of these also the hashes alone, the
 * measure from which the limit comes.
 */
export const proofBytes: BenchRow = {
  name: 'proof-bytes',
  run: async (lab): Promise<Outcome[]> => {
    const rows = lab.options.quick ? 5000 : 50_000;
    const days = await lab.peopleDatabase('proof_bytes_days');
    await fillWorkingDays(days, { rows });
    const bursts = await lab.peopleDatabase('proof_bytes_bursts');
    await fillRows(bursts, { rows, people: 10 });
    const ofDays = await weighProof(lab, days, { rows, name: 'proof-bytes', what: 'working days' });
    const ofBursts = await weighProof(lab, bursts, { rows, name: 'proof-bytes-bursts', what: BURSTS });
    const hashes: Outcome = {
      ...ofBursts.whole,
      name: 'proof-hashes',
      what: `bytes of the hashes in that proof, one of ten people, ${String(rows)} rows, ${BURSTS}`,
      subject: [ofBursts.hashBytes],
      notes: [],
    };
    return [ofDays.whole, ofBursts.whole, hashes];
  },
};

async function weighProof(
  lab: Lab,
  database: BenchDatabase,
  { rows, name, what }: { rows: number; name: string; what: string },
): Promise<{ whole: Outcome; hashBytes: number }> {
  const { signer } = await keepOnce(lab, database, rows);
  const db = createDb({ url: database.appUrl, poolMax: 2 });
  try {
    const proved = (await exportLines(db, { signer })).text.join('');
    const plain = (await exportLines(db, {})).text.join('');
    const data = gzipSync(plain).length;
    const whole = gzipSync(proved).length;
    const places = [...proved.matchAll(/"log_index":(\d+)\}$/gm)].map(([, index]) => Number(index));
    const shown = new Set(places);
    const bursts = places.filter((index) => !shown.has(index - 1)).length;
    const ofData = (base64: string): string => (gzipSync(base64).length / data).toFixed(2);
    const hashes = textIn(proved, 'hashes');
    const outcome: Outcome = {
      ...told(
        name,
        `gzipped bytes of the proof, one of ten people, ${String(rows)} rows, ${what}`,
        'bytes',
        [whole - data],
        null,
      ),
      against: 'gzipped bytes of the records',
      reference: [data],
      target: { atMost: 0.65 },
      notes: [
        `${String(places.length)} records of ${(data / places.length).toFixed(0)} bytes in ${String(bursts)} bursts; of the proof: ${ofData(hashes)} x the hashes, which nothing compresses and no proof can lack, ${ofData(textIn(proved, 'checks'))} x two bytes of each leaf; the rest are mostly the places of the records in the log`,
      ],
    };
    return { whole: outcome, hashBytes: Buffer.from(hashes, 'base64').length };
  } finally {
    await db.destroy();
  }
}

/** The base64 text of a field of the proof. */
function textIn(lines: string, field: string): string {
  return new RegExp(`"${field}":"([^"]*)"`).exec(lines)?.[1] ?? '';
}

async function keepOnce(
  lab: Lab,
  database: BenchDatabase,
  rows: number,
): Promise<{ ms: number; signer: ReturnType<typeof benchSigner> }> {
  const db = createDb({ url: database.appUrl, poolMax: 4 });
  const signer = benchSigner();
  try {
    const startedAt = performance.now();
    const at = new Date();
    const sequenced = await sequenceRows(db, { at });
    const sequencedAt = performance.now();
    await integrateLeaves(db);
    const log = await findLog(db, PERSON);
    await publishCheckpoints(
      db,
      { at },
      { signer, everySeconds: 0, ...(log === undefined ? {} : { logId: log.id }) },
    );
    const ms = performance.now() - startedAt;
    if (sequenced < rows) throw new Error(`only ${String(sequenced)} of ${String(rows)} rows were sequenced`);
    lab.say(
      `sequenced in ${(sequencedAt - startedAt).toFixed(0)} ms, integrated and signed in ${(startedAt + ms - sequencedAt).toFixed(0)} ms`,
    );
    return { ms, signer };
  } finally {
    await db.destroy();
  }
}

async function verify(
  lab: Lab,
  database: BenchDatabase,
  { rows, of, signer }: { rows: number; of: number; signer: ReturnType<typeof benchSigner> },
): Promise<number[]> {
  const db = createDb({ url: database.appUrl, poolMax: 2 });
  const file = join(lab.makeFolder('verify'), 'bundle.ndjson');
  try {
    const [edge] = await db('audit_logs').max<{ at: Date }[]>('timestamp as at');
    const month = 30.4 * 86_400_000;
    const from = new Date((edge?.at ?? new Date()).getTime() - (month * rows) / of);
    const { text } = await exportLines(db, { signer, from });
    await pipeline(text, createWriteStream(file));
  } finally {
    await db.destroy();
  }
  const times: number[] = [];
  for (let round = 0; round < lab.options.rounds; round += 1) {
    const startedAt = performance.now();
    // Without a policy it exits with 3 when everything agrees.
    const code = await run('node', [VERIFIER, file, '--lang', 'en']).then(
      () => 0,
      (error: unknown) => {
        const { code, stdout } = error as { code?: number; stdout?: string };
        if (code !== 3) throw new Error(`the verifier says: ${String(stdout)}`);
        return 3;
      },
    );
    if (code !== 3) throw new Error('the verifier checked a key that it was not given');
    times.push(performance.now() - startedAt);
  }
  return times;
}

function told(
  name: string,
  what: string,
  unit: string,
  subject: number[],
  limit: Outcome['limits'][number] | null,
): Outcome {
  return {
    name,
    what,
    against: 'nothing',
    unit,
    subject,
    reference: subject,
    target: null,
    limits: limit === null ? [] : [limit],
    subjectLatency: null,
    referenceLatency: null,
    peakMemoryMiB: null,
    notes: [],
  };
}
