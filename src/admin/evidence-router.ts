import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { formErrors } from '../auth/form-errors.ts';
import { NotFound, NotSignedIn } from '../errors.ts';
import { formatOf } from '../web/page-locals.ts';
import { recordOperatorLook, scopeOf } from './admin-scope.ts';
import type { DownloadSlots } from './download-slots.ts';
import { EVIDENCE_SCHEMA_PATH } from './evidence-schema.ts';
import { exportEvidence, type Download } from './export-evidence.ts';
import { parseId, periodQuery } from './input.ts';
import { showPerson } from './person-router.ts';
import { findCompany, findCompanyIdOfUser } from './queries.ts';

/** A reader that takes nothing for so long is gone, in milliseconds; the connection is given back. */
const READER_TIMEOUT_MS = 60_000;

/** `/users/:id/export-logs`: the evidence about one person as a JSON download. */
export function createEvidenceRouter(deps: AppDeps, slots: DownloadSlots): Router {
  const router = Router();
  // Express would answer HEAD by the whole export, and the trail would say that it was downloaded.
  router.head('/users/:id/export-logs', refuseHead);
  router.get('/users/:id/export-logs', async (req, res) => {
    const { db, config } = deps;
    if (req.user === undefined) throw new NotSignedIn();
    const userId = parseId(req.params.id);
    if (userId === null) throw new NotFound();
    const companyId = await findCompanyOfSubject(deps, req, userId);
    const period = periodQuery.safeParse(req.query);
    if (!period.success) {
      await showPerson(deps, req, res, {
        userId,
        companyId,
        errors: formErrors(period.error, formatOf(res)),
      });
      return;
    }
    const by = req.user;
    await slots.run(`company-${companyId}`, async () => {
      const bundle = await exportEvidence(db, requestContext(req), { userId, companyId, ...period.data, by });
      // Where the form of this document is explained (JSON Schema core 2020-12, "Linking to a Schema").
      res.setHeader('link', `<${config.baseUrl}${EVIDENCE_SCHEMA_PATH}>; rel="describedby"`);
      await sendDownload(req, res, bundle, 'application/json; charset=utf-8');
    });
  });
  return router;
}

/** For addresses whose GET is a download that is written down. */
export function refuseHead(_req: Request, res: Response): void {
  res.set('allow', 'GET').status(405).end();
}

/** An operator need not name the company: it follows from the person, and the look is written down for it as well. */
async function findCompanyOfSubject(deps: AppDeps, req: Request, userId: number): Promise<number> {
  const scope = scopeOf(req);
  if (scope.company !== null) return scope.company.id;
  const companyId = await findCompanyIdOfUser(deps.db, userId);
  const company = companyId === undefined ? undefined : await findCompany(deps.db, companyId);
  if (company === undefined) throw new NotFound();
  scope.company = company;
  scope.query = `?company=${String(company.id)}`;
  await recordOperatorLook(deps.db, requestContext(req), company.id);
  return company.id;
}

/**
 * Sends a download piece by piece, no faster than its reader takes it. A reader who goes away ends it and gives the
 * connection back; a fault after the first byte cuts the connection, so that half a file is never taken for a whole one.
 */
export async function sendDownload(
  req: Request,
  res: Response,
  { fileName, chunks }: Download,
  contentType: string,
): Promise<void> {
  res.setHeader('content-type', contentType);
  res.setHeader('content-disposition', `attachment; filename="${fileName}"`);
  res.setHeader('cache-control', 'no-store');
  res.setTimeout(READER_TIMEOUT_MS, () => {
    res.destroy();
  });
  try {
    await pipeline(chunks, res);
  } catch (error) {
    if (!isReaderGone(error)) throw error;
    req.log.info({ fileName }, 'the reader of a download went away');
  }
}

function isReaderGone(error: unknown): boolean {
  const codes = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EPIPE'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
