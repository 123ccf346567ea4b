import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { downloadOwner, type DownloadSlots } from '../../evidence/download-slots.ts';
import { refuseHead } from '../../evidence/router.ts';
import { recordOperatorLook, scopeOf } from '../../people/company-scope.ts';
import { sendDownload } from '../../web/downloads/send-download.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { preparingStates } from '../case-states.ts';
import { backToCase, caseUrl, requestedCase } from '../requested-case.ts';
import { downloadPackage } from './download-package.ts';
import { makePackage } from './make-package.ts';
import { megabytes, refusedPage } from './problem-text.ts';
import { findPackage, findPackagePayment, type DisputePackage } from './queries.ts';

type Input = { deps: AppDeps; slots: DownloadSlots };

/**
 * Packages of cases and payments: `/disputes/:id/packages` makes and hands out those of a case,
 * `/chargeback/generate/:paymentId` the one of a payment without a case, and `/users/:id/package` the same
 * from the page of the person who paid. Operators get those of every company, an admin those of the own one.
 */
export function createPackagesRouter(deps: AppDeps, slots: DownloadSlots): Router {
  const router = Router();
  const input = { deps, slots };
  const ofCase = '/disputes/:id/packages';
  const downloads = [
    `${ofCase}/:packageId/zip`,
    `${ofCase}/:packageId/pdf`,
    '/chargeback/generate/:paymentId',
    '/users/:id/package',
  ];
  router.head(downloads, refuseHead);
  const proven = requireStepUp(deps, { download: true });
  router.post(ofCase, requireOperator, (req, res) => makeForCase(deps, req, res));
  router.get(`${ofCase}/:packageId/zip`, proven, (req, res) => sendOfCase(input, req, res, 'zip'));
  router.get(`${ofCase}/:packageId/pdf`, proven, (req, res) => sendOfCase(input, req, res, 'pdf'));
  router.get('/chargeback/generate/:paymentId', proven, (req, res) =>
    sendOfPayment(input, req, res, { paymentId: parseId(req.params.paymentId), userId: null, format: 'zip' }),
  );
  router.get('/users/:id/package', proven, (req, res) =>
    sendOfPayment(input, req, res, {
      paymentId: parseId(req.query.payment),
      userId: parseId(req.params.id),
      format: req.query.as === 'zip' ? 'zip' : 'pdf',
    }),
  );
  return router;
}

async function makeForCase(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const format = formatOf(res);
  if (!preparingStates.includes(dispute.state)) {
    backToCase(req, res, dispute, null);
    return;
  }
  const context = requestContext(req);
  const { id: disputeId, payment_id: paymentId } = dispute;
  const { db, config } = deps;
  const made = await makePackage(db, context, {
    ...{ config, paymentId, disputeId, kind: 'draft', by: context.userId },
  });
  if (made === undefined) throw new NotFound();
  if (!made.ok) {
    const page = refusedPage(made.problems, { format, back: caseUrl(dispute) });
    res.status(422).render('disputes/package/refused', page);
    return;
  }
  const found = await findPackage(db, { companyId: dispute.company_id, packageId: made.packageId });
  const size = megabytes(found?.zip_bytes ?? 0, format);
  setFlash(
    req,
    'success',
    format.t(made.isNew ? 'disputePackage.made' : 'disputePackage.madeBefore', { size }),
  );
  res.redirect(303, caseUrl(dispute));
}

async function sendOfCase(input: Input, req: Request, res: Response, format: 'zip' | 'pdf'): Promise<void> {
  const dispute = await requestedCase(input.deps, req);
  const packageId = parseId(req.params.packageId);
  const made =
    packageId === null
      ? undefined
      : await findPackage(input.deps.db, { companyId: dispute.company_id, packageId });
  if (made === undefined || made.dispute_id !== dispute.id) throw new NotFound();
  await send(input, req, res, { made, format });
}

/** Makes the package of a payment, or finds the one that tells the same, and sends it. */
async function sendOfPayment(
  input: Input,
  req: Request,
  res: Response,
  asked: { paymentId: number | null; userId: number | null; format: 'zip' | 'pdf' },
): Promise<void> {
  const { db, config } = input.deps;
  const { paymentId, userId, format } = asked;
  const scope = scopeOf(req);
  const companyId = scope.isOperator ? null : (scope.company?.id ?? null);
  const payment =
    paymentId === null ? undefined : await findPackagePayment(db, { companyId, paymentId, userId });
  if (payment === undefined) throw new NotFound();
  const context = requestContext(req);
  if (scope.isOperator && scope.company?.id !== payment.company_id)
    await recordOperatorLook(db, context, payment.company_id);
  const made = await makePackage(db, context, {
    ...{ config, paymentId: payment.id, disputeId: null, kind: 'payment', by: context.userId },
  });
  if (made === undefined) throw new NotFound();
  if (!made.ok) {
    const back = `/admin/users/${String(payment.user_id)}${scope.query}`;
    const page = refusedPage(made.problems, { format: formatOf(res), back });
    res.status(422).render('disputes/package/refused', page);
    return;
  }
  const found = await findPackage(db, { companyId: payment.company_id, packageId: made.packageId });
  if (found === undefined) throw new NotFound();
  await send(input, req, res, { made: found, format });
}

async function send(
  { deps: { db }, slots }: Input,
  req: Request,
  res: Response,
  asked: { made: DisputePackage; format: 'zip' | 'pdf' },
): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  await slots.run(downloadOwner(req.user, asked.made.company_id), () =>
    sendDownload(req, res, () => downloadPackage(db, requestContext(req), asked)),
  );
}
