import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { companyOf } from '../../people/company-scope.ts';
import { findNewestStamp } from '../../transparency/heads/stamps/queries.ts';
import { findLog, findNewestCheckpoint, findNewestCheck } from '../../transparency/queries.ts';
import { findOldestUnsequenced } from '../../transparency/sequence/find-oldest-unsequenced.ts';
import { listKeys } from '../../transparency/sequence/list-keys.ts';
import { logSigner } from '../../transparency/sequence/log-signer.ts';
import { NotFound } from '../../errors.ts';
import { proveAuditRow } from '../../transparency/proof/record-proof.ts';
import { publishCompanyGuarded } from '../../transparency/heads/outside/publish-company-guarded.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf } from '../../web/page-locals.ts';
import { describeProtection } from './describe-protection.ts';

/**
 * `/log`: how far the log of a company is, what was checked last, and what that proves.
 * `/log/records/:id/proof`: the proof that one audit row is in it.
 */
export function createLogStateRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/log', async (req, res) => {
    await show(deps, req, res);
  });
  router.get('/log/records/:id/proof', async (req, res) => {
    await sendProof(deps, req, res);
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
  const origin = log === undefined ? null : signer.originOf(log.log_uuid);
  res.render('admin/log/show', {
    title: formatOf(res).t('logState.title'),
    log: log ?? null,
    newest: newest ?? null,
    address: log === undefined ? null : `/log/${log.log_uuid}/checkpoint`,
    keys: origin === null ? [] : await listKeys(db, signer, origin),
    waitingSeconds:
      waitingSince === null
        ? 0
        : Math.max(0, Math.round((req.receivedAt.getTime() - waitingSince.getTime()) / 1000)),
    stamp,
    check: origin === null ? null : ((await findNewestCheck(db, origin)) ?? null),
    protection: describeProtection({ hasStamp: stamp?.is_independent === true, ...config.transparency }),
  });
}

async function sendProof({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const id = parseId(req.params.id);
  const companyId = companyOf(req).id;
  if (id === null) throw new NotFound();
  await publishCompanyGuarded(db, requestContext(req), { config, companyId });
  const proof = await proveAuditRow(db, { companyId, id });
  if (proof === undefined) throw new NotFound();
  res
    .attachment(`record-${String(id)}.tlog-proof`)
    .type('text/plain')
    .send(proof);
}
