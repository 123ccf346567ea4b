import { Router, type Request, type Response } from 'express';
import type { Knex } from 'knex';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { requireUser } from '../auth/require-user.ts';
import { NotFound, NotSignedIn } from '../errors.ts';
import { formatOf } from '../web/page-locals.ts';
import { safeReturnTo } from '../web/return-to.ts';
import { acceptDocuments } from './accept-documents.ts';
import { listSections, parseBlocks } from './document-blocks.ts';
import { fillTemplate, orderPlaceholders, type OrderPlaceholder } from './fill-template.ts';
import { acceptanceForm, documentAddress, fileAddress, type AcceptanceForm } from './input.ts';
import {
  findCurrentDocument,
  findDocument,
  findMissingAcceptances,
  listAcceptances,
  listVersions,
  publishedKinds,
  type DocumentKind,
  type LegalDocument,
} from './queries.ts';

type Parts = Pick<AppDeps, 'db' | 'config'>;

/**
 * The public legal pages, and the page on which signed-in people accept new versions. Mounted at `/legal`.
 */
export function createLegalRouter({ db, config }: Parts): Router {
  const router = Router();
  router.get('/accept', requireUser, async (req, res) => {
    await showAcceptPage(db, req, res);
  });
  router.post('/accept', requireUser, async (req, res) => {
    await acceptFromPage(db, req, res);
  });
  for (const kind of publishedKinds) {
    router.get(`/${kind}`, async (_req, res) => {
      await showDocument(
        { db, config },
        res,
        kind,
        await findCurrentDocument(db, kind, formatOf(res).locale),
      );
    });
  }
  router.get('/:kind/:version', async (req, res) => {
    const address = documentAddress.safeParse(req.params);
    if (!address.success) throw new NotFound();
    const { kind, version } = address.data;
    await showDocument(
      { db, config },
      res,
      kind,
      await findDocument(db, kind, version, formatOf(res).locale),
    );
  });
  router.get('/:kind/:version/:locale.txt', async (req, res) => {
    await sendText(db, req, res);
  });
  return router;
}

/** Sends exactly the bytes of the hash, so that anybody can compute it: `sha256sum` of the file. */
async function sendText(db: Knex, req: Request, res: Response): Promise<void> {
  const address = fileAddress.safeParse(req.params);
  if (!address.success) throw new NotFound();
  const { kind, version, locale } = address.data;
  const document = await findDocument(db, kind, version, locale);
  if (document?.locale !== locale) throw new NotFound();
  res.type('text/plain').attachment(`${kind}-${version}-${locale}.txt`).send(document.body);
}

async function showDocument(
  { db, config }: Parts,
  res: Response,
  kind: LegalDocument['kind'],
  document: LegalDocument | undefined,
): Promise<void> {
  if (document === undefined) throw new NotFound();
  const versions = await listVersions(db, kind);
  const isTemplate = document.body.includes('{{');
  const blocks = parseBlocks(isTemplate ? fillTemplate(document.body, placeholderNames(res)) : document.body);
  res.render('legal/show', {
    title: document.title,
    document,
    blocks,
    sections: listSections(blocks),
    versions,
    currentVersion: versions[0]?.version ?? document.version,
    seller: config.seller,
    isTemplate,
    namesDevices: kind === 'privacy' && config.cardHistory.usesDevices,
  });
}

/** Names that stand in the place of an order's numbers on the public page. The file has the placeholders. */
function placeholderNames(res: Response): Record<OrderPlaceholder, string> {
  const { t } = formatOf(res);
  const names = orderPlaceholders.map((name) => [name, `[${t(`legal.placeholder_${name}`)}]`]);
  return Object.fromEntries(names) as Record<OrderPlaceholder, string>;
}

async function showAcceptPage(db: Knex, req: Request, res: Response): Promise<void> {
  const documents = await listNewDocuments(db, req, res);
  const returnTo = returnPath(req, req.query.returnTo);
  if (documents.length === 0) {
    res.redirect(303, returnTo);
  } else {
    renderAcceptPage(res, { documents, returnTo, values: {}, errors: {} });
  }
}

async function acceptFromPage(db: Knex, req: Request, res: Response): Promise<void> {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const form = acceptanceForm.parse(body);
  const returnTo = returnPath(req, body.returnTo);
  const documents = await listNewDocuments(db, req, res);
  const errors = findErrors(res, documents, form);
  if (Object.keys(errors).length > 0) {
    res.status(422);
    renderAcceptPage(res, { documents, returnTo, values: { ...form }, errors });
    return;
  }
  const person = signedIn(req);
  const { locale } = formatOf(res);
  await db.transaction((trx) =>
    acceptDocuments(trx, requestContext(req), { userId: person.id, companyId: person.company_id, locale }),
  );
  res.redirect(303, returnTo);
}

/** A text on the accept page, and the version that the person accepted before. */
interface NewDocument extends LegalDocument<DocumentKind> {
  field: 'acceptTerms' | 'acceptPrivacy';
  accepted: { version: string; accepted_at: Date } | null;
}

const fields = { terms: 'acceptTerms', privacy: 'acceptPrivacy' } as const;

async function listNewDocuments(db: Knex, req: Request, res: Response): Promise<NewDocument[]> {
  const person = signedIn(req);
  const [missing, acceptances] = await Promise.all([
    findMissingAcceptances(db, person.id),
    listAcceptances(db, person.id),
  ]);
  const found = await Promise.all(missing.map((kind) => findCurrentDocument(db, kind, formatOf(res).locale)));
  return found.flatMap((document) => {
    if (document === undefined) return [];
    const accepted = acceptances.find((acceptance) => acceptance.kind === document.kind) ?? null;
    return [{ ...document, field: fields[document.kind], accepted }];
  });
}

/**
 * A tick counts for the version that stood beside it. A version published since then has to be shown first.
 */
function findErrors(res: Response, documents: NewDocument[], form: AcceptanceForm): Record<string, string> {
  const { t } = formatOf(res);
  const errors: Record<string, string> = {};
  for (const { kind, version, field } of documents) {
    const seen = kind === 'terms' ? form.termsVersion : form.privacyVersion;
    if (!form[field]) errors[field] = t(`legal.${field}Missing`);
    else if (seen !== undefined && seen !== version) errors[field] = t('legal.newerVersion');
  }
  return errors;
}

function renderAcceptPage(
  res: Response,
  page: {
    documents: NewDocument[];
    returnTo: string;
    values: Partial<AcceptanceForm>;
    errors: Record<string, string>;
  },
): void {
  res.render('legal/accept', {
    title: formatOf(res).t('legal.acceptTitle'),
    isFirst: page.documents.every((document) => document.accepted === null),
    ...page,
  });
}

function returnPath(req: Request, asked: unknown): string {
  return safeReturnTo(asked) ?? (signedIn(req).role === 'operator' ? '/admin' : '/workspace');
}

function signedIn(req: Request): Express.User {
  if (req.user === undefined) throw new NotSignedIn();
  return req.user;
}
