import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import {
  countSecurityEvents,
  listSecurityEvents,
  type SecurityEventEntry,
} from '../audit/security/list-security-events.ts';
import {
  PER_ADDRESS_AND_MINUTE,
  RING_SLOTS,
  securityEventKinds,
  type SecurityEventKind,
} from '../audit/security/security-log.ts';
import { diskBoundOf, type RuntimeConfig } from '../config/runtime-config.ts';
import { NotFound, NotSignedIn } from '../errors.ts';
import type { Format } from '../web/format.ts';
import { formatOf } from '../web/page-locals.ts';
import { flattenDetails } from './describe-audit-row.ts';
import { parseCursor } from '../web/list-input.ts';
import { pageUrls, urlWith } from '../web/page-urls.ts';

const PATH = '/admin/security';

/** `GET /security`: the requests that were refused, of all companies. Mounted behind `hideFromOthers`. */
export function createSecurityRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/security', async (req, res) => {
    await showEvents(deps, req, res);
  });
  return router;
}

/** Answers operators only. For everybody else there is no such page, and strangers are sent to sign in. */
export const hideFromOthers: RequestHandler = (req, _res, next) => {
  if (req.user === undefined) throw new NotSignedIn();
  if (req.user.role !== 'operator') throw new NotFound();
  next();
};

async function showEvents({ db, config }: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const kind = parseKind(req.query.kind);
  const [counts, page] = await Promise.all([
    countSecurityEvents(db),
    listSecurityEvents(db, { kind, cursor: parseCursor(req.query) }),
  ]);
  res.render('admin/security', {
    title: format.t('security.title'),
    kind,
    workspaces: sharingText(config.workspaceRuntime, format),
    counts: counts.map((entry) => ({
      ...entry,
      text: kindText(entry.kind, format),
      url: urlWith(PATH, { kind: entry.kind }),
    })),
    slots: RING_SLOTS,
    perMinute: PER_ADDRESS_AND_MINUTE,
    rows: page.rows.map((event) => describeEvent(event, format)),
    pages: pageUrls(PATH, { kind }, page),
  });
}

/** Names what workspaces on this machine share, for whoever decides if strangers may be let into them. */
function sharingText(config: RuntimeConfig, { t }: Format): string {
  const { isManaged, sandbox, network, cgroup } = config;
  if (!isManaged) return t('security.workspacesElsewhere');
  const groups = t(cgroup === null ? 'security.boundsOfProcesses' : 'security.boundsOfGroups');
  const bounds = `${groups} ${t(`security.disk_${diskBoundOf(config)}`)}`;
  if (sandbox !== 'bubblewrap') return `${t('security.workspacesTogether')} ${bounds}`;
  return `${t('security.workspacesApart')} ${t(`security.network_${network}`)} ${bounds}`;
}

/** The kind asked for. Null (all kinds) when none is asked for or the kind does not exist. */
function parseKind(value: unknown): SecurityEventKind | null {
  return securityEventKinds.find((kind) => kind === value) ?? null;
}

/** An event as operators read it. Strangers' texts stay as they are, and the view escapes them. */
function describeEvent(
  event: SecurityEventEntry,
  format: Format,
): SecurityEventEntry & { kindText: string; facts: { term: string; value: string }[] } {
  const known = flattenDetails(event.details).filter(([, value]) => value !== 'null');
  const request: [string, string][] =
    event.request_id === null ? [] : [[format.t('admin.factRequestId'), event.request_id]];
  return {
    ...event,
    kindText: kindText(event.kind, format),
    facts: [...known, ...request].map(([term, value]) => ({ term, value })),
  };
}

/** A kind in the reader's words. A kind that the code no longer knows is shown as it is. */
function kindText(kind: string, { t }: Format): string {
  const known = securityEventKinds.find((name) => name === kind);
  return known === undefined ? kind : t(`security.kind_${known}`);
}
