import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { storeDecision } from '../ce3/store-decision.ts';
import { sha256Hex } from './bag/write-bag.ts';
import type { ChannelProfile } from './channel-profile.ts';
import { packageColumns, type PackageKind } from './queries.ts';
import type { ReadContent } from './read-content.ts';

/** A package as it is to be kept. */
interface NewPackage {
  paymentId: number;
  disputeId: number | null;
  kind: PackageKind;
  by: number | null;
  read: ReadContent;
  profile: ChannelProfile;
  contentSha256: string;
  zip: Buffer;
  pdf: Buffer;
  pages: number;
  stampedAt: Date | null;
}

interface Stored {
  packageId: number;
  sha256: string;
}

/** Keeps a package with its bytes, and the decision about the history of the card that it shows. */
export async function storePackage(db: Knex, context: RequestContext, made: NewPackage): Promise<Stored> {
  const { read, zip, pdf, kind, paymentId, disputeId } = made;
  const { content, answer } = read;
  const { company_id: companyId, user_id: userId } = content.facts.order;
  const sha256 = sha256Hex(zip);
  return db.transaction(async (trx) => {
    await trx('dispute_package_files')
      .insert({ sha256, company_id: companyId, bytes: zip })
      .onConflict(['company_id', 'sha256'])
      .ignore();
    const row = {
      ...{ company_id: companyId, payment_id: paymentId, dispute_id: disputeId, kind },
      ...{ name: content.name, as_of: content.asOf, made_at: context.at, made_by: made.by },
      ...{ content_sha256: made.contentSha256, zip_sha256: sha256, zip_bytes: zip.length },
      ...{ pdf_sha256: sha256Hex(pdf), pdf_at: zip.indexOf(pdf), pdf_bytes: pdf.length, pages: made.pages },
      ...{ profile: JSON.stringify(made.profile), stamped_at: made.stampedAt },
    };
    if (disputeId !== null && answer.history !== null)
      await storeDecision(trx, context, {
        dispute: { id: disputeId, company_id: companyId, user_id: userId, payment_id: paymentId },
        input: answer.history.input,
      });
    return insertPackage(trx, context, row);
  });
}

/** Keeps a package under another kind: the same bytes, made by somebody else at another time. */
export async function storeAgain(
  db: Knex,
  context: RequestContext,
  { packageId, kind, by }: { packageId: number; kind: PackageKind; by: number | null },
): Promise<Stored> {
  return db.transaction(async (trx) => {
    const same = await trx('dispute_packages')
      .where({ id: packageId })
      .first<(PackageRow & { profile: ChannelProfile }) | undefined>(packageColumns);
    if (same === undefined) throw new Error('Bug! A package is gone');
    const profile = JSON.stringify(same.profile);
    return insertPackage(trx, context, { ...same, profile, kind, made_at: context.at, made_by: by });
  });
}

type PackageRow = {
  company_id: number;
  payment_id: number;
  dispute_id: number | null;
  kind: PackageKind;
  name: string;
  zip_sha256: string;
  zip_bytes: number;
  pages: number;
} & Record<string, unknown>;

async function insertPackage(
  trx: Knex.Transaction,
  context: RequestContext,
  row: PackageRow,
): Promise<Stored> {
  const [kept] = await trx('dispute_packages').insert(row).returning<{ id: number }[]>('id');
  if (kept === undefined) throw new Error('Bug! A package got no number');
  const { kind, name, zip_sha256: sha256, zip_bytes: bytes, pages, company_id: companyId } = row;
  await AuditLogger.log(trx, context, {
    action: 'dispute_package_made',
    success: true,
    ...subjectOf(row),
    companyId,
    details: { package_id: kept.id, kind, name, sha256, bytes, pages },
  });
  return { packageId: kept.id, sha256 };
}

/** The subject of an audit row about a package: its case, or the payment where there is none. */
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
