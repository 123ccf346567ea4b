import type { Knex } from 'knex';
import type { Config } from '../../config/config.ts';
import type { Format } from '../../web/format.ts';
import { shownDigits } from '../follow-up/card-words.ts';
import type { Subscription } from '../queries.ts';
import { paidUntilOf } from '../subscription-state.ts';
import { findAnnouncedCharge, type CardCharge } from './announced-charge.ts';
import { findRenewal, type RenewalEnd } from './renewal-queries.ts';
import { findStoredCard, type StoredCard } from './queries.ts';

/** The stored card as the billing page shows it. */
export interface CardParts {
  name: string;
  storedAt: Date;
  storedBy: string;
  /** Its removal was asked for, and the gateway has not confirmed it yet. */
  isLeaving: boolean;
  /** The charge that was announced and is ahead; null before its mail. */
  charge: CardCharge | null;
  /** Why the charge of the end that is due was given up, and a link is left. */
  ended: RenewalEnd | null;
  /** Cards are charged at all. */
  isOn: boolean;
}

/** Reads them for the admins of a company; null without a card. */
export async function cardParts(
  db: Knex,
  { subscription, config, format }: { subscription: Subscription; config: Config; format: Format },
): Promise<CardParts | null> {
  const { company_id: companyId } = subscription;
  const card = await findStoredCard(db, companyId);
  if (card === undefined) return null;
  const dueAt = paidUntilOf(subscription);
  const renewal = dueAt === null ? undefined : await findRenewal(db, companyId, dueAt);
  return {
    name: cardName(format, card),
    storedAt: card.stored_at,
    storedBy: card.full_name,
    isLeaving: card.removal_asked_at !== null,
    charge: dueAt === null ? null : await findAnnouncedCharge(db, { companyId, config, dueAt }),
    ended: renewal?.ended_as ?? null,
    isOn: config.storedCards.isOn,
  };
}

/** A card as people know it: its digits as far as they are shown, and its brand. */
export function cardName({ t }: Format, card: Pick<StoredCard, 'masked_pan' | 'card_brand'>): string {
  if (card.masked_pan === null) return t('storedCards.unnamed');
  return [shownDigits(card.masked_pan), card.card_brand].filter(Boolean).join(' · ');
}
