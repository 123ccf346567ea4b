import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import { preparingStates } from '../case-states.ts';
import { proofTags } from '../defences/proof-tags.ts';
import type { DisputeCase } from '../queries.ts';
import { addedKinds, canWithdraw, roundForNew, type Exhibit } from './exhibit.ts';
import { listMailTrail, type TrailMail } from './mail-trail.ts';
import { listExhibits } from './queries.ts';
import { caseUrl } from '../requested-case.ts';
import { listSeenByCustomer, type SeenPage } from './seen-by-customer.ts';

/** The part of a case that `views/disputes/exhibits/_section.ejs` shows. */
interface ExhibitSection {
  exhibits: (Exhibit & { url: string; withdrawUrl: string | null })[];
  /** Pages that the customer was shown, ready to be used. */
  seen: (Omit<SeenPage, 'bytes'> & { url: string })[];
  /** True for an order from before the words about its price were kept. */
  pricesNotKept: boolean;
  /** The mails to the payer. */
  mails: (Omit<TrailMail, 'bytes'> & { url: string; reportUrl: string })[];
  /** Where a file is added. Null: for an admin, or when the case has ended. */
  addUrl: string | null;
  /** Where the customer is asked. Null likewise. */
  customerMailUrl: string | null;
  /** The round for which an addition counts now; null while that is the present one. */
  laterRound: number | null;
  hasEnded: boolean;
  kinds: readonly string[];
  tags: readonly string[];
  fileMegabytes: number;
}

/** The exhibits of a case at a moment, for its page: an admin reads, an operator also adds and withdraws. */
export async function exhibitSection(
  db: Knex,
  input: { dispute: DisputeCase; asOf: Date; isOperator: boolean; config: Pick<Config, 'exhibits'> },
): Promise<ExhibitSection> {
  const { dispute, asOf, isOperator, config } = input;
  const base = caseUrl(dispute, '/exhibits');
  const exhibits = await listExhibits(db, { disputeId: dispute.id });
  const seen = await listSeenByCustomer(db, { paymentId: dispute.payment_id, asOf });
  const mails = await listMailTrail(db, { paymentId: dispute.payment_id, asOf });
  const round = roundForNew(dispute);
  const mayAdd = isOperator && round !== null;
  return {
    exhibits: exhibits.map((exhibit) => ({
      ...exhibit,
      url: `${base}/${String(exhibit.id)}/file`,
      withdrawUrl:
        isOperator && canWithdraw(exhibit, dispute) ? `${base}/${String(exhibit.id)}/withdraw` : null,
    })),
    seen: seen.map(({ bytes: _, ...page }) => ({ ...page, url: `${base}/seen/${page.id}` })),
    pricesNotKept: !seen.some(({ id }) => id === 'prices'),
    mails: mails.map(({ bytes: _, ...mail }) => {
      const url = `${base}/mails/${String(mail.mailId)}`;
      return { ...mail, url, reportUrl: `${url}/report` };
    }),
    addUrl: mayAdd ? base : null,
    customerMailUrl: mayAdd ? `${base}/customer-mail` : null,
    laterRound: preparingStates.includes(dispute.state) ? null : round,
    hasEnded: round === null,
    kinds: addedKinds,
    tags: proofTags,
    fileMegabytes: config.exhibits.fileBytesMax / 1024 / 1024,
  };
}
