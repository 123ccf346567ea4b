import { hash } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { AuditLogger } from '../../audit/audit-logger.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotFound } from '../../errors.ts';
import { refuseHead } from '../../evidence/router.ts';
import { parseId } from '../../web/list-input.ts';
import type { DisputeCase } from '../queries.ts';
import { requestedCase } from '../requested-case.ts';
import { exhibitFileName, type Exhibit } from './exhibit.ts';
import { mediaTypes } from './files/checked-file.ts';
import { asDeliveryReport, listMailTrail } from './mail-trail.ts';
import { findExhibit, readExhibit } from './queries.ts';
import { listSeenByCustomer } from './seen-by-customer.ts';

/** A file of ours is saved, never shown: were it opened nevertheless, nothing in it runs or is fetched. */
const FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'";

/** The files of a case, for whoever may see it: exhibits, what the customer was shown, and mails. */
export function createExhibitFilesRouter(deps: AppDeps): Router {
  const router = Router({ mergeParams: true });
  const proven = requireStepUp(deps, { download: true });
  // A HEAD would be noted as a download.
  router.head(['/seen/:name', '/mails/:mailId', '/mails/:mailId/report', '/:exhibitId/file'], refuseHead);
  router.get('/seen/:name', proven, (req: Request, res: Response) => sendSeen(deps, req, res));
  router.get('/mails/:mailId', proven, (req: Request, res: Response) => sendMail(deps, req, res, 'mail'));
  router.get('/mails/:mailId/report', proven, (req: Request, res: Response) =>
    sendMail(deps, req, res, 'report'),
  );
  router.get('/:exhibitId/file', proven, (req: Request, res: Response) => sendExhibit(deps, req, res));
  return router;
}

/** The exhibit of an address with the case that it belongs to. Throws `NotFound` for any other. */
export async function requestedExhibit(
  deps: AppDeps,
  req: Request,
): Promise<{ dispute: DisputeCase; exhibit: Exhibit }> {
  const dispute = await requestedCase(deps, req);
  const exhibitId = parseId(req.params['exhibitId']);
  const exhibit =
    exhibitId === null ? undefined : await findExhibit(deps.db, { disputeId: dispute.id, exhibitId });
  if (exhibit === undefined) throw new NotFound();
  return { dispute, exhibit };
}

async function sendExhibit(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { dispute, exhibit: known } = await requestedExhibit(deps, req);
  const exhibit = await readExhibit(deps.db, { disputeId: dispute.id, exhibitId: known.id });
  if (exhibit === undefined) throw new NotFound();
  await sendFile(deps, req, res, {
    ...{ dispute, bytes: exhibit.content, sha256: exhibit.sha256 },
    ...{ name: exhibitFileName(exhibit), contentType: mediaTypes[exhibit.file_kind] },
    about: { exhibit_id: exhibit.id },
  });
}

async function sendSeen(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const pages = await listSeenByCustomer(deps.db, {
    ...{ paymentId: dispute.payment_id, asOf: req.receivedAt },
  });
  const page = pages.find(({ id }) => id === req.params['name']);
  if (page === undefined) throw new NotFound();
  const isPage = page.contentType.startsWith('text/html');
  await sendFile(deps, req, res, {
    ...{ dispute, bytes: page.bytes, sha256: page.sha256, name: page.name },
    // A page of the past is no page of ours: no browser may take it for one.
    contentType: isPage ? 'application/octet-stream' : page.contentType,
    about: { record_type: page.record.type, record_id: page.record.id },
  });
}

/** A mail of the trail, or what became of it. */
async function sendMail(deps: AppDeps, req: Request, res: Response, what: 'mail' | 'report'): Promise<void> {
  const dispute = await requestedCase(deps, req);
  const mails = await listMailTrail(deps.db, { paymentId: dispute.payment_id, asOf: req.receivedAt });
  const mail = mails.find(({ mailId }) => mailId === parseId(req.params['mailId']));
  if (mail === undefined) throw new NotFound();
  const about = { mail_id: mail.mailId };
  if (what === 'report') {
    const bytes = Buffer.from(asDeliveryReport(mail));
    await sendFile(deps, req, res, {
      ...{ dispute, about, bytes, sha256: hash('sha256', bytes), contentType: 'text/plain; charset=utf-8' },
      name: mail.name.replace('.eml', '.txt'),
    });
    return;
  }
  const { bytes, sha256, name } = mail;
  await sendFile(deps, req, res, { dispute, about, bytes, sha256, name, contentType: 'message/rfc822' });
}

/** Sends a file to be saved, after its audit row. Throws when its bytes are not the stored ones. */
async function sendFile(
  { db }: AppDeps,
  req: Request,
  res: Response,
  file: {
    dispute: DisputeCase;
    bytes: Buffer;
    sha256: string;
    name: string;
    contentType: string;
    about: Record<string, string | number>;
  },
): Promise<void> {
  const { dispute, bytes, sha256, name, contentType, about } = file;
  if (hash('sha256', bytes) !== sha256) throw new Error('Bug! The bytes of an exhibit do not fit their hash');
  await AuditLogger.log(db, requestContext(req), {
    action: 'dispute_exhibit_downloaded',
    success: true,
    resourceType: 'dispute',
    resourceId: dispute.id,
    companyId: dispute.company_id,
    details: { ...about, payment_id: dispute.payment_id, file_name: name, bytes: bytes.length, sha256 },
  });
  res.setHeader('content-security-policy', FILE_POLICY);
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('cache-control', 'no-store');
  res.attachment(name).setHeader('content-type', contentType);
  res.send(bytes);
}
