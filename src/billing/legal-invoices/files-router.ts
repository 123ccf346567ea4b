import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requireCompanyAdmin } from '../../auth/require-user.ts';
import { NotFound } from '../../errors.ts';
import { parseId } from '../../web/list-input.ts';
import { findFile, findLegalInvoice } from './queries.ts';

/** The files of a company's legal invoices, for its admins. Mounted at `/billing`, behind its guards. */
export function createLegalInvoiceFilesRouter(deps: Pick<AppDeps, 'db'>): Router {
  const router = Router();
  router.get('/legal-invoices/:id/files/:fileId', requireCompanyAdmin, (req, res) =>
    sendFile(deps, req, res),
  );
  return router;
}

async function sendFile({ db }: Pick<AppDeps, 'db'>, req: Request, res: Response): Promise<void> {
  const [id, fileId] = [parseId(req.params.id), parseId(req.params.fileId)];
  const legal = id === null ? undefined : await findLegalInvoice(db, id);
  if (fileId === null || legal === undefined || legal.company_id !== req.user?.company_id)
    throw new NotFound();
  const file = await findFile(db, { legalInvoiceId: legal.id, fileId });
  if (file === undefined || legal.state === 'withdrawn') throw new NotFound();
  res.type(file.kind).attachment(file.name).send(file.content);
}
