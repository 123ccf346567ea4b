import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Knex } from 'knex';
import { requestContext } from '../audit/request-context.ts';
import { recordSecurityEvent } from '../audit/security/security-log.ts';
import { AppError, ForgedRequest, NotFound, NotSignedIn, TooManyAttempts } from '../errors.ts';
import { formatOf } from './page-locals.ts';
import type { TextKey } from './locales/catalogues.ts';
import { logUnreadable } from './body-fault.ts';

/** The last handler: no route answered. */
export const notFound: RequestHandler = () => {
  throw new NotFound();
};

/**
 * The only error handler. The page says as much as the person needs; the stack goes to the log and never to
 * the page.
 */
export function errorPages(db: Knex): ErrorRequestHandler {
  return async (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const known = toAppError(error);
    if (known === null || known.status >= 500)
      res.err = error instanceof Error ? error : new Error(String(error));
    else if (known !== error) logUnreadable(req, error);
    if (known instanceof ForgedRequest) await noteForgery(db, req, known);
    if (known instanceof NotSignedIn && req.accepts('html') && req.method === 'GET') {
      res.redirect(303, `/auth/login?returnTo=${encodeURIComponent(req.originalUrl)}`);
      return;
    }
    if (known instanceof TooManyAttempts) res.setHeader('retry-after', String(known.retryAfterSeconds));
    show(req, res, known?.status ?? 500, known?.textKey ?? 'errors.unexpected');
  };
}

function show(req: Request, res: Response, status: number, textKey: string): void {
  const { t } = formatOf(res);
  const heading = t(`${textKey}Heading` as TextKey);
  const message = t(textKey as TextKey);
  res.status(status);
  if (req.accepts(['html', 'json']) !== 'html') {
    res.json({ status, title: heading, detail: message, requestId: req.requestId });
    return;
  }
  res.render('errors/show', { title: heading, status, heading, message, requestId: req.requestId });
}

/**
 * Errors of the body parser and of Express carry a status. Every other error is a bug and stays unexplained.
 */
function toAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return new AppError(413, 'errors.tooLarge', { cause: error });
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new AppError(400, 'errors.invalidInput', { cause: error });
  }
  return null;
}

async function noteForgery(db: Knex, req: Request, error: ForgedRequest): Promise<void> {
  await recordSecurityEvent(db, requestContext(req), {
    kind: 'forged-request',
    details: {
      reason: error.message,
      origin: req.get('origin') ?? null,
      site: req.get('sec-fetch-site') ?? null,
    },
  });
}
