import type { Ce3Rules } from '../ce3/ce3-input.ts';
import { assessDefences } from '../defences/assess-defences.ts';
import type { AgainstFact, Defence, Piece } from '../defences/assessment.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import type { Network } from '../networks.ts';
import type { Experience } from '../outcomes/experience.ts';
import { families, type ReasonFamily } from '../reasons/reason-families.ts';

/** Pieces that only the customer's objection can bring: before it nobody can get them. */
const BY_OBJECTION: readonly Piece['id'][] = [
  'claim_withdrawn',
  'household',
  'correspondence',
  'claim_of_fraud',
];

/** Pieces that every paid order should have, so that they are missing also where nobody can make them. */
const OF_EVERY_ORDER: readonly Piece['id'][] = [
  'receipt',
  'receipt_mail',
  'legal_invoice',
  'consent',
  'policy',
  'terms_mail',
];

/** How a payment could be defended against one kind of claim today. */
interface FamilyReadiness {
  family: ReasonFamily;
  /** Null: none is complete. */
  defence: Defence | null;
  /** The one with the fewest pieces missing, where none is complete; null: there is none at all. */
  nearest: Defence | null;
  defences: Defence[];
}

/** How a payment could be defended today, before anybody objects to it. */
interface Readiness {
  families: FamilyReadiness[];
  against: AgainstFact[];
  /** Pieces that somebody can get today, and those of every order that are not there; each once. */
  missing: Piece[];
  undefended: number;
  serious: number;
  /** 0 to 100, see `riskOf`. */
  risk: number;
  /** Charged and not given back, in minor units. */
  exposed_minor: number;
}

/**
 * Assesses a payment against every kind of claim, by the same functions as a case. No file counts that people
 * would add to a case, since there is none.
 */
export function assessReadiness(
  facts: PaymentFacts,
  { rules, experience }: { rules: Ce3Rules; experience: Experience },
): Readiness {
  const network = networkOf(facts);
  const assessed = families.map((family) => {
    const assessment = assessDefences(facts, { family, network, code: null, exhibits: [] }, rules);
    return { family, ...assessment };
  });
  const each = assessed.map(({ family, defences }): FamilyReadiness => {
    const defence = defences.find(({ satisfied }) => satisfied) ?? null;
    return { family, defence, nearest: defence === null ? nearestOf(defences) : null, defences };
  });
  const against = assessed[0]?.against ?? [];
  const undefended = each.filter(({ defence }) => defence === null).length;
  const serious = against.filter(({ severity }) => severity === 'serious').length;
  const missing = each.flatMap(({ defences }) => defences.flatMap(missingOf));
  return {
    families: each,
    against,
    missing: missing.filter(({ id }, index) => missing.findIndex((piece) => piece.id === id) === index),
    undefended,
    serious,
    risk: riskOf(each, { serious, experience }),
    exposed_minor: exposedMinor(facts),
  };
}

/**
 * The risk, 0 to 100. Each kind of claim counts as often as our own cases say that it is made: wholly without
 * a complete defence, else by the share of such cases that were lost all the same. Each serious fact against
 * us counts as one kind of claim more. While there are too few cases all weigh the same and a complete
 * defence counts as enough.
 */
function riskOf(
  each: readonly FamilyReadiness[],
  { serious, experience }: { serious: number; experience: Experience },
): number {
  const parts = each.map(({ family, defence }) => {
    const { weight, chance } = experience[family];
    return { weight, loss: defence === null ? 1 : 1 - (chance ?? 1) };
  });
  const all = parts.reduce((sum, { weight }) => sum + weight, serious);
  const lost = parts.reduce((sum, { weight, loss }) => sum + weight * loss, serious);
  return Math.round((100 * lost) / all);
}

function exposedMinor({ order, refunds }: PaymentFacts): number {
  const returned = refunds
    .filter(({ state }) => state === 'done')
    .reduce((sum, { amount_minor: minor }) => sum + minor, 0);
  return Math.max(0, (order.charged_minor ?? 0) - returned);
}

/** The network of the card, where the gateway has told its scheme or brand. */
function networkOf({ card }: PaymentFacts): Network | null {
  const told = `${card?.card_scheme ?? ''} ${card?.card_brand ?? ''}`.toLowerCase();
  if (told.includes('visa')) return 'visa';
  if (told.includes('master')) return 'mastercard';
  if (told.includes('amex') || told.includes('american')) return 'amex';
  return told.includes('troy') ? 'troy' : null;
}

/** True when the missing pieces of a defence can all be got before anybody objects. */
export function isWithinReach(defence: Defence): boolean {
  return lackingOf(defence).every(({ id, state }) => state === 'needs_action' && !BY_OBJECTION.includes(id));
}

/** The missing pieces of the groups that do not count yet. */
export function lackingOf(defence: Defence): Piece[] {
  return defence.groups
    .filter(({ counts }) => !counts)
    .flatMap(({ pieces }) => pieces.filter(({ state }) => state !== 'ready'));
}

function missingOf(defence: Defence): Piece[] {
  return defence.groups.flatMap(({ pieces }) => pieces.filter(isMissing));
}

function isMissing({ id, state }: Piece): boolean {
  if (state === 'needs_action') return !BY_OBJECTION.includes(id);
  return state === 'not_available' && OF_EVERY_ORDER.includes(id);
}

/**
 * A defence whose missing pieces can all be got comes before one that lacks a piece for good; one that needs
 * the customer's help, or the money to go back, is last.
 */
function nearestOf(defences: Defence[]): Defence | null {
  const steps = ({ id, state }: Piece): number => {
    if (BY_OBJECTION.includes(id) || id === 'refund_made') return 1000;
    return state === 'needs_action' ? 1 : 100;
  };
  const distance = (defence: Defence): number =>
    lackingOf(defence).reduce((sum, piece) => sum + steps(piece), 0);
  const sorted = [...defences].sort((one, other) => distance(one) - distance(other));
  return sorted[0] ?? null;
}
