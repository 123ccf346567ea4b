import { Router, type Request, type Response } from 'express';
import type { Knex } from 'knex';
import type { AppDeps } from '../app-deps.ts';
import { auditActions, type AuditAction } from '../audit/actions.ts';
import { requestContext } from '../audit/request-context.ts';
import { formErrors, keptValues } from '../web/form-errors.ts';
import { InvalidInput, NotSignedIn } from '../errors.ts';
import { timedEnds } from '../db/timed-cursor.ts';
import type { Format } from '../web/format.ts';
import { formatOf } from '../web/page-locals.ts';
import { sendDownload } from '../web/downloads/send-download.ts';
import { requireStepUp } from '../auth/step-up/require-step-up.ts';
import { companyOf, companyParam, scopeOf } from '../people/company-scope.ts';
import { findPersonInTrail, listAuditRows, type AuditFilter } from './audit-queries.ts';
import { isActionGroup } from './audit-action-groups.ts';
import { actionText, resourceTypes, resourceTypeText } from './describe-audit-row.ts';
import { describeAuditRows, type AuditLine } from './describe-audit-rows.ts';
import { downloadOwner, type DownloadSlots } from '../evidence/download-slots.ts';
import { refuseHead } from '../evidence/router.ts';
import { exportAudit } from './export-audit.ts';
import { auditFilterQuery } from './input.ts';
import { parseSeparator } from '../evidence/input.ts';
import { parseTimedCursor } from '../web/list-input.ts';
import { pageUrls, urlWith } from '../web/page-urls.ts';

/** A page of the trail in words, and the addresses of the pages beside it. */
interface Trail {
  rows: AuditLine[];
  ends: ReturnType<typeof timedEnds>;
}

const noTrail: Trail = { rows: [], ends: { prevId: null, nextId: null } };

const filterNames = ['user', 'action', 'result', 'resource_type', 'resource_id', 'ip', 'from', 'to'] as const;

/** `/audit`: the company's audit trail with filters, as pages and as CSV (`/audit.csv`, or `?format=csv`). */
export function createAuditRouter(deps: AppDeps, slots: DownloadSlots): Router {
  const router = Router();
  const stepUp = requireStepUp(deps, { download: true });
  const isCsv = (req: Request): boolean => req.query.format === 'csv';
  router.get('/audit', (req, res, next) => {
    if (isCsv(req)) return stepUp(req, res, next);
    next();
  });
  router.get('/audit', async (req, res) => {
    if (isCsv(req)) await sendCsv(deps, slots, req, res);
    else await showTrail(deps, req, res);
  });
  router.get('/audit.csv', stepUp, async (req, res) => {
    await sendCsv(deps, slots, req, res);
  });
  return router;
}

async function showTrail({ readDb }: AppDeps, req: Request, res: Response): Promise<void> {
  const { trail, errors } = await readDb.read('viewer', async (reads) => {
    const read = await readFilter(reads, req, res);
    if (!read.ok) return { trail: noTrail, errors: read.errors };
    return { trail: await readTrail(reads, req, res, read.filter), errors: {} };
  });
  renderTrail(req, res, trail, errors);
}

async function readTrail(reads: Knex, req: Request, res: Response, filter: AuditFilter): Promise<Trail> {
  const companyId = companyOf(req).id;
  const page = await listAuditRows(reads, { companyId, filter, cursor: parseTimedCursor(req.query) });
  const words = { companyId, format: formatOf(res), scope: scopeOf(req) };
  return {
    rows: await describeAuditRows(reads, page.rows, words),
    ends: timedEnds(page, (row) => row.timestamp),
  };
}

async function sendCsv(
  { db, readDb }: AppDeps,
  slots: DownloadSlots,
  req: Request,
  res: Response,
): Promise<void> {
  const read = await readFilter(db, req, res);
  if (!read.ok) {
    renderTrail(req, res, noTrail, read.errors);
    return;
  }
  if (req.method === 'HEAD') {
    refuseHead(req, res);
    return;
  }
  if (req.user === undefined) throw new NotSignedIn();
  const separator = parseSeparator(req.query.separator, formatOf(res).locale);
  if (separator === null) throw new InvalidInput({ message: 'no such separator' });
  const asked = { company: companyOf(req), filter: read.filter, separator };
  await slots.run(downloadOwner(req.user, asked.company.id), () =>
    sendDownload(req, res, (signal) =>
      exportAudit({ db, reads: readDb }, requestContext(req), { ...asked, signal }),
    ),
  );
}

