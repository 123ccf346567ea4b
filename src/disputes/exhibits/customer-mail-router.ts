import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { contentAsText } from '../../mail/mail-content.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatFor } from '../../web/format.ts';
import { locales, type Locale } from '../../web/locales/catalogues.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import type { DisputeCase } from '../queries.ts';
import { roundForNew } from './exhibit.ts';
import { customerMailForm } from './input.ts';
import { countCustomerMails } from './queries.ts';
import { caseUrl, requestedCase } from '../requested-case.ts';
import { askCustomer } from './ask-customer.ts';
import { findCustomerFacts } from './customer-facts.ts';
import { customerMail, readyWords } from './customer-mail.ts';

const FIELDS = ['locale', 'subject', 'body', 'withdrawal', 'mailsBefore'];

/** The mail that asks the customer: written, looked at, sent. Nothing is sent by the first two. */
export function createCustomerMailRouter(deps: AppDeps): Router {
  const router = Router({ mergeParams: true });
  router.get('/', requireOperator, (req, res) => showReady(deps, req, res));
  router.post('/', requireOperator, (req, res) => showLook(deps, req, res));
  router.post('/send', requireOperator, requireStepUp(deps), (req: Request, res: Response) =>
    send(deps, req, res),
  );
  return router;
}

async function showReady(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, config } = deps;
  const dispute = await requestedCase(deps, req);
  const facts = await findCustomerFacts(db, dispute.id);
  const locale = locales.find((one) => one === req.query['lang']) ?? facts.payer_locale;
  const words = readyWords(formatFor(locale), { facts, config });
  const mailsBefore = String(await countCustomerMails(db, dispute.id));
  await showForm(deps, res, { dispute, values: { locale, ...words, mailsBefore }, errors: {} });
}

/** The form with what it has. A case that has ended shows why nobody is asked any more. */
async function showForm(
  { db }: AppDeps,
  res: Response,
  form: { dispute: DisputeCase; values: Record<string, string>; errors: Record<string, string> },
): Promise<void> {
  const { dispute, values, errors } = form;
  const { t } = formatOf(res);
  const facts = await findCustomerFacts(db, dispute.id);
  const base = caseUrl(dispute, '/exhibits/customer-mail');
  const other = locales.find((one) => one !== values['locale']) ?? facts.payer_locale;
  if (Object.keys(errors).length > 0) res.status(422);
  res.locals['currentPath'] = base;
  res.render('disputes/exhibits/customer-mail', {
    title: t('exhibits.customerTitle'),
    ...{ action: base, backUrl: caseUrl(dispute, '#exhibits'), facts, values, errors },
    otherUrl: `${base}?lang=${other}`,
    hasEnded: roundForNew(dispute) === null,
    sentBefore: await countCustomerMails(db, dispute.id),
  });
}

async function showLook(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, config } = deps;
  const dispute = await requestedCase(deps, req);
  const values = keptValues(req.body, FIELDS);
  const form = customerMailForm.safeParse(req.body ?? {});
  if (!form.success || isChanging(req)) {
    const errors = form.success || isChanging(req) ? {} : formErrors(form.error, formatOf(res));
    await showForm(deps, res, { dispute, values, errors });
    return;
  }
  const { locale, mailsBefore, ...words } = form.data;
  const facts = await findCustomerFacts(db, dispute.id);
  const content = customerMail(formatFor(locale), { facts, words, config });
  const base = caseUrl(dispute, '/exhibits/customer-mail');
  res.locals['currentPath'] = base;
  res.render('disputes/exhibits/customer-mail-look', {
    title: formatOf(res).t('exhibits.lookTitle'),
    ...{ changeUrl: base, sendUrl: `${base}/send`, backUrl: caseUrl(dispute, '#exhibits') },
    ...{ to: facts.payer_email, subject: content.subject, text: contentAsText(content) },
    mailLocale: locale,
    isSent: config.smtpUrl !== null,
    fields: Object.entries({ locale, ...words, mailsBefore: String(mailsBefore) }),
  });
}

/** The button that leads back from the look to the form, with everything typed. */
const isChanging = (req: Request): boolean => (req.body as Record<string, unknown>)['step'] === 'change';

async function send(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const { db, config } = deps;
  const dispute = await requestedCase(deps, req);
  const format = formatOf(res);
  const form = customerMailForm.safeParse(req.body ?? {});
  if (!form.success) {
    const errors = formErrors(form.error, format);
    await showForm(deps, res, { dispute, values: keptValues(req.body, FIELDS), errors });
    return;
  }
  const { locale, mailsBefore, ...words } = form.data;
  const outcome = await askCustomer(db, requestContext(req), {
    ...{ disputeId: dispute.id, locale: locale satisfies Locale, words, mailsBefore, config },
    description: format.t('exhibits.mailDescription', { date: format.when(req.receivedAt, 'day') }),
  });
  const text = format.t(outcome.ok ? 'exhibits.mailSent' : `exhibits.mailRefused_${outcome.reason}`);
  setFlash(req, outcome.ok ? 'success' : 'info', text);
  res.redirect(303, caseUrl(dispute, '#exhibits'));
}
