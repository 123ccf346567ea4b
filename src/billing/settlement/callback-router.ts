import express, { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { recordSecurityEvent } from '../../audit/security/security-log.ts';
import { boundedText } from '../../storable-text.ts';
import type { NotificationReading, PaytrNotification } from '../paytr/paytr.ts';
import { confirmCharge } from './confirm-charge.ts';
import { settlePayment, type Settlement } from './settle-payment.ts';

/**
 * The gateway's notifications have some hundred bytes. The limit is high, so that a long reason never keeps
 * one from being read.
 */
const BODY_LIMIT = '1mb';

/** The gateway notifies again unless it reads exactly these two bytes (PayTR iFrame API, step 2). */
const ACKNOWLEDGED = 'OK';

/** Outcomes that are answered as failures: a person has to look, and the gateway keeps trying meanwhile. */
const refusals: Partial<Record<Settlement['outcome'], { status: number; text: string }>> = {
  'unknown-order': { status: 404, text: 'unknown order' },
  'unknown-status': { status: 400, text: 'unknown status' },
};

/**
 * Receives the gateway's notifications (Bildirim URL) and answers plain text, without a rate limit. Mounted
 * at `/billing` before browser sessions, CSRF and form parsing: the gateway has no browser, and its signature
 * is verified over the raw bytes.
 */
export function createPaytrCallbackRouter(deps: AppDeps): Router {
  const router = Router();
  router.post('/callback', express.raw({ type: () => true, limit: BODY_LIMIT }), (req, res) =>
    receive(deps, req, res),
  );
  router.all('/callback', (_req, res) => {
    answer(res.set('allow', 'POST'), 405, 'POST only');
  });
  router.use('/callback', plainErrors(deps));
  return router;
}

async function receive(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const rawBody = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  const reading = deps.paytr.readNotification(rawBody);
  if (!reading.ok) {
    await refuseUnsigned(deps, req, res, rawBody, reading);
    return;
  }
  const { notification } = reading;
  const confirmation = await confirmCharge(deps.db, requestContext(req), { notification, ...deps });
  if (!confirmation.ok) {
    refuseUnconfirmed(deps, req, res, { notification, problem: confirmation.problem });
    return;
  }
  const settlement = await settlePayment(deps.db, requestContext(req), {
    notification,
    rawBody,
    config: deps.config,
    answer: confirmation.answer,
  });
  deps.metrics.paymentCallbacks.inc({ outcome: settlement.outcome });
  logSettlement(req, boundedText(notification.merchantOid, 100), settlement);
  const refusal = refusals[settlement.outcome];
  answer(res, refusal?.status ?? 200, refusal?.text ?? ACKNOWLEDGED);
}

/** Nothing changes without the gateway's answer: the gateway repeats the notification, and is asked again. */
function refuseUnconfirmed(
  { metrics }: AppDeps,
  req: Request,
  res: Response,
  { notification, problem }: { notification: PaytrNotification; problem: string },
): void {
  metrics.paymentCallbacks.inc({ outcome: 'unconfirmed' });
  const fields = { merchant_oid: boundedText(notification.merchantOid, 100), problem };
  requestContext(req).log.warn(fields, 'a charge could not be confirmed; the gateway will repeat its notice');
  answer(res, 503, 'try again later');
}

/** Unsigned posts prove nothing. They go to the bounded security log and to nobody's evidence. */
async function refuseUnsigned(
  deps: AppDeps,
  req: Request,
  res: Response,
  rawBody: Buffer,
  reading: Extract<NotificationReading, { ok: false }>,
): Promise<void> {
  const context = requestContext(req);
  deps.metrics.paymentCallbacks.inc({ outcome: reading.reason });
  context.log.warn({ reason: reading.reason, field: reading.field }, 'unsigned callback refused');
  await recordSecurityEvent(deps.db, context, {
    kind: 'unsigned-callback',
    details: {
      reason: reading.reason,
      field: reading.field ?? null,
      claimed_order: new URLSearchParams(rawBody.toString('utf8')).get('merchant_oid'),
      body_bytes: rawBody.length,
      content_type: req.get('content-type') ?? null,
    },
  });
  answer(
    res,
    400,
    reading.reason === 'bad-hash' ? 'PAYTR notification failed: bad hash' : 'bad notification',
  );
}

function logSettlement(req: Request, merchantOid: string, settlement: Settlement): void {
  const { log } = requestContext(req);
  const fields = { merchant_oid: merchantOid, outcome: settlement.outcome };
  if (settlement.outcome === 'review') {
    log.error({ ...fields, reason: settlement.reason }, 'charged, but not as ordered: a person must look');
  } else if (settlement.outcome === 'unknown-order' || settlement.outcome === 'unknown-status') {
    log.error(fields, 'a signed notification could not be applied: a person must look');
  } else {
    log.info(fields, 'payment notification');
  }
}

/** The body parser's 4xx go out as they are. Any other error is ours to mend, and the gateway comes again. */
function plainErrors({ metrics }: AppDeps): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
    const isTheirs = status >= 400 && status < 500;
    metrics.paymentCallbacks.inc({ outcome: isTheirs ? 'unreadable' : 'error' });
    const { log } = requestContext(req);
    if (isTheirs)
      log.error(
        { err: error },
        'callback could not be read; should the gateway have sent it, it will repeat it',
      );
    else log.error({ err: error }, 'callback could not be settled; the gateway will repeat it');
    answer(res, isTheirs ? status : 503, isTheirs ? 'unreadable notification' : 'try again later');
  };
}

function answer(res: Response, status: number, text: string): void {
  res.status(status).type('text/plain').send(text);
}
