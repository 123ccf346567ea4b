import { agreementPieces } from './agreement-pieces.ts';
import { identityPieces } from './identity-pieces.ts';
import { moneyPieces } from './money-pieces.ts';
import type { PieceContext, FoundPiece } from './found-piece.ts';
import { pieceTags, type PieceId } from './piece-ids.ts';
import type { Piece } from './assessment.ts';
import { usePieces } from './use-pieces.ts';

const finders: Record<PieceId, (context: PieceContext) => FoundPiece> = {
  ...identityPieces,
  ...usePieces,
  ...agreementPieces,
  ...moneyPieces,
};

/**
 * A piece as it stands for a payment. A file that somebody added with the tag of a missing piece takes its
 * place: it came from the bank, the gateway or the customer.
 */
export function findPiece(id: PieceId, context: PieceContext): Piece {
  const proves = pieceTags[id];
  const found = finders[id](context);
  const files = context.exhibits.filter((exhibit) => exhibit.proves === proves);
  const records =
    found.state === 'ready' || !found.byExhibit
      ? found.records
      : files.map((file) => ({ type: 'dispute_exhibit' as const, id: file.id }));
  const isReady = found.state === 'ready' || (found.byExhibit && files.length > 0);
  return {
    id,
    proves,
    state: isReady ? 'ready' : found.state,
    record: isReady ? (records[0] ?? null) : null,
    records: isReady ? records : [],
    ...(!isReady && found.actionUrl !== undefined ? { actionUrl: found.actionUrl } : {}),
  };
}
