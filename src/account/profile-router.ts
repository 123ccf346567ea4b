import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { NotSignedIn } from '../errors.ts';
import { changeProfile } from '../people/profile/change-profile.ts';
import { profileForm } from '../people/profile/input.ts';
import { formErrors, keptValues } from '../web/form-errors.ts';
import { formatFor } from '../web/format.ts';
import { formatOf, rememberLocale, setFlash } from '../web/page-locals.ts';
import { createRateLimit } from '../web/rate-limit.ts';
import { listTimeZones } from '../web/time-zones.ts';

/** Changes of the profile in an hour: each leaves rows that are kept for years. */
const CHANGES_PER_HOUR = 30;

interface Form {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** `/account/profile`: a person's name, language and time zone. */
export function createProfileRouter(deps: AppDeps): Router {
  const changes = createRateLimit(deps.db, {
    name: 'profile-change',
    points: CHANGES_PER_HOUR,
    durationSeconds: 3600,
  });
  const router = Router();
  router.get('/profile', (req, res) => {
    const { user } = req;
    if (user === undefined) throw new NotSignedIn();
    const values = { fullName: user.full_name, locale: user.locale, timeZone: user.time_zone };
    show(req, res, { values, errors: {} });
  });
  router.post('/profile', async (req, res) => {
    await changes.consume(String(req.user?.id));
    await changeFromForm(deps, req, res);
  });
  return router;
}

async function changeFromForm({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const form = profileForm.safeParse(req.body ?? {});
  if (!form.success) {
    res.status(422);
    const values = keptValues(req.body, ['fullName', 'locale', 'timeZone']);
    show(req, res, { values, errors: formErrors(form.error, formatOf(res)) });
    return;
  }
  const { locale } = form.data;
  await changeProfile(db, requestContext(req), { userId: req.user.id, ...form.data });
  rememberLocale(res, config, locale);
  setFlash(req, 'success', formatFor(locale).t('account.profileSaved'));
  res.redirect(303, '/account/profile');
}

function show(req: Request, res: Response, form: Form): void {
  res.render('account/profile', {
    title: formatOf(res).t('account.profile'),
    timeZones: listTimeZones(req.receivedAt),
    now: req.receivedAt,
    ...form,
  });
}
