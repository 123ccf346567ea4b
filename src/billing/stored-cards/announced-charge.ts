import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import type { Currency } from '../../currency.ts';
import type { PlannedRenewal } from './announce-renewal.ts';
import { findChargeableCard, type StoredCard } from './queries.ts';
import { findRenewal } from './renewal-queries.ts';

/** The charge of a stored card as mails and pages tell of it. */
export interface CardCharge {
  card: StoredCard;
  amountMinor: number;
  currency: Currency;
  chargeFrom: Date;
  /** The next try, while one is ahead; null while the answer is awaited. */
  nextTryAt: Date | null;
  /** How often it was tried. */
  tries: number;
}

/** A charge that is announced only now. */
export function cardChargeOf({ card, chargeFrom, amountMinor, currency }: PlannedRenewal): CardCharge {
  return { card, amountMinor, currency, chargeFrom, nextTryAt: chargeFrom, tries: 0 };
}

/**
 * The charge that was announced for the payment that is due next, while it is still ahead or under way. Null
 * without one: then the company pays by a link.
 */
export async function findAnnouncedCharge(
  db: Knex,
  { companyId, config, dueAt }: { companyId: number; config: Config; dueAt: Date },
): Promise<CardCharge | null> {
  if (!config.storedCards.isOn) return null;
  const renewal = await findRenewal(db, companyId, dueAt);
  if (renewal?.state !== 'waiting' && renewal?.state !== 'sent') return null;
  const card = await findChargeableCard(db, companyId);
  if (card?.id !== renewal.card_id) return null;
  const { amount_minor: amountMinor, currency, charge_from: chargeFrom, tries } = renewal;
  return { card, amountMinor, currency, chargeFrom, nextTryAt: renewal.next_try_at, tries };
}
