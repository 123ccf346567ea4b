import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { RequestContext } from '../../../audit/request-context.ts';
import type { Config } from '../../../config/config.ts';
import { addFile } from '../add-legal-invoice-file.ts';
import { lockLegalInvoice, recordIssue } from '../record-issue.ts';
import { draftLegalInvoice } from './draft-legal-invoice.ts';
import { postponeIssue } from './postpone-issue.ts';
import { takeLegalNumber } from './take-legal-number.ts';

/**
 * Issues a legal invoice that is due in our own series: number, ETTN, audit row and the file of UBL-TR come
 * together or not at all, so that a crash leaves no gap. When something is missing, that is written down and
 * asked again later. Returns whether it was issued.
 */
export async function exportLegalInvoice(
  db: Knex,
  context: RequestContext,
  { id, config }: { id: number; config: Config },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const legal = await lockLegalInvoice(trx, id);
    if (legal.state !== 'due' || legal.sent_at !== null) return false;
    const draft = await draftLegalInvoice(trx, legal, config);
    if (!draft.ok) {
      await postponeIssue(trx, context, { id, problem: draft.problem });
      return false;
    }
    const given = await takeLegalNumber(trx, {
      prefix: config.legalInvoices.prefix,
      notBefore: context.at,
    });
    const ettn = randomUUID();
    const taken = await recordIssue(trx, context, {
      legal,
      issue: {
        ...{ issuer: 'export', ...given, ettn, ...draft.amounts },
        ...{ parties: draft.parties, rate: draft.rate },
      },
    });
    // Nobody else gives numbers of this series: `enterLegalInvoice` refuses them.
    if (taken !== null) throw new Error(`Bug! ${taken}: ${given.number}`);
    const xml = draft.write({ ...given, ettn });
    await addFile(trx, context, legal, { kind: 'xml', content: Buffer.from(xml) });
    return true;
  });
}
