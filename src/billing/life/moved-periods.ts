import type { Period } from '../period.ts';

/** The time on an invoice as it was bought. */
interface BoughtTime extends Period {
  id: number;
  issuedAt: Date;
  /** When the unused part of it was taken back; null where it never was. */
  takenAt: Date | null;
}

/**
 * The periods of a company's invoices as they lie now, by the invoice. When the unused part of one was taken
 * back, the periods behind it came forward by as much (`paidTimeWithout`); invoices keep those they were
 * issued for. One that was bought afterwards lies where it was bought.
 */
export function movedPeriods<Time extends BoughtTime>(bought: Time[]): Time[] {
  let times = bought;
  const taken = bought.filter(({ takenAt }) => takenAt !== null);
  for (const { id, takenAt: at } of taken.sort((one, other) => timeOf(one) - timeOf(other))) {
    const of = times.find((time) => time.id === id);
    if (of === undefined || at === null) continue;
    const from = of.start > at ? of.start : at;
    const takenMs = of.end.getTime() - from.getTime();
    if (takenMs <= 0) continue;
    const isBehind = (time: Time): boolean => time.start >= of.end && time.issuedAt <= at;
    times = times.map((time) => {
      if (time.id === id) return { ...time, end: from };
      return isBehind(time) ? { ...time, ...earlier(time, takenMs) } : time;
    });
  }
  return times;
}

function timeOf({ takenAt }: BoughtTime): number {
  return takenAt?.getTime() ?? 0;
}

function earlier({ start, end }: Period, ms: number): Period {
  return { start: new Date(start.getTime() - ms), end: new Date(end.getTime() - ms) };
}
