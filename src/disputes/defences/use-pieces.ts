import { standingCancellation } from './cancellation.ts';
import { missing, ready, when, type FoundPiece, type PieceContext } from './found-piece.ts';

/** So many records at most stand for one piece: the rest is in the lists of the package. */
const RECORDS_MAX = 50;

/** Pieces about what was delivered. Time in which nothing was sent proves no use. */
export const usePieces = {
  sign_in: ({ facts: { sign_ins } }: PieceContext): FoundPiece =>
    ready(...sign_ins.slice(0, RECORDS_MAX).map(({ record }) => record)),
  use: ({ facts: { sessions } }: PieceContext): FoundPiece =>
    ready(
      ...sessions
        .filter(({ proven_minutes }) => proven_minutes > 0)
        .slice(0, RECORDS_MAX)
        .map(({ record }) => record),
    ),
  activation: ({ facts: { period } }: PieceContext): FoundPiece => ready(period?.record),
  no_faults: ({ facts: { faults, period, use } }: PieceContext): FoundPiece =>
    when(faults.length === 0 && use.all.proven_minutes > 0, period === null ? [] : [period.record]),
  use_after_cancellation: ({ facts }: PieceContext): FoundPiece => {
    const cancellation = standingCancellation(facts);
    if (cancellation === undefined) return missing();
    const later = facts.sessions.filter(
      ({ started_at, proven_minutes }) => started_at > cancellation.requested_at && proven_minutes > 0,
    );
    const records = later.slice(0, RECORDS_MAX).map(({ record }) => record);
    return when(records.length > 0, [cancellation.record, ...records]);
  },
};
