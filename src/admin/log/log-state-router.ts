import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { companyOf } from '../../people/company-scope.ts';
import { findNewestStamp } from '../../transparency/heads/stamps/queries.ts';
import { findLog, findNewestCheckpoint, findNewestCheck } from '../../transparency/queries.ts';
import { findOldestUnsequenced } from '../../transparency/sequence/find-oldest-unsequenced.ts';
import { logSigner } from '../../transparency/sequence/log-signer.ts';
import { formatOf } from '../../web/page-locals.ts';
import { describeProtection } from './describe-protection.ts';

/** `/log`: how far the log of a company is, what was checked last, and what that proves. */
export function createLogStateRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/log', async (req, res) => {
    await show(deps, req, res);
  });
  return router;
}

async function show({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const companyId = companyOf(req).id;
  const log = await findLog(db, companyId);
  const newest = log === undefined ? undefined : await findNewestCheckpoint(db, log.id);
  const waitingSince = await findOldestUnsequenced(db);
  const stamp = (await findNewestStamp(db)) ?? null;
  const signer = logSigner(config);
  res.render('admin/log/show', {
    title: formatOf(res).t('logState.title'),
    log: log ?? null,
    newest: newest ?? null,
    address: log === undefined ? null : `/log/${log.log_uuid}/checkpoint`,
    keys: log === undefined ? [] : signer.vkeysOf(signer.originOf(log.log_uuid)),
    waitingSeconds:
      waitingSince === null
        ? 0
        : Math.max(0, Math.round((req.receivedAt.getTime() - waitingSince.getTime()) / 1000)),
    stamp,
    check: (await findNewestCheck(db)) ?? null,
    protection: describeProtection({ hasStamp: stamp?.is_independent === true, ...config.transparency }),
  });
}
