import type { Knex } from 'knex';
import { documentKinds, findCurrentDocument } from '../legal/queries.ts';
import type { Format } from '../web/format.ts';
import type { SeenVersions } from './input.ts';

/** A legal text as it stands beside its tick in a form. */
export interface DocumentInForce {
  kind: 'terms' | 'privacy';
  version: string;
  field: 'acceptTerms' | 'acceptPrivacy';
}

/** The version in force of each text that a new person accepts. */
export async function listDocumentsInForce(db: Knex, { locale }: Format): Promise<DocumentInForce[]> {
  const found = await Promise.all(documentKinds.map((kind) => findCurrentDocument(db, kind, locale)));
  return found.flatMap((document) => {
    if (document === undefined) return [];
    const { kind, version } = document;
    return [{ kind, version, field: kind === 'terms' ? 'acceptTerms' : 'acceptPrivacy' }];
  });
}

/**
 * A tick counts for the version that stood beside it. A version published since then has to be shown first.
 */
export function staleTicks(
  documents: DocumentInForce[],
  seen: SeenVersions,
  { t }: Format,
): Record<string, string> {
  const stale = documents.filter(({ kind, version }) => {
    const shown = kind === 'terms' ? seen.termsVersion : seen.privacyVersion;
    return shown !== undefined && shown !== version;
  });
  return Object.fromEntries(stale.map(({ field }) => [field, t('legal.newerVersion')]));
}
