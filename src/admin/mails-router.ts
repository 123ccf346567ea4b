import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { requireOperator } from '../auth/require-user.ts';
import { NotFound } from '../errors.ts';
import { mailStates, type MailState } from '../mail/mail-states.ts';
import { findMail, listMailEvents, listMails, type MailRecord } from '../mail/queries.ts';
import { readMessage } from '../mail/read-message.ts';
import { resendMail } from '../mail/resend-mail.ts';
import { companyParam, recordOperatorLook, scopeOf } from '../people/company-scope.ts';
import { parseCursor, parseId, parseSearch } from '../web/list-input.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { pageUrls, urlWith } from '../web/page-urls.ts';
import { setContentPolicy } from '../web/security-headers.ts';

const PATH = '/admin/mails';

/**
 * The policy of a mail's own HTML: an origin of its own, in which nothing runs and nothing is fetched. Inline
 * styles are the mail's.
 */
const MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/**
 * `/mails`: the outbox. A company's admin sees the mails to its people, operators those of a chosen company
 * or of all.
 */
export function createMailsRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/mails', (req, res) => showMails(deps, req, res));
  router.get('/mails/:id', (req, res) => showMail(deps, req, res));
  router.get('/mails/:id/body', async (req, res) => {
    await sendBody(await findAsked(deps, req), res);
  });
  router.get('/mails/:id/message.eml', async (req, res) => {
    const mail = await findAsked(deps, req);
    res.setHeader('cache-control', 'no-store');
    res
      .attachment(`mail-${String(mail.id)}.eml`)
      .type('message/rfc822')
      .send(mail.kept);
  });
  router.post('/mails/:id/resend', requireOperator, (req, res) => resendAsked(deps, req, res));
  return router;
}

async function showMails({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const { t } = formatOf(res);
  const { company } = scopeOf(req);
  const state = parseState(req.query.state);
  // Addresses and subjects are a look into a company, which its admin sees: only with a chosen company.
  const search = company === null ? null : parseSearch(req.query.q);
  const page = await listMails(db, {
    companyId: company?.id ?? null,
    state,
    search,
    cursor: parseCursor(req.query),
  });
  res.render('mail/list', {
    title: t('mails.title'),
    state,
    search,
    states: mailStates,
    rows: page.rows,
    pages: pageUrls(PATH, { ...companyParam(req), state, q: search }, page),
  });
}

async function showMail(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const mail = await findAsked(deps, req);
  setContentPolicy(res, deps.config, { framesSelf: true });
  res.render('mail/show', {
    title: mail.subject,
    mail,
    events: await listMailEvents(deps.db, mail.id),
    hasSecret: mail.kept_sha256 !== mail.sent_sha256,
    canResend: scopeOf(req).isOperator && ['failed', 'uncertain', 'kept'].includes(mail.state),
    isMailConfigured: deps.config.smtpUrl !== null,
  });
}

/** The mail's HTML for the frame of its page, never as a page of our origin. */
async function sendBody(mail: MailRecord, res: Response): Promise<void> {
  const { html, text } = await readMessage(mail.kept);
  res.setHeader('content-security-policy', MAIL_POLICY);
  res.setHeader('x-frame-options', 'SAMEORIGIN');
  res.setHeader('cache-control', 'no-store');
  if (html === null) res.type('text/plain').send(text);
  else res.type('html').send(html);
}

async function resendAsked(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const mail = await findAsked(deps, req);
  const outcome = await resendMail(deps.db, requestContext(req), {
    mailId: mail.id,
    isMailConfigured: deps.config.smtpUrl !== null,
  });
  const { t } = formatOf(res);
  setFlash(
    req,
    outcome.ok ? 'success' : 'info',
    t(outcome.ok ? 'mails.resent' : `mails.notResent_${outcome.reason}`),
  );
  res.redirect(303, urlWith(`${PATH}/${String(mail.id)}`, companyParam(req)));
}

/** The mail of an address, within the scope. A look of the platform's staff is a row that the admin sees. */
async function findAsked({ db }: AppDeps, req: Request): Promise<MailRecord> {
  const mailId = parseId(req.params.id);
  if (mailId === null) throw new NotFound();
  const { company, isOperator } = scopeOf(req);
  const mail = await findMail(db, { companyId: company?.id ?? null, mailId });
  if (mail === undefined) throw new NotFound();
  if (isOperator && company === null && mail.company_id !== null)
    await recordOperatorLook(db, requestContext(req), mail.company_id);
  return mail;
}

/** The state asked for. Null (all) when none is asked for or there is no such state. */
function parseState(value: unknown): MailState | null {
  return mailStates.find((state) => state === value) ?? null;
}
