import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { stampPackage } from '../../transparency/heads/stamps/stamp-package.ts';
import type { StampRow } from '../../transparency/heads/stamps/queries.ts';
import { stampDocument, tokenOf } from './bag/document-stamp.ts';
import { sha256Hex } from './bag/write-bag.ts';
import { buildPages, zipPackage } from './build-package.ts';
import { channelProfile, type ChannelProfile, type PackageProblem } from './channel-profile.ts';
import type { PackageContent } from './pages/content.ts';
import { findSamePackage, type PackageKind } from './queries.ts';
import { readContent, type ReadContent } from './read-content.ts';

type PackageConfig = Pick<
  Config,
  'transparency' | 'seller' | 'baseUrl' | 'disputePackage' | 'stamps' | 'production'
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
const PACKAGE_VERSION = 1;

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
  const contentSha256 = hashOf(read, profile);
  const same = await findSamePackage(db, { paymentId, disputeId, kind, contentSha256 });
  // One that got no time stamp is made anew while an authority may give one.
  if (same !== undefined && (same.stamped_at !== null || config.stamps.authorities.length === 0))
    return { ok: true, packageId: same.id, sha256: same.zip_sha256, isNew: false };
  if (read.content.proof === null) return { ok: false, problems: [{ field: 'bundle' }] };
  const pages = await buildPages(read.content, profile);
  if (!pages.ok) return pages;
  const { pdf, stamp } = await stamped(db, context, { config, pdf: pages.built.pdf, content: read.content });
  const zip = await zipPackage(read.content, {
    ...{ profile, pdf, policy: read.policy },
    verifier: await readFile(VERIFIER),
  });
  if (same?.zip_sha256 === sha256Hex(zip))
    return { ok: true, packageId: same.id, sha256: same.zip_sha256, isNew: false };
  const row = {
    ...{ profile, contentSha256, zip, pdf, pages: pages.built.pages },
    ...{ content: read.content, stampedAt: stamp?.generated_at ?? null },
  };
  return { ok: true, ...(await store(db, context, request, row)), isNew: true };
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

async function store(
  db: Knex,
  context: RequestContext,
  { paymentId, disputeId, kind, by }: PackageRequest,
  made: {
    profile: ChannelProfile;
    contentSha256: string;
    zip: Buffer;
    pdf: Buffer;
    pages: number;
    content: PackageContent;
    stampedAt: Date | null;
  },
): Promise<{ packageId: number; sha256: string }> {
  const { content, zip, pdf, pages, profile } = made;
  const companyId = content.facts.order.company_id;
  const sha256 = sha256Hex(zip);
  return db.transaction(async (trx) => {
    await trx('dispute_package_files')
      .insert({ sha256, company_id: companyId, bytes: zip })
      .onConflict(['company_id', 'sha256'])
      .ignore();
    const [row] = await trx('dispute_packages')
      .insert({
        company_id: companyId,
        payment_id: paymentId,
        dispute_id: disputeId,
        kind,
        name: content.name,
        as_of: content.asOf,
        made_at: context.at,
        made_by: by,
        content_sha256: made.contentSha256,
        zip_sha256: sha256,
        zip_bytes: zip.length,
        pdf_sha256: sha256Hex(pdf),
        pdf_at: zip.indexOf(pdf),
        pdf_bytes: pdf.length,
        pages,
        profile: JSON.stringify(profile),
        stamped_at: made.stampedAt,
      })
      .returning<{ id: number }[]>('id');
    if (row === undefined) throw new Error('Bug! A package got no number');
    await AuditLogger.log(trx, context, {
      action: 'dispute_package_made',
      success: true,
      ...subjectOf({ dispute_id: disputeId, payment_id: paymentId }),
      companyId,
      details: { package_id: row.id, kind, name: content.name, sha256, bytes: zip.length, pages },
    });
    return { packageId: row.id, sha256 };
  });
}

/** What an audit row about a package names: its case, or the payment where there is none. */
export function subjectOf({
  dispute_id: disputeId,
  payment_id: paymentId,
}: {
  dispute_id: number | null;
  payment_id: number;
}): { resourceType: string; resourceId: number } {
  return disputeId === null
    ? { resourceType: 'payment', resourceId: paymentId }
    : { resourceType: 'dispute', resourceId: disputeId };
}

function hashOf({ content, unproved }: ReadContent, profile: ChannelProfile): string {
  const told = [String(PACKAGE_VERSION), JSON.stringify(profile), content.data.sha256, unproved];
  const hash = createHash('sha256');
  for (const text of told) hash.update(text).update('\0');
  return hash.digest('hex');
}
