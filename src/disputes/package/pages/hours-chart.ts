import { Temporal } from 'temporal-polyfill';
import { axisFor } from '../../../web/charts/chart-axis.ts';
import { barAt, INNER_SHARE, OUTER_SHARE, type Bar } from '../../../web/charts/bar.ts';
import type { PdfDocument } from '../../../web/pdf/printable.ts';
import type { Delivery } from '../../delivery/read-delivery.ts';
import type { Printing } from './content.ts';
import type { Area } from './flow.ts';
import type { Sheet } from './sheet.ts';

const HEIGHT = 170;
/** Room for the words of the axes, in points. */
const MARGIN = { left: 34, bottom: 18, top: 8 };
const DATES_MAX = 6;

/** Minutes of an hour, and then whole hours: an axis has lines at these. */
function* steps(): Generator<number, never> {
  yield* [10, 30];
  for (let hours = 1; ; hours += hours < 6 ? 1 : 6) yield hours * 60;
}

/** The hours of each day of a period as bars: the frame is the most that was used, the filled part least. */
export function drawHours(
  sheet: Sheet,
  { format }: Pick<Printing, 'format'>,
  { days, from, to }: { days: Delivery['days']; from: string; to: string },
): void {
  const places = listDays(from, to);
  const byDay = new Map(days.map((day) => [day.day, day]));
  const axis = axisFor(
    Math.max(1, ...days.map(({ person_at_most_minutes }) => person_at_most_minutes)),
    steps(),
  );
  const alt = format.t('disputePackage.chartAlt', { days: days.length, from, to });
  sheet.figure(alt, HEIGHT, (document, area) => {
    const inner: Area = {
      x: area.x + MARGIN.left,
      y: area.y + MARGIN.top,
      width: area.width - MARGIN.left,
      height: area.height - MARGIN.bottom - MARGIN.top,
    };
    for (const { y, value } of axis.lines) {
      const at = inner.y + (inner.height * y) / 100;
      document
        .path(`M${n(inner.x)} ${n(at)}H${n(inner.x + inner.width)}`)
        .lineWidth(0.4)
        .stroke('#8c8c8c');
      const text = format.t('disputePackage.chartHours', { hours: format.number(value / 60, 1) });
      sheet.label(text, area.x, at - 5, { width: MARGIN.left - 5, align: 'right' });
    }
    for (const [at, day] of places.entries()) {
      const found = byDay.get(day);
      if (found === undefined) continue;
      const place = { at, places: places.length, top: axis.top };
      bar(document, inner, barAt(place, found.person_at_most_minutes, OUTER_SHARE))
        .lineWidth(0.6)
        .stroke('#000000');
      bar(document, inner, barAt(place, found.person_proven_minutes, INNER_SHARE)).fill('#000000');
    }
    const every = Math.max(1, Math.ceil(places.length / DATES_MAX));
    for (let at = 0; at < places.length; at += every)
      sheet.label(
        places[at] ?? '',
        inner.x + (inner.width * at) / places.length,
        inner.y + inner.height + 4,
        {
          width: 70,
        },
      );
  });
  sheet.caption(format.t('disputePackage.chartCaption', { from, to }));
}

/** Every day from the first to the last, both included. */
function listDays(from: string, to: string): string[] {
  const first = Temporal.PlainDate.from(from);
  const count = Math.max(0, first.until(Temporal.PlainDate.from(to)).days) + 1;
  return Array.from({ length: count }, (_none, add) => first.add({ days: add }).toString());
}

function bar(document: PdfDocument, area: Area, { x, y, width, height }: Bar): PdfDocument {
  const left = area.x + (area.width * x) / 100;
  const top = area.y + (area.height * y) / 100;
  const right = left + (area.width * width) / 100;
  const bottom = top + (area.height * height) / 100;
  return document.path(`M${n(left)} ${n(bottom)}V${n(top)}H${n(right)}V${n(bottom)}Z`);
}

const n = (points: number): string => points.toFixed(2);
