import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { stampPackage } from '../../transparency/heads/stamps/stamp-package.ts';
import type { StampRow } from '../../transparency/heads/stamps/queries.ts';
import { stampDocument, tokenOf } from './bag/document-stamp.ts';
import { buildPages, zipPackage } from './build-package.ts';
import { channelProfile, type ChannelProfile, type PackageProblem } from './channel-profile.ts';
import type { PackageContent } from './pages/content.ts';
import { findSamePackage, type PackageKind, type SamePackage } from './queries.ts';
import { readContent, type ReadContent } from './read-content.ts';
import { storeAgain, storePackage } from './store-package.ts';

type PackageConfig = Pick<
  Config,
  'transparency' | 'seller' | 'baseUrl' | 'cardHistory' | 'disputePackage' | 'stamps' | 'production'
>;

/** The payment or case of a package, and the person who asks. */
interface PackageRequest {
  config: PackageConfig;
  paymentId: number;
  /** Null for a payment without a case. */
  disputeId: number | null;
  kind: PackageKind;
  /** The person who asks; null: the schedule. */
  by: number | null;
}

type MadePackage =
  { ok: true; packageId: number; sha256: string; isNew: boolean } | { ok: false; problems: PackageProblem[] };

/** Counts up with every change of what a package has or how it looks, so that the next one is made anew. */
const PACKAGE_VERSION = 3;

const VERIFIER = new URL('../../transparency/verifier/verify.mjs', import.meta.url);

/**
 * Makes the package of a payment, or gives the one that tells the same. Refuses with every rule of the
 * channel that it would break: nothing is cut to keep one. Not for a transaction: it asks an authority for a
 * time stamp. Undefined for a payment that does not exist.
 */
export async function makePackage(
  db: Knex,
  context: RequestContext,
  request: PackageRequest,
): Promise<MadePackage | undefined> {
  const { config, paymentId, disputeId, kind } = request;
  const profile = channelProfile(config);
  const read = await readContent(db, context, { config, profile, paymentId, disputeId });
  if (read === undefined) return undefined;
  const { wrong } = read.answer;
  if (wrong.length > 0) {
    context.log.error({ payment_id: paymentId, wrong }, 'a letter says what no record says');
    return { ok: false, problems: [{ field: 'letter', actual: wrong.length }] };
  }
  const contentSha256 = hashOf(read, profile);
  const same = await findSamePackage(db, { paymentId, disputeId, kind, contentSha256 });
  // One that got no time stamp is made anew while an authority may give one.
  const isLasting = same?.stamped_at != null || config.stamps.authorities.length === 0;
  if (same !== undefined && isLasting) return reuse(db, context, request, same);
  const { content } = read;
  if (content.proof === null) return { ok: false, problems: [{ field: 'bundle' }] };
  const pages = await buildPages(content, profile);
  if (!pages.ok) return pages;
  const { pdf, stamp } = await stamped(db, context, { config, pdf: pages.built.pdf, content });
  if (same !== undefined && stamp === null) return reuse(db, context, request, same);
  const verifier = await readFile(VERIFIER);
  const zip = await zipPackage(content, { profile, pdf, policy: read.policy, verifier });
  const made = await storePackage(db, context, {
    ...{ ...request, read, profile, contentSha256, zip, pdf },
    ...{ pages: pages.built.pages, stampedAt: stamp?.generated_at ?? null },
  });
  return { ok: true, ...made, isNew: true };
}

/** The package that tells the same: itself, or under the kind that is asked for now. */
async function reuse(
  db: Knex,
  context: RequestContext,
  { kind, by }: PackageRequest,
  same: SamePackage,
): Promise<MadePackage> {
  if (same.kind === kind) return { ok: true, packageId: same.id, sha256: same.zip_sha256, isNew: false };
  const made = await storeAgain(db, context, { packageId: same.id, kind, by });
  return { ok: true, ...made, isNew: true };
}

/** The document with the time stamp of an authority, or as it is where none gave one. */
async function stamped(
  db: Knex,
  context: RequestContext,
  { config, pdf, content }: { config: PackageConfig; pdf: Buffer; content: PackageContent },
): Promise<{ pdf: Buffer; stamp: StampRow | null }> {
  if (config.stamps.authorities.length === 0) return { pdf, stamp: null };
  let stamp: StampRow | null = null;
  const withStamp = await stampDocument(pdf, {
    at: content.asOf,
    by: content.seller.name,
    stamp: async (covered) => {
      const digest = createHash('sha256').update(covered).digest();
      stamp = await stampPackage(db, context, { digest, config });
      return stamp && tokenOf(stamp.reply);
    },
  });
  return { pdf: withStamp ?? pdf, stamp };
}

function hashOf({ content, unproved }: ReadContent, profile: ChannelProfile): string {
  const told = [String(PACKAGE_VERSION), JSON.stringify(profile), content.data.sha256, unproved];
  const hash = createHash('sha256');
  for (const text of told) hash.update(text).update('\0');
  return hash.digest('hex');
}
