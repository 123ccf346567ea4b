import type { Knex } from 'knex';
import { AuditLogger } from '../audit/audit-logger.ts';
import { keptUserAgent, type RequestContext } from '../audit/request-context.ts';
import type { Locale } from '../web/locales/catalogues.ts';
import { documentKinds, findCurrentDocument, findMissingAcceptances, type LegalDocument } from './queries.ts';

/** The person who accepts. `companyId` is null for operators only; `locale` is the language they read. */
interface AcceptingPerson {
  userId: number;
  companyId: number | null;
  locale: Locale;
}

/**
 * Records that a person accepts the version in force of every legal text, in the caller's transaction, with
 * an audit row for each. A version already accepted, in any language, changes nothing. Throws when a text has
 * not been published at all: nobody may come in without terms.
 */
export async function acceptDocuments(
  trx: Knex.Transaction,
  context: RequestContext,
  person: AcceptingPerson,
): Promise<void> {
  const missing = await findMissingAcceptances(trx, person.userId);
  for (const kind of documentKinds) {
    const document = await findCurrentDocument(trx, kind, person.locale);
    if (document === undefined) throw new Error(`Bug! There is no published document of kind "${kind}"`);
    if (missing.includes(kind)) await acceptDocument(trx, context, person, document);
  }
}

async function acceptDocument(
  trx: Knex.Transaction,
  context: RequestContext,
  person: AcceptingPerson,
  document: LegalDocument,
): Promise<void> {
  const stored = await trx('legal_acceptances')
    .insert({
      user_id: person.userId,
      company_id: person.companyId,
      document_id: document.id,
      accepted_at: context.at,
      ip_address: context.ip,
      user_agent: keptUserAgent(context),
      request_id: context.requestId,
    })
    .onConflict(['user_id', 'document_id'])
    .ignore()
    .returning('id');
  // The first click of a double click was faster, and its audit row stands.
  if (stored.length === 0) return;
  await AuditLogger.log(trx, context, {
    action: 'legal_document_accepted',
    success: true,
    resourceType: 'legal_document',
    resourceId: document.id,
    userId: person.userId,
    companyId: person.companyId,
    actorType: person.companyId === null ? 'operator' : 'user',
    details: {
      kind: document.kind,
      version: document.version,
      locale: document.locale,
      content_sha256: document.content_sha256,
    },
  });
}
