import type { Knex } from 'knex';
import { z } from 'zod';
import { field, maybeText, maybeTime, selectRecord, text, time } from '../record-fields.ts';
import type { Locale } from '../web/locales/catalogues.ts';

/** The texts that everybody accepts before using the product, in the order in which they are shown. */
export const documentKinds = ['terms', 'privacy'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** The texts that are filled with the numbers of an order and accepted with it, and what they refer to. */
export const orderDocumentKinds = [
  'pre-information',
  'distance-sales',
  'company-sales',
  'refund-policy',
] as const;
export type OrderDocumentKind = (typeof orderDocumentKinds)[number];

/** The text of the box with which a buyer lets the payment service keep the card. */
export const cardDocumentKind = 'stored-card';

/** Every text that has a public page. */
export const publishedKinds = [...documentKinds, ...orderDocumentKinds, cardDocumentKind] as const;
type PublishedKind = (typeof publishedKinds)[number];

/** A published text in one language. `content_sha256` is over the UTF-8 bytes of `body`, in hex. */
export interface LegalDocument<Kind extends PublishedKind = PublishedKind> {
  id: number;
  kind: Kind;
  version: string;
  locale: Locale;
  title: string;
  body: string;
  content_sha256: string;
  published_at: Date;
}

/** A version of a text, in all its languages. */
interface DocumentVersion {
  version: string;
  published_at: Date;
}

/** The address that the account had at the acceptance: the one before the first change since then. */
const EMAIL_SQL = `coalesce(
  (select c.old_email from email_changes c
   where c.user_id = legal_acceptances.user_id and c.changed_at > legal_acceptances.accepted_at
   order by c.changed_at, c.id limit 1),
  (select u.email from users u where u.id = legal_acceptances.user_id))`;

const EMAIL_CONFIRMED_SQL = `(select min(c.confirmed_at) from email_confirmations c
  where c.user_id = legal_acceptances.user_id and c.email = ${EMAIL_SQL})`;

/** An acceptance of one text, as the bundle has it. */
export const acceptanceRecord = z.strictObject({
  kind: field(z.enum(documentKinds), 'terms: agreed to; privacy: confirmed as read.', {
    sql: 'legal_documents.kind',
  }),
  version: text('Version of the text, the day on which it was settled.', { sql: 'legal_documents.version' }),
  locale: field(z.enum(['tr', 'en']), 'Language in which the text was accepted.', {
    sql: 'legal_documents.locale',
  }),
  title: text('Title of the text.', { sql: 'legal_documents.title' }),
  content_sha256: text('SHA-256 of the exact text, in hexadecimal.', {
    sql: 'legal_documents.content_sha256',
  }),
  text_path: text("Where that exact text is published, on the seller's site: the hash is over those bytes.", {
    sql: "format('/legal/%s/%s/%s.txt', legal_documents.kind, legal_documents.version, legal_documents.locale)",
  }),
  accepted_at: time('When the person accepted it.'),
  ip_address: maybeText('Public address of the device that accepted; null when it could not be read.'),
  user_agent: maybeText('Browser that accepted, in its own words; null when it sent none.'),
  request_id: text('Number of the request; the audit row of the acceptance bears the same.'),
  email: text('E-mail address of the account when it accepted.', { sql: EMAIL_SQL }),
  email_confirmed_at: maybeTime(
    'When the person first showed that they read the mail of that address; null: never. Before November 2026 nobody was asked to.',
    { sql: EMAIL_CONFIRMED_SQL },
  ),
  email_was_confirmed: field(
    z.boolean(),
    'True when that was at the acceptance or before it: the acceptance is by a confirmed address.',
    { sql: `coalesce(${EMAIL_CONFIRMED_SQL} <= legal_acceptances.accepted_at, false)` },
  ),
});

/** An acceptance as it comes from the database. */
export interface Acceptance extends Omit<
  z.output<typeof acceptanceRecord>,
  'accepted_at' | 'email_confirmed_at'
> {
  accepted_at: Date;
  email_confirmed_at: Date | null;
}

const documentColumns = [
  'legal_documents.id',
  'legal_documents.kind',
  'legal_documents.version',
  'legal_documents.locale',
  'legal_documents.title',
  'legal_documents.body',
  'legal_documents.content_sha256',
  'legal_documents.published_at',
];

/**
 * The text in force: the newest published version, in the reader's language or, when that version has no
 * translation, in the other one. An older version in the right language would be the wrong text.
 */
export async function findCurrentDocument<Kind extends PublishedKind>(
  db: Knex,
  kind: Kind,
  locale: Locale,
): Promise<LegalDocument<Kind> | undefined> {
  return publishedDocuments(db)
    .where('legal_documents.kind', kind)
    .orderBy('legal_documents.version', 'desc')
    .orderByRaw('(legal_documents.locale = ?) desc', [locale])
    .first<LegalDocument<Kind> | undefined>(documentColumns);
}

/** The texts in force of some kinds by the same rule, in the order of `kinds`. Throws when one is missing. */
export async function listCurrentDocuments<Kind extends PublishedKind>(
  db: Knex,
  kinds: readonly Kind[],
  locale: Locale,
): Promise<LegalDocument<Kind>[]> {
  const found = await publishedDocuments(db)
    .whereIn('legal_documents.kind', kinds)
    .distinctOn('legal_documents.kind')
    .orderBy('legal_documents.kind')
    .orderBy('legal_documents.version', 'desc')
    .orderByRaw('(legal_documents.locale = ?) desc', [locale])
    .select<LegalDocument<Kind>[]>(documentColumns);
  return kinds.map((kind) => {
    const document = found.find((each) => each.kind === kind);
    if (document === undefined) throw new Error(`Bug! There is no published document of kind "${kind}"`);
    return document;
  });
}

/** A published version, in the reader's language when there is a translation. */
export async function findDocument(
  db: Knex,
  kind: PublishedKind,
  version: string,
  locale: Locale,
): Promise<LegalDocument | undefined> {
  return publishedDocuments(db)
    .where({ 'legal_documents.kind': kind, 'legal_documents.version': version })
    .orderByRaw('(legal_documents.locale = ?) desc', [locale])
    .first<LegalDocument | undefined>(documentColumns);
}

/** Every published version of a text, newest first: the first one is in force. */
export async function listVersions(db: Knex, kind: PublishedKind): Promise<DocumentVersion[]> {
  return publishedDocuments(db)
    .where('legal_documents.kind', kind)
    .groupBy('legal_documents.version')
    .orderBy('legal_documents.version', 'desc')
    .select<DocumentVersion[]>([
      'legal_documents.version',
      db.raw('min(legal_documents.published_at) as published_at'),
    ]);
}

/**
 * Everything that one person ever accepted, newest first. The caller has already found the person within the
 * company that asks, so no company is needed.
 */
export async function listAcceptances(db: Knex, userId: number): Promise<Acceptance[]> {
  return db('legal_acceptances')
    .join('legal_documents', 'legal_documents.id', 'legal_acceptances.document_id')
    .where('legal_acceptances.user_id', userId)
    .orderBy([
      { column: 'legal_acceptances.accepted_at', order: 'desc' },
      { column: 'legal_acceptances.id', order: 'desc' },
    ])
    .select<Acceptance[]>(selectRecord(db, 'legal_acceptances', acceptanceRecord));
}

/**
 * The kinds whose version in force the person has not accepted in any language, in the order of
 * `documentKinds`.
 */
export async function findMissingAcceptances(db: Knex, userId: number): Promise<DocumentKind[]> {
  const missing = await missingAcceptancesOf(db, userId).pluck<DocumentKind[]>('in_force.kind');
  return documentKinds.filter((kind) => missing.includes(kind));
}

/** The missing acceptances as part of a query about many people; `userId` is the column with their id. */
export function missingAcceptancesOf(db: Knex, userId: number | Knex.Ref<string, object>): Knex.QueryBuilder {
  const inForce = publishedDocuments(db)
    .whereIn('legal_documents.kind', documentKinds)
    .groupBy('legal_documents.kind')
    .select('legal_documents.kind', db.raw('max(legal_documents.version) as version'))
    .as('in_force');
  const accepted = db('legal_acceptances')
    .join('legal_documents', 'legal_documents.id', 'legal_acceptances.document_id')
    .where('legal_acceptances.user_id', userId)
    .whereRaw('legal_documents.kind = in_force.kind and legal_documents.version = in_force.version')
    .select(db.raw('1'));
  return db.from(inForce).whereNotExists(accepted);
}

/**
 * Versions are ISO dates, so the newest is the greatest. A version whose time has not come is not shown.
 */
function publishedDocuments(db: Knex): Knex.QueryBuilder {
  return db('legal_documents').whereRaw('legal_documents.published_at <= now()');
}