type ReadFilter = { ok: true; filter: AuditFilter } | { ok: false; errors: Record<string, string> };

async function readFilter(db: Knex, req: Request, res: Response): Promise<ReadFilter> {
  const format = formatOf(res);
  const parsed = auditFilterQuery.safeParse(req.query);
  if (!parsed.success) return { ok: false, errors: formErrors(parsed.error, format) };
  const { user, ...filter } = parsed.data;
  if (user === null) return { ok: true, filter: { ...filter, userId: null } };
  const userId = await findPersonInTrail(db, { companyId: companyOf(req).id, emailOrId: user });
  if (userId === undefined) return { ok: false, errors: { user: format.t('admin.filterNobody') } };
  return { ok: true, filter: { ...filter, userId } };
}

function renderTrail(req: Request, res: Response, trail: Trail, errors: Record<string, string>): void {
  const format = formatOf(res);
  const values = keptValues(req.query, filterNames);
  const kept = { ...companyParam(req), ...values };
  const isFiltered = Object.values(values).some((value) => value.trim() !== '');
  if (Object.keys(errors).length > 0) res.status(422);
  res.render('admin/audit', {
    title: format.t('admin.auditTitle'),
    rows: trail.rows,
    pages: pageUrls('/admin/audit', kept, trail.ends),
    presets: listPresets(req, values, format),
    csvUrl: urlWith('/admin/audit.csv', kept),
    isFiltered,
    filters: describeFilters(values, format),
    options: filterOptions(res),
    values,
    errors,
  });
}

/** The filters in use, in words, so that a printed list says what it shows. */
function describeFilters(values: Record<string, string>, format: Format): { term: string; value: string }[] {
  const { t } = format;
  const named = (name: (typeof filterNames)[number], term: string, inWords = (value: string) => value) => {
    const value = (values[name] ?? '').trim();
    return value === '' ? [] : [{ term, value: inWords(value) }];
  };
  return [
    ...named('user', t('admin.filterUser')),
    ...named('action', t('admin.filterAction'), (action) => actionOrGroupText(action, format)),
    ...named('result', t('admin.filterResult'), (result) =>
      t(result === 'success' ? 'admin.success' : 'admin.failure'),
    ),
    ...named('resource_type', t('admin.filterResource'), (type) => resourceTypeText(type, format)),
    ...named('resource_id', t('admin.filterResourceId')),
    ...named('ip', t('common.ipAddress')),
    ...named('from', t('common.from')),
    ...named('to', t('common.to')),
  ];
}

function actionOrGroupText(action: string, format: Format): string {
  return isActionGroup(action) ? format.t(`admin.group_${action}`) : actionText(action, format);
}

/** The most frequent questions, as links that set one filter. */
const presets = {
  everything: {},
  failedSignIns: { action: 'login', result: 'failure' },
  payments: { action: 'payments' },
  staff: { action: 'staff' },
} as const;

function listPresets(
  req: Request,
  values: Record<string, string>,
  { t }: Format,
): { text: string; href: string; isCurrent: boolean }[] {
  const isSet = Object.entries(values).filter(([, value]) => value.trim() !== '');
  return (Object.keys(presets) as (keyof typeof presets)[]).map((name) => {
    const set: Record<string, string> = presets[name];
    return {
      text: t(`admin.preset_${name}`),
      href: urlWith('/admin/audit', { ...companyParam(req), ...set }),
      isCurrent:
        isSet.length === Object.keys(set).length && isSet.every(([key, value]) => set[key] === value),
    };
  });
}

function filterOptions(res: Response): Record<string, { value: string; text: string }[]> {
  const format = formatOf(res);
  const { t } = format;
  const all = { value: '', text: t('common.all') };
  const groups = (['payments', 'staff'] as const).map((group) => ({
    value: group,
    text: t(`admin.group_${group}`),
  }));
  const actions = (Object.keys(auditActions) as AuditAction[]).map((action) => ({
    value: action,
    text: actionText(action, format),
  }));
  return {
    action: [all, ...groups, ...actions.toSorted((a, b) => a.text.localeCompare(b.text, format.locale))],
    result: [
      all,
      { value: 'success', text: t('admin.success') },
      { value: 'failure', text: t('admin.failure') },
    ],
    resource_type: [
      all,
      ...resourceTypes.map((type) => ({ value: type, text: resourceTypeText(type, format) })),
    ],
  };
}
