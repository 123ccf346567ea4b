import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { inSnapshot } from '../../db/stream-rows.ts';
import { readEvidence, type Downloader } from '../../evidence/read-evidence.ts';
import type { EvidenceScope } from '../../evidence/scope.ts';
import { writeBundle } from '../../evidence/write-evidence.ts';
import { publishCompanyGuarded } from '../../transparency/heads/outside/publish-company-guarded.ts';
import { readCheckpoint } from '../../transparency/notes/checkpoint.ts';
import { logSigner } from '../../transparency/sequence/log-signer.ts';
import { findStaffId } from './queries.ts';

/** The records of a case as data. */
interface ReadBundle {
  bytes: Buffer;
  /** The same without its proof: what changes when the log grows only by records of others. */
  unproved: string;
  proof: { log: string; size: number; root: string; vkeys: string[] } | null;
  policy: string;
}

/**
 * The evidence about the payer in the time of the payment, with its proofs: own payments only, and of others
 * nothing but that they acted. The log is brought up to date first. `asOf` stands as its time, so that the
 * same records give the same bytes.
 */
export async function readBundle(
  db: Knex,
  context: RequestContext,
  input: {
    config: Pick<Config, 'transparency' | 'seller'>;
    userId: number;
    companyId: number;
    from: Date;
    to: Date;
    asOf: Date;
  },
): Promise<ReadBundle> {
  const { config, userId, companyId, from, to, asOf } = input;
  await publishCompanyGuarded(db, context, { config, companyId });
  const scope: EvidenceScope = {
    ...{ userId, companyId, from, to, isOwnCopy: true },
    download: { at: asOf, requestId: context.requestId },
  };
  const by = await sellerAs(db, config, userId);
  const signer = logSigner(config);
  const chunks = inSnapshot(db, new AbortController().signal, (snapshot) =>
    writeBundle(readEvidence(snapshot, { ...context, at: asOf }, { scope, by, form: 'json', signer })),
  );
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  const bytes = Buffer.concat(parts);
  return { bytes, ...readProof(bytes.toString()) };
}

/**
 * The file is the seller's, whoever of the staff asked for it: their names are no evidence. Its number is
 * that of the first account of the staff, or the payer's where there is none yet.
 */
async function sellerAs(db: Knex, { seller }: Pick<Config, 'seller'>, userId: number): Promise<Downloader> {
  const id = (await findStaffId(db)) ?? userId;
  return { id, full_name: seller.name, email: seller.email, role: 'operator' };
}

/** The lines of `proof` begin and end at these; no record holds a line feed. */
const PROOF_START = '\n"proof":';
const PROOF_END = ',\n"summary":';

interface LogProof {
  log: string;
  vkeys: string[];
  checkpoint: string;
}

function readProof(text: string): Pick<ReadBundle, 'unproved' | 'proof' | 'policy'> {
  const start = text.indexOf(PROOF_START);
  const end = text.lastIndexOf(PROOF_END);
  if (start === -1) return { unproved: text, proof: null, policy: '' };
  const unproved = text.slice(0, start) + text.slice(end);
  const own = JSON.parse(text.slice(start + PROOF_START.length, end)) as LogProof & {
    platform: LogProof | null;
  };
  const head = readCheckpoint(own.checkpoint);
  const keys = [...own.vkeys, ...(own.platform?.vkeys ?? [])];
  return {
    unproved: unproved.replaceAll(/"log_index":(?:\d+|null)/g, ''),
    policy: [...keys.map((vkey) => `log ${vkey}`), 'quorum none', ''].join('\n'),
    proof: head && {
      log: own.log,
      size: head.size,
      root: head.root.toString('base64'),
      vkeys: own.vkeys,
    },
  };
}
