import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requireUser } from '../auth/require-user.ts';
import { formatOf } from '../web/page-locals.ts';
import { createOwnDataRouter } from './own-data/own-data-router.ts';
import { describeActivities } from './registry/describe-activities.ts';

/** `/account/data`: what is held about a person, for members, admins and operators alike. */
export function createPrivacyRouter(deps: AppDeps): Router {
  const router = Router();
  router.use(requireUser);
  router.use(createOwnDataRouter(deps));
  router.get('/', (_req, res) => {
    const format = formatOf(res);
    res.render('account/data/show', {
      title: format.t('privacy.ownTitle'),
      subtitle: format.t('privacy.ownSubtitle'),
      activities: describeActivities(format),
    });
  });
  return router;
}
