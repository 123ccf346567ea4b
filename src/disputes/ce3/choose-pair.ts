import type { Candidate } from './candidates.ts';
import type { Ce3Element, Ce3Missing } from './ce3-decision.ts';
import type { Ce3Input, Ce3Payment } from './ce3-input.ts';
import { identifiersOf, isUnknown } from './normalise.ts';

const elements: readonly Ce3Element[] = ['ip', 'device', 'login', 'address'];

/** The gateway was told both with each order and may still know them; nobody measures a device afterwards. */
const suppliable: readonly Ce3Element[] = ['ip', 'login'];

/** Two earlier payments, with what all three have in common, and what is missing before they count. */
export interface Pair {
  both: [Candidate, Candidate];
  shared: Ce3Element[];
  missing: Ce3Missing[];
}

/** The best pair that agrees with the disputed payment; undefined when none does. */
export function choosePair(input: Ce3Input, candidates: readonly Candidate[]): Pair | undefined {
  const pairs = candidates.flatMap((one, index) =>
    candidates.slice(index + 1).flatMap((other) => pairOf(input, [one, other]) ?? []),
  );
  return pairs.sort((one, other) => compare(input, one, other))[0];
}

function pairOf(input: Ce3Input, both: [Candidate, Candidate]): Pair | undefined {
  const three = [input.disputed, ...both.map(({ payment }) => payment)];
  const shared = elements.filter((element) => agree(three, element, input));
  const supplied = isEnough(shared) ? [] : suppliable.flatMap((element) => lackOf(three, element, input));
  const names = [...new Set(supplied.map(({ element }) => element))].flatMap((name) => name ?? []);
  if (!isEnough([...shared, ...names])) return undefined;
  const described = three
    .filter(({ description }) => (description?.trim() ?? '') === '')
    .map(({ id }): Ce3Missing => ({ what: 'description', payment_id: id }));
  const category: Ce3Missing[] = input.category === null ? [{ what: 'category', payment_id: null }] : [];
  return { both, shared, missing: [...described, ...category, ...supplied] };
}

/** At least two of the elements, and one of them the address or the device. */
function isEnough(found: readonly Ce3Element[]): boolean {
  return found.length >= 2 && found.some((element) => element === 'ip' || element === 'device');
}

function agree(three: readonly Ce3Payment[], element: Ce3Element, input: Ce3Input): boolean {
  const [first = [], ...others] = three.map((payment) => identifiersOf(payment, input.rules)[element]);
  return first.some((value) => others.every((values) => values.includes(value)));
}

/** An element that agrees as far as it was recorded, and was not recorded for all three. */
function lackOf(three: readonly Ce3Payment[], element: Ce3Element, input: Ce3Input): Ce3Missing[] {
  const unknown = three.filter((payment) => isUnknown(payment, element));
  const known = three.filter((payment) => !isUnknown(payment, element));
  if (unknown.length === 0 || known.length === 0 || !agree(known, element, input)) return [];
  return unknown.map(({ id }) => ({ what: 'identifier', payment_id: id, element }));
}

/**
 * Better first: nothing missing, both ages safe, old enough before the disputed payment too, more in common,
 * address with device before address with login, made by the cardholder, a proven card, the nearest amounts,
 * and the older payments.
 */
function compare(input: Ce3Input, one: Pair, other: Pair): number {
  const [mine, theirs] = [rankOf(input, one), rankOf(input, other)];
  const index = mine.findIndex((value, at) => value !== theirs[at]);
  return index === -1 ? 0 : (mine[index] ?? 0) - (theirs[index] ?? 0);
}

function rankOf({ disputed }: Ce3Input, { both, shared, missing }: Pair): number[] {
  const count = (holds: (candidate: Candidate) => boolean): number => both.filter(holds).length;
  const sum = (value: (candidate: Candidate) => number): number =>
    both.reduce((all, each) => all + value(each), 0);
  return [
    missing.length,
    count(({ pick }) => pick.age === 'edge'),
    count(({ flags }) => flags.includes('young_vs_disputed_payment')),
    -shared.length,
    shared.includes('ip') ? (shared.includes('device') ? 0 : 1) : 2,
    count(({ payment }) => payment.initiated_by === 'merchant'),
    count(({ flags }) => flags.includes('credential_unproven')),
    sum(({ payment }) => Math.abs(payment.amount_minor - disputed.amount_minor)),
    -sum(({ pick }) => pick.days_processed),
    sum(({ payment }) => payment.id),
  ];
}
