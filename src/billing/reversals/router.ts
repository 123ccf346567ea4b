import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireAdmin } from '../../auth/require-user.ts';
import { NotFound } from '../../errors.ts';
import { requireCurrentAcceptance } from '../../legal/require-acceptance.ts';
import { recordOperatorLook } from '../../people/company-scope.ts';
import { parseId } from '../../web/list-input.ts';
import { formatOf } from '../../web/page-locals.ts';
import { refuseFromElsewhere } from '../../web/refuse-from-elsewhere.ts';
import { findReversal } from './queries.ts';
import { reversalPdf } from './reversal-pdf.ts';

/**
 * `/billing/reversals/:id`: a reversal as a PDF, for admins of the company and for operators, whose look is
 * an audit row of the company. Mounted before the guard that lets only people of a company pass.
 */
export function createReversalRouter({ db }: Pick<AppDeps, 'db'>): Router {
  const router = Router();
  const ofStaff = refuseFromElsewhere((req) => req.user?.role === 'operator');
  router.get(
    '/reversals/:id',
    requireAdmin,
    requireCurrentAcceptance(db),
    ofStaff,
    async (req: Request, res: Response) => {
      const id = parseId(req.params.id);
      if (id === null) throw new NotFound();
      const companyId = req.user?.company_id ?? null;
      const reversal = await findReversal(db, companyId, id);
      if (reversal === undefined) throw new NotFound();
      if (companyId === null) await recordOperatorLook(db, requestContext(req), reversal.company_id);
      const pdf = await reversalPdf(formatOf(res), reversal);
      res.setHeader('cache-control', 'private, no-store');
      res.setHeader('content-disposition', `inline; filename="${reversal.reversal_no}.pdf"`);
      res.type('application/pdf').send(pdf);
    },
  );
  return router;
}
