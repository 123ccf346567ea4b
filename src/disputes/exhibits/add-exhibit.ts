import { hash } from 'node:crypto';
import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import { boundedText } from '../../storable-text.ts';
import type { CaseRow } from '../case-row.ts';
import type { ProofTag } from '../defences/proof-tags.ts';
import { lockCase } from '../lock-case.ts';
import { roundForNew, type ExhibitKind } from './exhibit.ts';
import type { CheckedFile } from './files/checked-file.ts';

/** Longest name of a file that is kept, in characters. */
const NAME_MAX = 200;

/** Most bytes of one file as it is stored; the table refuses more. A rebuilt picture can grow. */
const STORED_MAX = 32 * 1024 * 1024;

/** A file to be added to a case. */
interface NewExhibit {
  kind: ExhibitKind;
  /** The name under which it came. */
  name: string;
  description: string;
  proves: ProofTag;
  file: CheckedFile;
  /** The bytes as they came, before a picture was rebuilt. */
  received: Buffer;
  /** The mail of the outbox that it is a copy of. */
  mailId?: number;
}

type AddingOutcome =
  { ok: true; exhibitId: number; round: number } | { ok: false; reason: 'ended' | 'same-file' | 'case-full' };

/**
 * Adds a file to a case, with its audit row, in the caller's transaction if there is one. The file counts
 * for the round that is being prepared; once the package is fixed, for the next. `caseBytesMax` bounds all
 * files of a case that were not withdrawn. Refuses a case that has ended, and a file that it has already.
 */
export async function addExhibit(
  db: Knex,
  context: RequestContext,
  input: { disputeId: number; exhibit: NewExhibit; caseBytesMax: number },
): Promise<AddingOutcome> {
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, input.disputeId);
    const round = roundForNew(dispute);
    if (round === null) return { ok: false, reason: 'ended' };
    const { content } = input.exhibit.file;
    const kept = await trx('dispute_exhibits')
      .where('dispute_id', dispute.id)
      .whereNull('withdrawn_at')
      .select<{ sha256: string; received_sha256: string; bytes: number }[]>([
        'sha256',
        'received_sha256',
        'bytes',
      ]);
    const received = hash('sha256', input.exhibit.received);
    if (kept.some((one) => [one.sha256, one.received_sha256].includes(received)))
      return { ok: false, reason: 'same-file' };
    const bytes = kept.reduce((sum, one) => sum + one.bytes, content.length);
    if (bytes > input.caseBytesMax || content.length > STORED_MAX) return { ok: false, reason: 'case-full' };
    const exhibitId = await insertExhibit(trx, context, { ...input.exhibit, received, dispute, round });
    return { ok: true, exhibitId, round };
  });
}

async function insertExhibit(
  trx: Knex.Transaction,
  context: RequestContext,
  input: Omit<NewExhibit, 'received'> & { received: string; dispute: CaseRow; round: number },
): Promise<number> {
  const { dispute, round, file, kind, proves, mailId } = input;
  const [row] = await trx('dispute_exhibits')
    .insert({
      dispute_id: dispute.id,
      company_id: dispute.company_id,
      round,
      kind,
      name: boundedText(input.name, NAME_MAX),
      description: input.description,
      proves,
      file_kind: file.kind,
      content: file.content,
      received_sha256: input.received,
      ...{ width: file.width, height: file.height, pages: file.pages, text: file.text },
      mail_id: mailId ?? null,
      added_at: context.at,
      added_by: context.userId,
    })
    .returning<{ id: number; sha256: string; bytes: number }[]>(['id', 'sha256', 'bytes']);
  if (row === undefined) throw new Error('Bug! An insert returned no row');
  await AuditLogger.logOrThrow(trx, context, {
    action: kind === 'customer-mail' ? 'dispute_customer_asked' : 'dispute_exhibit_added',
    success: true,
    resourceType: 'dispute',
    resourceId: dispute.id,
    companyId: dispute.company_id,
    details: {
      exhibit_id: row.id,
      payment_id: dispute.payment_id,
      ...{ kind, proves, round, file_kind: file.kind, bytes: row.bytes, sha256: row.sha256 },
      received_sha256: input.received,
      ...(mailId === undefined ? {} : { mail_id: mailId }),
    },
  });
  return row.id;
}
