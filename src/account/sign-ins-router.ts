import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { signInFactors } from '../auth/record-sign-in.ts';
import { readReason } from '../audit/reasons.ts';
import { timedEnds } from '../db/timed-cursor.ts';
import { DAY_MS } from '../durations.ts';
import { NotSignedIn } from '../errors.ts';
import { deviceName } from '../web/sessions/device-name.ts';
import { parseTimedCursor } from '../web/list-input.ts';
import type { Format } from '../web/format.ts';
import { formatOf } from '../web/page-locals.ts';
import { pageUrls } from '../web/page-urls.ts';
import { listSignIns, type SignInEntry } from './sign-in-queries.ts';

/** How far back a person sees their sign-ins. The company's audit trail keeps them for longer. */
const SHOWN_DAYS = 90;

/** `/account/sign-ins`: when, from where and how a person signed in, and who was refused in their name. */
export function createSignInsRouter({ db }: AppDeps): Router {
  const router = Router();
  router.get('/sign-ins', async (req: Request, res: Response) => {
    if (req.user === undefined) throw new NotSignedIn();
    const { t } = formatOf(res);
    const page = await listSignIns(db, {
      userId: req.user.id,
      since: new Date(req.receivedAt.getTime() - SHOWN_DAYS * DAY_MS),
      cursor: parseTimedCursor(req.query),
    });
    const ends = timedEnds(page, ({ timestamp }) => timestamp);
    const { prevUrl, nextUrl } = pageUrls('/account/sign-ins', {}, ends);
    res.render('account/sign-ins', {
      title: t('account.signIns'),
      days: SHOWN_DAYS,
      signIns: page.rows.map((row) => ({ ...row, ...inWords(row, res) })),
      newerUrl: prevUrl,
      olderUrl: nextUrl,
    });
  });
  return router;
}

/** The ways of signing in without a second factor that have words of their own. */
const ways = ['password', 'registration', 'invitation'] as const;

function inWords(
  row: SignInEntry,
  res: Response,
): { device: string; way: string | null; why: string | null } {
  const format = formatOf(res);
  const read = row.error_message === null ? null : readReason(row.error_message);
  return {
    device: deviceName(row.user_agent, format),
    way: wayOf(row, format),
    why: read === null ? null : format.t(`auditReason.${read.reason}`),
  };
}

function wayOf({ method, factor: given }: SignInEntry, { t }: Format): string | null {
  const factor = signInFactors.find((name) => name === given);
  if (factor !== undefined) return t(`account.by_${factor}`);
  const way = ways.find((name) => name === method);
  return way === undefined ? method : t(`account.way_${way}`);
}
