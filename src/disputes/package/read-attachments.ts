import type { Knex } from 'knex';
import { readFileContent } from '../../billing/legal-invoices/month-queries.ts';
import { listFiles } from '../../billing/legal-invoices/queries.ts';
import { formatFor } from '../../web/format.ts';
import { exhibitFileName } from '../exhibits/exhibit.ts';
import { mediaTypes } from '../exhibits/files/checked-file.ts';
import { asDeliveryReport, listMailTrail, type TrailMail } from '../exhibits/mail-trail.ts';
import { listExhibits, readExhibit } from '../exhibits/queries.ts';
import { listSeenByCustomer } from '../exhibits/seen-by-customer.ts';
import { recordOf } from '../facts/fact-record.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import type { DisputeCase } from '../queries.ts';
import { attached } from './build-package.ts';
import type { AttachedFile, ExhibitFile, MailFile, SeenFile } from './pages/content.ts';

/**
 * The exhibits of a case for the answer of its round. The notice is left out: it is the bank's own, and says
 * what is claimed.
 */
export async function readExhibits(
  db: Knex,
  { id: disputeId, round }: DisputeCase,
  language: 'tr' | 'en',
): Promise<ExhibitFile[]> {
  const { t } = formatFor(language);
  const files: ExhibitFile[] = [];
  for (const { id, kind } of await listExhibits(db, { disputeId, round })) {
    if (kind === 'notice') continue;
    const exhibit = await readExhibit(db, { disputeId, exhibitId: id });
    if (exhibit === undefined) continue;
    files.push({
      ...attached(`exhibits/${exhibitFileName(exhibit)}`, exhibit.content),
      record: recordOf('dispute_exhibit', id),
      name: exhibit.name,
      description: exhibit.description,
      tag: exhibit.proves,
      proves: t(`disputeDefences.proves_${exhibit.proves}`),
      contentType: mediaTypes[exhibit.file_kind],
      text: exhibit.text,
      addedAt: exhibit.added_at,
    });
  }
  return files;
}

/** The mails to the payer as they were kept, each with what became of it in a file beside it. */
export async function readMailFiles(
  db: Knex,
  { order }: PaymentFacts,
  asOf: Date,
): Promise<{ files: MailFile[]; trail: TrailMail[] }> {
  const trail = await listMailTrail(db, { paymentId: order.id, asOf });
  const files = trail.flatMap((mail): MailFile[] => {
    const record = recordOf('mail', mail.mailId);
    const report = Buffer.from(asDeliveryReport(mail));
    return [
      { ...attached(`mails/${mail.name}`, mail.bytes), record },
      { ...attached(`mails/${mail.name.replace(/\.eml$/, '.txt')}`, report), record: null },
    ];
  });
  return { files, trail };
}

/** Pages that the customer was shown and accepted. */
export async function readSeen(db: Knex, { order }: PaymentFacts, asOf: Date): Promise<SeenFile[]> {
  const pages = await listSeenByCustomer(db, { paymentId: order.id, asOf });
  return pages.map(({ id, name, bytes }) => ({ ...attached(`seen/${name}`, bytes), id }));
}

/** The files of the payment's legal invoices, as they were issued. */
export async function readInvoiceFiles(
  db: Knex,
  { legal_invoices: legal }: PaymentFacts,
): Promise<AttachedFile[]> {
  const rows = await listFiles(
    db,
    legal.map(({ record }) => record.id),
  );
  const files: AttachedFile[] = [];
  for (const { id, kind } of rows)
    files.push(attached(`invoices/inv-${String(id)}.${kind}`, await readFileContent(db, id)));
  return files;
}
