/** A part of a session: so many seconds of it were counted, nobody knows which. Times are in microseconds. */
export interface UsePart {
  user_id: number;
  from_us: number;
  to_us: number;
  proven_seconds: number;
  at_most_seconds: number;
}

/** Time of people, in which somebody who works in two sessions at once counts once. */
export interface PersonTime {
  person_proven_seconds: number;
  person_at_most_seconds: number;
}

const SECOND_US = 1_000_000;

/** SQL: a time as a `UsePart` has it, to the microsecond, as Postgres keeps it. */
export function microseconds(time: string): string {
  return `(extract(epoch from ${time}) * ${String(SECOND_US)})::bigint`;
}

/**
 * The bounds of the time of people in parts of sessions. Those of different people add up, and those of one
 * never exceed the time that passed.
 *
 * 1. At least: the shortest time in which every session can have had its counted seconds. Sessions are taken
 *    by their ends, and each takes what it lacks as late as it can, where later ones can share it.
 * 2. At most: all seconds of sessions that overlap each other, or the time that they cover when it is less.
 */
export function personTime(parts: readonly UsePart[]): PersonTime {
  const people = new Set(parts.map(({ user_id }) => user_id));
  const total = { person_proven_seconds: 0, person_at_most_seconds: 0 };
  for (const person of people) {
    const own = parts.filter(({ user_id }) => user_id === person);
    total.person_proven_seconds += Math.floor(leastOf(own) / SECOND_US);
    total.person_at_most_seconds += mostOf(own);
  }
  return total;
}

/** A time that a person must have been at work: later sessions may share it. */
interface Span {
  from: number;
  to: number;
}

function leastOf(parts: readonly UsePart[]): number {
  const spans: Span[] = [];
  for (const { from_us, to_us, proven_seconds } of parts.toSorted((one, other) => one.to_us - other.to_us)) {
    let lacking = proven_seconds * SECOND_US - covered(spans, from_us);
    let at = to_us;
    while (lacking > 0 && at > from_us) {
      const last = spans.at(-1);
      const taken = Math.min(lacking, at - Math.max(last?.to ?? from_us, from_us));
      lacking -= taken;
      at -= taken;
      // Time that touches what is there already becomes one with it.
      if (last === undefined || at > last.to) break;
      spans.pop();
      at = last.from;
    }
    if (at < to_us) spans.push({ from: at, to: to_us });
  }
  return spans.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** How much of the spans lies behind a time. They are in order and apart from each other. */
function covered(spans: readonly Span[], from: number): number {
  let sum = 0;
  for (let index = spans.length - 1; index >= 0; index -= 1) {
    const span = spans[index];
    if (span === undefined || span.to <= from) break;
    sum += span.to - Math.max(span.from, from);
  }
  return sum;
}

function mostOf(parts: readonly UsePart[]): number {
  let sum = 0;
  let group: { from: number; to: number; seconds: number } | undefined;
  for (const { from_us, to_us, at_most_seconds } of parts.toSorted(
    (one, other) => one.from_us - other.from_us,
  )) {
    if (group !== undefined && from_us < group.to) {
      group = { ...group, to: Math.max(group.to, to_us), seconds: group.seconds + at_most_seconds };
      continue;
    }
    sum += mostOfGroup(group);
    group = { from: from_us, to: to_us, seconds: at_most_seconds };
  }
  return sum + mostOfGroup(group);
}

function mostOfGroup(group: { from: number; to: number; seconds: number } | undefined): number {
  if (group === undefined) return 0;
  return Math.min(group.seconds, Math.ceil((group.to - group.from) / SECOND_US));
}
