import { findReason } from '../reasons/reason-codes.ts';
import type { ReasonFamily } from '../reasons/reason-families.ts';
import type { OutcomeRow } from './queries.ts';

/** By what outcomes are told apart. */
export const dimensions = ['reason', 'network', 'plan', 'month'] as const;
export type Dimension = (typeof dimensions)[number];

/** Outcomes of cases that share one value of a dimension; null: not told. */
export interface OutcomeGroup {
  key: string | null;
  won: number;
  lost: number;
  accepted: number;
  expired: number;
  /** Answered and decided: won and lost. */
  decided: number;
  /** Share of the decided ones that were won, 0 to 1; null when none was. */
  winRate: number | null;
}

/** Outcomes of so many decided cases make a chance; fewer say nothing yet. */
export const CHANCE_FROM = 20;

/** The claim that the code of a case stands for; null where no bank has told a code that we know. */
function familyOf({
  network,
  reason_code: code,
}: Pick<OutcomeRow, 'network' | 'reason_code'>): ReasonFamily | null {
  return code === null ? null : (findReason(network, code)?.family ?? null);
}

/** Adds outcomes up by one dimension; months newest first, the others by how many cases they have. */
export function groupOutcomes(rows: readonly OutcomeRow[], by: Dimension): OutcomeGroup[] {
  const groups = new Map<string | null, OutcomeGroup>();
  for (const row of rows) {
    const key = by === 'reason' ? familyOf(row) : row[by];
    const group = groups.get(key) ?? emptyGroup(key);
    groups.set(key, withRate(add(group, row)));
  }
  const all = [...groups.values()];
  return by === 'month'
    ? all.sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? 1 : -1))
    : all.sort((a, b) => countOf(b) - countOf(a) || ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
}

/**
 * The share of decided cases about a claim that were won, 0 to 1. Null until `CHANCE_FROM` of them are
 * decided: a chance from fewer would be a guess.
 */
export function chanceOf(rows: readonly OutcomeRow[], family: ReasonFamily): number | null {
  const [group] = groupOutcomes(rows, 'reason').filter(({ key }) => key === family);
  return group === undefined || group.decided < CHANCE_FROM ? null : group.winRate;
}

function emptyGroup(key: string | null): OutcomeGroup {
  return { key, won: 0, lost: 0, accepted: 0, expired: 0, decided: 0, winRate: null };
}

function add(group: OutcomeGroup, row: OutcomeRow): OutcomeGroup {
  return {
    ...group,
    won: group.won + row.won,
    lost: group.lost + row.lost,
    accepted: group.accepted + row.accepted,
    expired: group.expired + row.expired,
  };
}

function withRate(group: OutcomeGroup): OutcomeGroup {
  const decided = group.won + group.lost;
  return { ...group, decided, winRate: decided === 0 ? null : group.won / decided };
}

function countOf({ won, lost, accepted, expired }: OutcomeGroup): number {
  return won + lost + accepted + expired;
}
