import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import { DAY_MS } from '../../durations.ts';
import { localTime } from '../../local-calendar.ts';
import type { PaidPlan } from '../../plan.ts';
import { GRACE_DAYS } from '../plans.ts';
import type { Offer } from '../prices/find-offers.ts';
import { renewalEntry } from './card-evidence.ts';
import { findChargeableCard, type ChargeableCard } from './queries.ts';
import { findRenewal } from './renewal-queries.ts';

/** The mail names the amount at least so many days before the charge. */
const NOTICE_DAYS = 7;

/** The charge of a period to a card that a mail is about to announce. */
export interface PlannedRenewal {
  card: ChargeableCard;
  chargeFrom: Date;
  plan: PaidPlan;
  currency: Currency;
  amountMinor: number;
  dueAt: Date;
  offer: Extract<Offer, { ok: true }>;
}

/**
 * The charge that a reminder can announce for the payment of a company that is due next: on the day on which
 * the paid time ends, and not before seven days have passed. Null without a card that may be charged, when
 * one was announced for that end already, and when the days of grace would be over by then.
 */
export async function planRenewal(
  db: Knex,
  { at }: RequestContext,
  input: {
    companyId: number;
    config: Config;
    charge: { plan: PaidPlan; currency: Currency; amountMinor: number; dueAt: Date };
    offers: Offer[];
  },
): Promise<PlannedRenewal | null> {
  const { companyId, config, charge, offers } = input;
  if (!config.storedCards.isOn) return null;
  const offer = offers.filter(({ ok }) => ok).find(({ currency }) => currency === charge.currency);
  const card = await findChargeableCard(db, companyId);
  if (card === undefined || offer?.ok !== true) return null;
  if ((await findRenewal(db, companyId, charge.dueAt)) !== undefined) return null;
  const dayBegins = localTime(charge.dueAt).startOfDay().epochMilliseconds;
  const chargeFrom = new Date(Math.max(dayBegins, at.getTime() + NOTICE_DAYS * DAY_MS));
  if (chargeFrom.getTime() >= charge.dueAt.getTime() + GRACE_DAYS * DAY_MS) return null;
  return { card, chargeFrom, ...charge, offer };
}

/**
 * Notes a charge that was announced by mail, in the transaction that wrote the mail: what it named is what is
 * charged, with the facts of its price.
 */
export async function announceRenewal(
  trx: Knex.Transaction,
  context: RequestContext,
  { card, chargeFrom, plan, currency, amountMinor, dueAt, offer }: PlannedRenewal,
): Promise<void> {
  const renewal = { company_id: card.company_id, due_at: dueAt, plan, currency, amount_minor: amountMinor };
  await trx('card_renewals').insert({
    ...renewal,
    card_id: card.id,
    announced_at: context.at,
    charge_from: chargeFrom,
    price_list_id: offer.priceListId,
    price_facts: JSON.stringify(offer.facts),
    next_try_at: chargeFrom,
  });
  const details = { charge_from: chargeFrom, price_list_version: offer.facts.list_version };
  const entry = renewalEntry('card_renewal_announced', { ...renewal, tries: 0 }, details);
  await AuditLogger.log(trx, context, entry);
}
