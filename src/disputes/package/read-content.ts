import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { localDay } from '../../local-calendar.ts';
import { formatFor } from '../../web/format.ts';
import { prepareAnswer, type Answer } from '../answers/prepare-answer.ts';
import { postDeliveries } from '../delivery/post-deliveries.ts';
import { readDelivery } from '../delivery/read-delivery.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { readPaymentFacts } from '../facts/read-payment-facts.ts';
import { findCase, type DisputeCase } from '../queries.ts';
import { findReason } from '../reasons/reason-codes.ts';
import { attached } from './build-package.ts';
import type { ChannelProfile } from './channel-profile.ts';
import { newestTime } from './newest-time.ts';
import type { AttachedFile, PackageContent } from './pages/content.ts';
import { readArgument } from './read-argument.ts';
import { readExhibits, readInvoiceFiles, readMailFiles, readSeen } from './read-attachments.ts';
import { readBundle } from './read-bundle.ts';

/** The contents of a package, and that by which two are known to tell the same. */
export interface ReadContent {
  content: PackageContent;
  policy: string;
  /** The evidence without its proofs, which change with every other record of the log. */
  unproved: string;
  /** The letter with the claims that nothing confirms, and the history with its inputs. */
  answer: Answer;
}

type ContentConfig = Pick<Config, 'transparency' | 'seller' | 'baseUrl' | 'cardHistory'>;

/**
 * Reads everything that a package of a payment tells, as of its newest record. Undefined for a payment that
 * does not exist.
 */
export async function readContent(
  db: Knex,
  context: RequestContext,
  input: { config: ContentConfig; profile: ChannelProfile; paymentId: number; disputeId: number | null },
): Promise<ReadContent | undefined> {
  const { config, profile, paymentId, disputeId } = input;
  await postDeliveries(db, context);
  const read = await readPaymentFacts(db, { paymentId, companyId: null, asOf: context.at });
  if (read === undefined) return undefined;
  const { order } = read;
  const dispute =
    disputeId === null ? null : ((await findCase(db, { companyId: order.company_id, disputeId })) ?? null);
  const { language } = profile;
  const delivery = await readDelivery(db, { paymentId });
  const exhibits = dispute === null ? [] : await readExhibits(db, dispute, language);
  const mails = await readMailFiles(db, read, context.at);
  const received = dispute?.received_at;
  const told = {
    read,
    delivery,
    received,
    trail: mails.trail,
    added: exhibits.map(({ addedAt }) => addedAt),
  };
  const asOf = newestTime(told, context.at) ?? order.created_at;
  const facts = { ...read, as_of: asOf };
  const answer = await prepareAnswer(db, {
    ...{ facts, at: context.at, dispute, config },
    exhibits: exhibits.map(({ record, tag }) => ({ id: record.id, proves: tag })),
  });
  const { bytes, proof, ...bundle } = await readBundle(db, context, {
    ...{ config, userId: order.user_id, companyId: order.company_id, asOf },
    ...evidenceTime(facts, asOf),
  });
  const content: Omit<PackageContent, 'data'> = {
    ...{ asOf, facts, dispute, delivery, exhibits, seller: config.seller },
    ...readArgument(facts, answer, language),
    name: nameOf(asOf, { paymentId, disputeId }),
    reason: reasonText(dispute, profile),
    seen: await readSeen(db, facts, context.at),
    mails: mails.files,
    invoices: await readInvoiceFiles(db, facts),
    bundle: attached('bundle.json', bytes),
    proof: proof && { ...proof, logAddress: `${config.baseUrl}/log` },
  };
  return { content: { ...content, data: dataOf(content) }, answer, ...bundle };
}

/**
 * `CB20261116D1A`: the day of the newest record, and the number of the case (D) or payment (P) to the base
 * of 36. At most 16 characters for the first 60 million of them.
 */
function nameOf(asOf: Date, ids: { paymentId: number; disputeId: number | null }): string {
  const day = localDay(asOf).replaceAll('-', '');
  const { paymentId, disputeId } = ids;
  const [letter, id] = disputeId === null ? (['P', paymentId] as const) : (['D', disputeId] as const);
  return `CB${day}${letter}${id.toString(36).toUpperCase()}`;
}

/** From what led to the order until the paid time ended, or until now. */
function evidenceTime({ order, consent, period }: PaymentFacts, asOf: Date): { from: Date; to: Date } {
  const starts = [order.created_at, consent?.accepted_at, period?.start].filter((at) => at !== undefined);
  const from = new Date(Math.min(...starts.map((at) => at.getTime())));
  const to = new Date(Math.min(asOf.getTime() + 1, period?.end.getTime() ?? Infinity));
  return { from, to: to > from ? to : new Date(from.getTime() + 1) };
}

/** The reason that the bank gave, in plain words. */
function reasonText(dispute: DisputeCase | null, { language }: ChannelProfile): string | null {
  if (dispute === null || dispute.reason_code === null) return null;
  const { network, reason_code: code } = dispute;
  const known = findReason(network, code);
  const { t } = formatFor(language);
  const name = network === null ? code : `${t(`disputes.network_${network}`)} ${code}`;
  return known === undefined ? name : `${name}: ${known[language]}`;
}

/**
 * The contents of the pages as data: the facts that speak for a case, each with its record. Facts against it
 * are for the desk.
 */
function dataOf(content: Omit<PackageContent, 'data'>): AttachedFile {
  const { facts, dispute, delivery, letter, history, exhibits, mails, seen, invoices } = content;
  const told = without(facts, ['faults', 'refused_sign_ins', 'warnings', 'neighbours', 'priors']);
  const files = [...seen, ...mails, ...invoices].map(({ path, sha256 }) => ({ path, sha256 }));
  const data = {
    name: content.name,
    as_of: content.asOf,
    case: dispute && {
      id: dispute.id,
      round: dispute.round,
      reference: dispute.reference,
      network: dispute.network,
      reason_code: dispute.reason_code,
      amount_minor: dispute.amount_minor,
      currency: dispute.currency,
      received_at: dispute.received_at,
    },
    letter,
    facts: told,
    delivery: without(delivery, ['posted_to']),
    history,
    exhibits: exhibits.map((exhibit) => without(exhibit, ['bytes'])),
    files,
  };
  return attached('case.json', Buffer.from(`${JSON.stringify(data, null, 1)}\n`));
}

function without<Of extends object, Name extends keyof Of>(value: Of, names: Name[]): Omit<Of, Name> {
  const left = Object.entries(value).filter(([name]) => !names.some((other) => other === name));
  return Object.fromEntries(left) as Omit<Of, Name>;
}
