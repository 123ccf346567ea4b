import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { listIssuedInMonth } from '../../billing/legal-invoices/month-queries.ts';
import { NotSignedIn } from '../../errors.ts';
import { separatorOf } from '../../evidence/csv.ts';
import { downloadOwner, type DownloadSlots } from '../../evidence/download-slots.ts';
import { refuseHead } from '../../evidence/router.ts';
import { sendDownload } from '../../web/downloads/send-download.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { monthOf } from '../../month.ts';
import { exportLegalMonth } from './export-legal-month.ts';

/** Slots of downloads are shared by companies; a month of legal invoices is of none. */
const NO_COMPANY = 0;

/**
 * `/finance/invoices/month.zip`: the files of a month for an accountant or integrator. Mounted behind
 * `hideFromOthers`, before the pages of one legal invoice.
 */
export function createLegalArchiveRouter(deps: AppDeps, slots: DownloadSlots): Router {
  const router = Router();
  const path = '/finance/invoices/month.zip';
  router.head(path, refuseHead);
  router.get(path, requireStepUp(deps, { download: true }), (req, res) => sendMonth(deps, slots, req, res));
  return router;
}

async function sendMonth({ db }: AppDeps, slots: DownloadSlots, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const format = formatOf(res);
  const { month } = monthOf(req.query.month, req.receivedAt);
  const rows = await listIssuedInMonth(db, month);
  if (rows.length === 0) {
    setFlash(req, 'info', format.t('legalInvoices.archiveEmpty', { month }));
    res.redirect(303, '/admin/finance/invoices?list=all');
    return;
  }
  const asked = {
    month,
    rows,
    separator: separatorOf(format.locale),
    listName: format.t('legalInvoices.archiveList'),
  };
  await slots.run(downloadOwner(req.user, NO_COMPANY), () =>
    sendDownload(req, res, () => exportLegalMonth(db, requestContext(req), asked)),
  );
}
