import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireOperator } from '../../auth/require-user.ts';
import { currencies } from '../../currency.ts';
import { timeLeft } from '../deadline.ts';
import { localDay } from '../../local-calendar.ts';
import { scopeOf } from '../../people/company-scope.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { parseCursor, parseSearch } from '../../web/list-input.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { pageUrls, urlWith } from '../../web/page-urls.ts';
import { caseStates, closedStates, openStates } from '../case-states.ts';
import { recordComplaint } from '../cases/record-warning.ts';
import { receiveNotice, type NoticeOutcome } from '../cases/receive-notice.ts';
import { factFieldNames, futureDays, noticeForm, noticeKinds } from '../input.ts';
import { networks } from '../networks.ts';
import { listReasons } from './list-reasons.ts';
import { caseLists, countCases, listCases, type CaseFilter } from './queries.ts';

const PATH = '/admin/disputes';

interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
}

/** `/disputes`: the list of cases, and the form for a notice. */
export function createDeskRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/disputes', (req, res) => showDesk(deps, req, res));
  router.get('/disputes/reasons', requireOperator, showReasons);
  router.get('/disputes/new', requireOperator, (req, res) => {
    showNotice(deps, req, res, { values: prefilled(req), errors: {} });
  });
  router.post('/disputes/new', requireOperator, (req, res) => enterNotice(deps, req, res));
  return router;
}

async function showDesk({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  const companyId = scopeOf(req).company?.id ?? null;
  const filter = parseFilter(req, companyId);
  const [page, counts] = await Promise.all([
    listCases(db, { filter, cursor: parseCursor(req.query) }),
    countCases(db, { companyId, at: req.receivedAt }),
  ]);
  const company = scopeOf(req).isOperator ? companyId : null;
  const kept = { state: filter.state, network: filter.network, q: filter.search, company };
  res.render('disputes/desk', {
    title: formatOf(res).t('disputes.title'),
    filter,
    counts,
    lists: caseLists.map((name) => ({
      name,
      count: counts[name],
      isShown: name === filter.list,
      url: urlWith(PATH, { list: name === 'open' ? null : name, company }),
    })),
    states: filter.list === 'open' ? openStates : closedStates,
    networks,
    rows: page.rows.map((row) => ({ ...row, left: timeLeft(row, req.receivedAt) })),
    company,
    pages: pageUrls(PATH, { list: filter.list === 'open' ? null : filter.list, ...kept }, page),
  });
}

function parseFilter(req: Request, companyId: number | null): CaseFilter {
  const { query } = req;
  return {
    list: caseLists.find((name) => name === query.list) ?? 'open',
    companyId,
    state: caseStates.find((name) => name === query.state) ?? null,
    network: networks.find((name) => name === query.network) ?? null,
    search: parseSearch(query.q),
  };
}

/** An operator comes from the page of a payment, which knows the order. */
function prefilled(req: Request): Record<string, string> {
  const { order } = req.query;
  const today = localDay(req.receivedAt);
  return {
    kind: 'dispute',
    receivedOn: today,
    ...(typeof order === 'string' && /^[A-Za-z0-9]{1,64}$/.test(order) ? { order } : {}),
  };
}

/** The codes that banks give, in plain words, as far as they contain what was typed. */
function showReasons(req: Request, res: Response): void {
  const { t, locale } = formatOf(res);
  const search = parseSearch(req.query.q);
  res.render('disputes/reasons', {
    title: t('disputes.reasonsTitle'),
    search,
    reasons: listReasons(search ?? '', locale),
  });
}

function showNotice({ config }: AppDeps, _req: Request, res: Response, form: ShownForm): void {
  if (Object.keys(form.errors).length > 0) res.status(422);
  res.render('disputes/notice', {
    title: formatOf(res).t('disputes.noticeTitle'),
    kinds: noticeKinds,
    networks,
    currencies,
    answerDays: config.disputeAnswerDays,
    reasons: listReasons('', formatOf(res).locale),
    ...form,
  });
}

async function enterNotice(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const values = keptValues(req.body, ['order', 'reference', 'kind', 'receivedOn', ...factFieldNames]);
  const form = noticeForm.safeParse(req.body ?? {});
  if (!form.success) {
    showNotice(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const isFuture = form.data.receivedAt > req.receivedAt;
  const future = [...(isFuture ? ['receivedOn'] : []), ...futureDays(form.data, req.receivedAt)];
  if (future.length > 0) {
    const text = format.t('disputes.error_future');
    showNotice(deps, req, res, { values, errors: Object.fromEntries(future.map((name) => [name, text])) });
    return;
  }
  const { kind, ...facts } = form.data;
  const outcome =
    kind === 'complaint'
      ? await recordComplaint(deps.db, requestContext(req), facts)
      : await receiveNotice(deps.db, requestContext(req), {
          notice: { ...facts, kind },
          answerDays: deps.config.disputeAnswerDays,
        });
  if (!outcome.ok) {
    const errors = { [fieldOf[outcome.reason]]: format.t(`disputes.refused_${outcome.reason}`) };
    showNotice(deps, req, res, { values, errors });
    return;
  }
  setFlash(req, 'success', format.t(outcome.isNew ? 'disputes.opened' : 'disputes.noticeTaken'));
  res.redirect(303, `${PATH}/${String(outcome.disputeId)}`);
}

/** The field beside which each refusal stands. */
const fieldOf: Record<Extract<NoticeOutcome, { ok: false }>['reason'], string> = {
  'no-payment': 'order',
  'not-charged': 'order',
  'other-payment': 'reference',
  'other-currency': 'currency',
  'too-much': 'amount',
  'below-lost': 'amount',
  'before-payment': 'receivedOn',
  'answer-before': 'answerBy',
};
