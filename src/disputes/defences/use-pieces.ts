import { standingCancellation } from './cancellation.ts';
import { firstRecords, missing, ready, when, type FoundPiece, type PieceContext } from './found-piece.ts';

/** Pieces about what was delivered. Time in which nothing was sent proves no use. */
export const usePieces = {
  sign_in: ({ facts: { sign_ins } }: PieceContext): FoundPiece => ready(...firstRecords(sign_ins)),
  use: ({ facts: { sessions } }: PieceContext): FoundPiece =>
    ready(...firstRecords(sessions.filter(({ proven_minutes }) => proven_minutes > 0))),
  activation: ({ facts: { period } }: PieceContext): FoundPiece => ready(period?.record),
  no_faults: ({ facts: { faults, period, use } }: PieceContext): FoundPiece =>
    when(faults.length === 0 && use.all.proven_minutes > 0, period === null ? [] : [period.record]),
  use_after_cancellation: ({ facts }: PieceContext): FoundPiece => {
    const cancellation = standingCancellation(facts);
    if (cancellation === undefined) return missing();
    const later = facts.sessions.filter(
      ({ started_at, proven_minutes }) => started_at > cancellation.requested_at && proven_minutes > 0,
    );
    const records = firstRecords(later);
    return when(records.length > 0, [cancellation.record, ...records]);
  },
};
