import type { Network } from '../networks.ts';
import type { ShareRow } from './queries.ts';

/** The share of a month's payments that were disputed, and the limit of the network. */
interface DisputedShare {
  month: string;
  /** Null: all networks together. */
  network: Network | null;
  payments: number;
  disputes: number;
  /** 0 to 1; null without payments. */
  share: number | null;
  /** 0 to 1; null: no limit is set. */
  limit: number | null;
  isOver: boolean;
}

/** Limits as shares, 0 to 1, by network. */
type ShareLimits = Partial<Record<Network, number>>;

/** The shares of each month: all networks together first, then each that has payments or disputes. */
export function disputedShares(rows: readonly ShareRow[], limits: ShareLimits): DisputedShare[] {
  const months = [...new Set(rows.map(({ month }) => month))];
  return months.flatMap((month) => {
    const ofMonth = rows.filter((row) => row.month === month);
    const sum = (name: 'payments' | 'disputes'): number =>
      ofMonth.reduce((total, row) => total + row[name], 0);
    const all = { month, network: null, payments: sum('payments'), disputes: sum('disputes') };
    const told = ofMonth.filter((row) => row.network !== null);
    return [withShare(all, null), ...told.map((row) => withShare(row, limitOf(limits, row.network)))];
  });
}

function limitOf(limits: ShareLimits, network: Network | null): number | null {
  return network === null ? null : (limits[network] ?? null);
}

function withShare(row: ShareRow, limit: number | null): DisputedShare {
  const share = row.payments === 0 ? null : row.disputes / row.payments;
  return { ...row, share, limit, isOver: share !== null && limit !== null && share > limit };
}
