import type { Ce3Decision } from '../ce3/ce3-decision.ts';
import { ce3InputOf } from '../ce3/ce3-input-of.ts';
import { presetCe3Rules, type Ce3Rules } from '../ce3/ce3-input.ts';
import { decideCe3 } from '../ce3/decide-ce3.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { findAgainst } from './against.ts';
import type { AssessedCase, Assessment, Defence, PieceGroup } from './assessment.ts';
import { defencePlans, turkishDocuments, type DefencePlan } from './defence-plans.ts';
import type { PieceContext } from './found-piece.ts';
import { findPiece } from './piece-finders.ts';

/**
 * The defences against a claim about a payment, the strongest first, each with its pieces, and beside them
 * the facts that speak against us. Only stored facts and files that somebody added count. `rules` come from
 * the settings.
 */
export function assessDefences(
  facts: PaymentFacts,
  dispute: AssessedCase,
  rules: Ce3Rules = presetCe3Rules,
): Assessment {
  const context = { ...dispute, facts, rules, ce3: ce3Of(facts, dispute, rules) };
  const defences = plansFor(dispute).map((plan) => defenceOf(plan, context));
  return { defences, against: findAgainst(facts) };
}

/** The decision about the history of the card; null where the rule has nothing to say. */
function ce3Of(facts: PaymentFacts, dispute: AssessedCase, rules: Ce3Rules): Ce3Decision | null {
  const decision = decideCe3(ce3InputOf(facts, dispute, rules));
  return decision.status === 'not_applicable' ? null : decision;
}

function plansFor({ family, network, code }: AssessedCase): DefencePlan[] {
  const fits = defencePlans.filter(
    ({ families, networks, codes }) =>
      families.includes(family) &&
      (networks === undefined || network === null || networks.includes(network)) &&
      (codes === undefined || code === null || codes.includes(code)),
  );
  const papers = turkishDocuments[family];
  const documents = papers === undefined ? [] : [{ pieces: papers }];
  return papers === undefined
    ? fits
    : [...fits, { id: 'turkish_documents', families: [family], groups: documents }];
}

function defenceOf({ id, groups }: DefencePlan, context: PieceContext): Defence {
  const found = groups.map(({ pieces: ids, needs = ids.length }): PieceGroup => {
    const pieces = ids.map((piece) => findPiece(piece, context));
    const counts = pieces.filter(({ state }) => state === 'ready').length >= needs;
    return { pieces, needs, counts };
  });
  return { id, satisfied: found.every(({ counts }) => counts), groups: found };
}
