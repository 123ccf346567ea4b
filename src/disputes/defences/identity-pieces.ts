import type { Ce3Flag } from '../ce3/ce3-decision.ts';
import { localTime } from '../../local-calendar.ts';
import { findClock } from '../reasons/stage-clocks.ts';
import { publicAddress } from '../ce3/public-address.ts';
import { recordOf } from '../facts/fact-record.ts';
import type { PriorFact } from '../facts/money-facts.ts';
import { cleanPriors, type PaymentFacts } from '../facts/payment-facts.ts';
import { isAuthenticated, readThreeD } from '../facts/three-d.ts';
import { claimOfFraud } from '../reasons/claim-of-fraud.ts';
import {
  askedFor,
  firstRecords,
  missing,
  ready,
  when,
  type FoundPiece,
  type PieceContext,
} from './found-piece.ts';

/** Equal identifiers that the older rule of card-absent disputes asks for. */
const IDENTIFIERS_NEEDED = 3;

/** Pieces about who paid. */
export const identityPieces = {
  three_d: ({ facts: { card } }: PieceContext): FoundPiece => {
    const isProven = card !== null && isAuthenticated(readThreeD(card.three_d));
    return isProven ? ready(card.record) : askedFor();
  },
  first_three_d: ({ facts: { consented } }: PieceContext): FoundPiece => {
    if (consented === null) return missing();
    if (!isAuthenticated(readThreeD(consented.three_d))) return askedFor();
    return ready(consented.record, recordOf('payment_card', consented.payment_id));
  },
  authorization_code: ({ facts: { card } }: PieceContext): FoundPiece =>
    card?.authorization_code == null ? askedFor() : ready(card.record),
  paid_notification: ({ facts: { callbacks } }: PieceContext): FoundPiece =>
    ready(...callbacks.filter(({ outcome }) => outcome === 'paid').map(({ record }) => record)),
  order_ip: ({ facts: { order }, rules }: PieceContext): FoundPiece =>
    when(publicAddress(order.client_ip, rules.own_networks) !== null, [order.record]),
  profile: ({ facts: { payer } }: PieceContext): FoundPiece => ready(payer.record),
  profile_confirmed: ({ facts: { payer } }: PieceContext): FoundPiece => ready(payer.confirmation),
  same_address_use: ({ facts, rules }: PieceContext): FoundPiece => {
    const ip = publicAddress(facts.order.client_ip, rules.own_networks);
    const uses = [...facts.sign_ins, ...facts.sessions].filter(
      ({ ip_address }) => ip !== null && publicAddress(ip_address) === ip,
    );
    const records = firstRecords(uses);
    return when(records.length > 0, [facts.order.record, ...records]);
  },
  matching_identifiers: ({ facts }: PieceContext): FoundPiece => {
    const prior = cleanPriors(facts).find((each) => sharedWith(facts, each) >= IDENTIFIERS_NEEDED);
    return ready(...(prior === undefined ? [] : [facts.order.record, prior.record]));
  },
  earlier_payments: ({ facts }: PieceContext): FoundPiece => ready(...firstRecords(cleanPriors(facts))),
  ce3_history: ({ facts, ce3 }: PieceContext): FoundPiece => {
    if (ce3?.history === 'qualifies' && ce3.pair !== null)
      return ready(facts.order.record, ...ce3.pair.map(({ payment_id }) => recordOf('payment', payment_id)));
    const isOpen = ce3?.history === 'requires_action' || ce3?.history === 'boundary';
    return isOpen ? { ...missing(), state: 'needs_action' } : missing();
  },
  ce3_same_card: (context: PieceContext): FoundPiece => unlessFlagged(context, 'credential_unproven'),
  ce3_same_acquirer: (context: PieceContext): FoundPiece => unlessFlagged(context, 'acquirer_unproven'),
  correspondence: askedFor,
  claim_withdrawn: askedFor,
  household: askedFor,
  filed_late: (context: PieceContext): FoundPiece => {
    const { dispute_id, processed_on, network, code, facts } = context;
    const clock = findClock(network, code);
    const charged = facts.order.charged_at;
    if (dispute_id === undefined || processed_on == null || clock === undefined || charged === null)
      return missing();
    const paidOn = localTime(charged).toPlainDate();
    const days = paidOn.until(processed_on, { largestUnit: 'day' }).days;
    return when(days > clock.opensAtMost, [facts.order.record, recordOf('dispute', dispute_id)]);
  },
  claim_of_fraud: ({ claim, dispute_id }: PieceContext): FoundPiece =>
    dispute_id !== undefined && claimOfFraud(claim) !== null
      ? ready(recordOf('dispute', dispute_id))
      : missing(),
};

/** Only the gateway or the bank can say it of a history whose records do not. */
function unlessFlagged({ ce3 }: PieceContext, flag: Ce3Flag): FoundPiece {
  const pair = ce3?.pair ?? null;
  if (ce3 === null || pair === null) return missing();
  if (ce3.flags.includes(flag)) return askedFor();
  return ready(...pair.map(({ payment_id }) => recordOf('payment', payment_id)));
}

/** How many of login, address, browser and card two payments have in common. */
function sharedWith({ order, payer, card }: PaymentFacts, prior: PriorFact): number {
  const ip = publicAddress(order.client_ip);
  const isSameCard =
    (card?.masked_pan != null && card.masked_pan === prior.masked_pan) ||
    (order.stored_card_id !== null && order.stored_card_id === prior.stored_card_id);
  return [
    prior.login_id === payer.login_id,
    ip !== null && publicAddress(prior.client_ip) === ip,
    order.user_agent !== null && order.user_agent === prior.user_agent,
    isSameCard,
  ].filter(Boolean).length;
}
