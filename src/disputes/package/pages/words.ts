import { localTime } from '../../../local-calendar.ts';
import type { FactRecord } from '../../facts/fact-record.ts';
import type { Printing } from './content.ts';

/** A moment in UTC to the second, as `2026-11-16 10:20:31`. */
export function utc(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}

/** The same moment in Istanbul. */
export function istanbul(at: Date): string {
  return localTime(at).toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ');
}

/** Both, for a line of text. */
export function bothTimes(at: Date, { format }: Pick<Printing, 'format'>): string {
  return format.t('disputePackage.bothTimes', { utc: utc(at), istanbul: istanbul(at) });
}

/** From and to in UTC, to the minute; the day is said again only where it is another one. */
export function span(from: Date, to: Date): string {
  const [a, b] = [utc(from).slice(0, 16), utc(to).slice(0, 16)];
  return `${a} – ${a.slice(0, 10) === b.slice(0, 10) ? b.slice(11) : b}`;
}

/** Minutes as `3:07`, for a column of a table. */
export function hoursShort(minutes: number): string {
  return `${String(Math.floor(minutes / 60))}:${String(minutes % 60).padStart(2, '0')}`;
}

/** A record as the JSON names it. */
export function recordText({ type, id }: FactRecord): string {
  return `${type} ${String(id)}`;
}

/** Minutes as hours and minutes. */
export function hours(minutes: number, { format }: Pick<Printing, 'format'>): string {
  const text = { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
  return format.t('disputePackage.hours', text);
}

/** Rows of a table that were chosen from all, and words that say which. */
interface Selection<Row> {
  rows: Row[];
  caption: string;
}

/**
 * The newest rows, newest first, with a caption made from the selection itself. The rest is noted for the
 * last page.
 */
export function newest<Row>(
  { format, leaveOut, content }: Printing,
  {
    rows,
    most,
    at,
    what,
    label = (row) => `${utc(at(row))} UTC`,
  }: {
    rows: readonly Row[];
    most: number;
    at: (row: Row) => Date;
    what: string;
    label?: (row: Row) => string;
  },
): Selection<Row> {
  const shown = rows.toSorted((a, b) => at(b).getTime() - at(a).getTime()).slice(0, most);
  const [first, last] = [shown[0], shown.at(-1)];
  if (shown.length < rows.length)
    leaveOut({ what, shown: shown.length, all: rows.length, where: content.data.path });
  if (first === undefined || last === undefined) return { rows: [], caption: '' };
  return {
    rows: shown,
    caption: format.t(
      shown.length === rows.length ? 'disputePackage.captionAll' : 'disputePackage.captionNewest',
      {
        what,
        shown: shown.length,
        all: rows.length,
        from: label(last),
        to: label(first),
      },
    ),
  };
}
