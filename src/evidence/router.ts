import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { requireStepUp } from '../auth/step-up/require-step-up.ts';
import { formErrors } from '../web/form-errors.ts';
import { InvalidInput, NotFound, NotSignedIn } from '../errors.ts';
import { formatOf } from '../web/page-locals.ts';
import { sendDownload } from '../web/downloads/send-download.ts';
import { recordOperatorLook, scopeOf } from '../people/company-scope.ts';
import { downloadOwner, type DownloadSlots } from './download-slots.ts';
import { EVIDENCE_LINES_SCHEMA_PATH } from './schemas/line-schema.ts';
import { EVIDENCE_SCHEMA_PATH } from './schemas/bundle-schema.ts';
import { exportEvidence } from './export-evidence.ts';
import { findProgress } from './export-progress.ts';
import {
  parseProgressToken,
  parseEvidenceFormat,
  type EvidenceFormat,
  parseSeparator,
  parseWithheld,
  periodQuery,
} from './input.ts';
import { parseId } from '../web/list-input.ts';
import { findCompanyIdOfUser, findCompany } from '../people/queries.ts';

/** Where the form of each document is explained. A CSV explains itself in its first line. */
const schemaPaths: Record<EvidenceFormat, string | null> = {
  json: EVIDENCE_SCHEMA_PATH,
  ndjson: EVIDENCE_LINES_SCHEMA_PATH,
  csv: null,
};

/** Shows a person's page again, with the faults of the period beside its fields. */
type ShowPerson = (
  req: Request,
  res: Response,
  input: { userId: number; companyId: number; errors: Record<string, string> },
) => Promise<void>;

/**
 * `/users/:id/export-logs`: the evidence about one person as a download; `/exports/:token/progress`: how far
 * it is.
 */
export function createEvidenceRouter(
  deps: AppDeps,
  { slots, showPerson }: { slots: DownloadSlots; showPerson: ShowPerson },
): Router {
  const router = Router();
  // Express would answer HEAD by running the whole export, and the audit trail would record a download that
  // never happened.
  router.head('/users/:id/export-logs', refuseHead);
  router.get('/users/:id/export-logs', requireStepUp(deps, { download: true }), async (req, res) => {
    await sendEvidence(deps, { slots, showPerson }, req, res);
  });
  router.get('/exports/:token/progress', async (req, res) => {
    await sendProgress(deps, req, res);
  });
  return router;
}

async function sendEvidence(
  deps: AppDeps,
  { slots, showPerson }: { slots: DownloadSlots; showPerson: ShowPerson },
  req: Request,
  res: Response,
): Promise<void> {
  const { db, readDb, config } = deps;
  if (req.user === undefined) throw new NotSignedIn();
  const userId = parseId(req.params.id);
  if (userId === null) throw new NotFound();
  const companyId = await findCompanyOfSubject(deps, req, userId);
  const format = parseEvidenceFormat(req.query.format);
  if (format === null) throw new InvalidInput({ message: 'no such format' });
  const separator = parseSeparator(req.query.separator, formatOf(res).locale);
  if (separator === null) throw new InvalidInput({ message: 'no such separator' });
  const period = periodQuery.safeParse(req.query);
  if (!period.success) {
    const errors = formErrors(period.error, formatOf(res));
    await showPerson(req, res, { userId, companyId, errors });
    return;
  }
  const workspaceId = parseId(req.query.workspace);
  const asked = {
    userId,
    companyId,
    ...period.data,
    by: req.user,
    format,
    separator,
    withheld: parseWithheld(req.query),
    ...(workspaceId === null ? {} : { workspaceId }),
  };
  const progressToken = parseProgressToken(req.query.progress);
  const schemaPath = schemaPaths[format];
  // JSON Schema core 2020-12, "Linking to a Schema".
  if (schemaPath !== null) res.setHeader('link', `<${config.baseUrl}${schemaPath}>; rel="describedby"`);
  await slots.run(downloadOwner(req.user, companyId), () =>
    sendDownload(req, res, (signal) =>
      exportEvidence({ db, reads: readDb, config }, requestContext(req), {
        ...asked,
        progressToken,
        signal,
      }),
    ),
  );
}

async function sendProgress({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const token = parseProgressToken(req.params.token);
  const progress = token === null ? undefined : await findProgress(db, { userId: req.user.id, token });
  if (progress === undefined) throw new NotFound();
  res.json(progress);
}

/**
 * Refuses HEAD for downloads. Express would answer HEAD by running the GET handler, and the audit trail would
 * record a download that never happened.
 */
export function refuseHead(_req: Request, res: Response): void {
  res.set('allow', 'GET').status(405).end();
}

/**
 * An operator need not name the company: the person determines it, and the operator's look is recorded for
 * it.
 */
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
