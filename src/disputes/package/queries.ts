import type { Knex } from 'knex';
import type { ChannelProfile } from './channel-profile.ts';

/** A package is of an open case, the fixed answer of one, or of a payment without a case. */
export type PackageKind = 'draft' | 'frozen' | 'payment';

/** A package that was made, without its bytes. */
export interface DisputePackage {
  id: number;
  company_id: number;
  payment_id: number;
  dispute_id: number | null;
  kind: PackageKind;
  name: string;
  as_of: Date;
  content_sha256: string;
  made_at: Date;
  made_by: number | null;
  /** Null where the schedule made it. */
  maker_name: string | null;
  zip_sha256: string;
  zip_bytes: number;
  pdf_sha256: string;
  pdf_at: number;
  pdf_bytes: number;
  pages: number;
  profile: ChannelProfile;
  stamped_at: Date | null;
}

/** A package; of any company when `companyId` is null. */
export async function findPackage(
  db: Knex,
  { companyId, packageId }: { companyId: number | null; packageId: number },
): Promise<DisputePackage | undefined> {
  const query = packages(db).where('dispute_packages.id', packageId);
  if (companyId !== null) void query.where('dispute_packages.company_id', companyId);
  return query.first<DisputePackage | undefined>();
}

/** The packages of a case, newest first, at most a hundred. */
export async function listPackages(
  db: Knex,
  { companyId, disputeId }: { companyId: number | null; disputeId: number },
): Promise<DisputePackage[]> {
  const query = packages(db)
    .where('dispute_packages.dispute_id', disputeId)
    .orderBy('dispute_packages.id', 'desc')
    .limit(100);
  if (companyId !== null) void query.where('dispute_packages.company_id', companyId);
  return query.then((rows: DisputePackage[]) => rows);
}

/** A package that tells the same as another one. */
export type SamePackage = Pick<DisputePackage, 'id' | 'kind' | 'zip_sha256' | 'stamped_at'>;

/** The newest package that tells the same: of the kind asked for, else of another. */
export async function findSamePackage(
  db: Knex,
  same: { paymentId: number; disputeId: number | null; kind: PackageKind; contentSha256: string },
): Promise<SamePackage | undefined> {
  return db('dispute_packages')
    .where({ payment_id: same.paymentId, content_sha256: same.contentSha256 })
    .whereRaw('dispute_id is not distinct from ?::bigint', [same.disputeId])
    .orderByRaw('kind = ? desc, id desc', [same.kind])
    .first<SamePackage | undefined>('id', 'kind', 'zip_sha256', 'stamped_at');
}

/** Bytes in one piece: the database keeps them in larger ones. */
const PIECE_BYTES = 256 * 1024;

/** The bytes of a package from a place on, in pieces. */
export async function* readPackageBytes(
  db: Knex,
  { company_id, zip_sha256 }: Pick<DisputePackage, 'company_id' | 'zip_sha256'>,
  { from, bytes }: { from: number; bytes: number },
): AsyncGenerator<Buffer, void> {
  for (let done = 0; done < bytes; done += PIECE_BYTES) {
    const row = await db('dispute_package_files')
      .where({ company_id, sha256: zip_sha256 })
      .first<{ piece: Buffer } | undefined>(
        db.raw('substring(bytes from ?::int for ?::int) as piece', [
          from + done + 1,
          Math.min(PIECE_BYTES, bytes - done),
        ]),
      );
    if (row === undefined) throw new Error('Bug! The bytes of a package are gone');
    yield row.piece;
  }
}

/** The columns of a package beside its number. */
export const packageColumns = [
  ...['company_id', 'payment_id', 'dispute_id', 'kind', 'name', 'as_of', 'made_at', 'made_by'],
  ...['content_sha256', 'zip_sha256', 'zip_bytes', 'pdf_sha256', 'pdf_at', 'pdf_bytes', 'pages', 'profile'],
  'stamped_at',
];

function packages(db: Knex): Knex.QueryBuilder {
  return db('dispute_packages')
    .leftJoin('users as makers', 'makers.id', 'dispute_packages.made_by')
    .select([
      ...['id', ...packageColumns].map((name) => `dispute_packages.${name}`),
      'makers.full_name as maker_name',
    ]);
}

/** A payment of which a package can be made; null: of any company, of any person. */
export async function findPackagePayment(
  db: Knex,
  { companyId, paymentId, userId }: { companyId: number | null; paymentId: number; userId: number | null },
): Promise<{ id: number; company_id: number; user_id: number } | undefined> {
  const query = db('payments').where('payments.id', paymentId);
  if (companyId !== null) void query.where('payments.company_id', companyId);
  if (userId !== null) void query.where('payments.user_id', userId);
  return query.first<{ id: number; company_id: number; user_id: number } | undefined>(
    'payments.id',
    'payments.company_id',
    'payments.user_id',
  );
}

/** The first account of the staff: bundles are the seller's, whoever asked. Undefined where there is none. */
export async function findStaffId(db: Knex): Promise<number | undefined> {
  const first = await db('users')
    .where('users.role', 'operator')
    .min<{ id: number | null }[]>('users.id as id');
  return first[0]?.id ?? undefined;
}
