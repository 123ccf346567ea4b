import { Router } from 'express';
import { Temporal } from 'temporal-polyfill';
import { bulletinOf, toXml, type Bulletin } from './bulletins.ts';

/** The bank publishes at half past three in the afternoon. */
const PUBLISHED_AT = Temporal.PlainTime.from('15:30');

/**
 * The files of the Turkish central bank's exchange rates, made up: `/kurlar/today.xml` and
 * `/kurlar/202611/30112026.xml`. As at the bank there is no file (404) for a weekend, a holiday, the future,
 * and today before 15:30 in Istanbul.
 */
export function tcmbRoutes(now: () => Date = () => new Date()): Router {
  const router = Router();
  router.get('/kurlar/today.xml', (_req, res) => {
    res.type('text/xml').send(toXml(newestBulletin(now())));
  });
  router.get('/kurlar/:month/:file', (req, res) => {
    const bulletin = datedBulletin(req.params.month, req.params.file, now());
    if (bulletin === undefined) res.status(404).type('text/html').send('<h1>404</h1>');
    else res.type('text/xml').send(toXml(bulletin));
  });
  return router;
}

function newestBulletin(at: Date): Bulletin {
  let day = newestDay(at);
  for (;;) {
    const bulletin = bulletinOf(day);
    if (bulletin !== undefined) return bulletin;
    day = day.subtract({ days: 1 });
  }
}

function datedBulletin(month: string, file: string, at: Date): Bulletin | undefined {
  const [, date, ofMonth, year] = /^(\d{2})(\d{2})(\d{4})\.xml$/.exec(file) ?? [];
  if (date === undefined || month !== `${year ?? ''}${ofMonth ?? ''}`) return undefined;
  try {
    const day = Temporal.PlainDate.from(`${year ?? ''}-${ofMonth ?? ''}-${date}`);
    return Temporal.PlainDate.compare(day, newestDay(at)) > 0 ? undefined : bulletinOf(day);
  } catch {
    // There is no such day.
    return undefined;
  }
}

/** The newest day that may have a bulletin. */
function newestDay(at: Date): Temporal.PlainDate {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO('Europe/Istanbul');
  const isOut = Temporal.PlainTime.compare(local.toPlainTime(), PUBLISHED_AT) >= 0;
  return isOut ? local.toPlainDate() : local.toPlainDate().subtract({ days: 1 });
}
