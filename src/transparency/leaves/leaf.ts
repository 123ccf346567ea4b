import { canonicalJson } from './canonical-json.ts';
import { digestOf, disclosureOf, type SaltMaker } from './salts.ts';

/** Version of the rules by which a leaf is made from a record. */
const LEAF_VERSION = 1;

/** A row of evidence as its leaf has it. */
export interface LeafRecord {
  type: string;
  /** The row's number in its own table. */
  id: number;
  company: number | null;
  /** The person whose key makes the salts; null: the company's key or, without a company, the platform's. */
  holder: number | null;
  /**
   * Personal fields that are about somebody else than the holder: the company's key makes their salts, so
   * that the holder's key unlocks nothing about others.
   */
  shared: readonly string[];
  /** Fields that everybody may see. */
  plain: Record<string, unknown>;
  /** Fields of which the leaf has digests only. A null is no secret and stands as it is. */
  personal: Record<string, unknown>;
}

/**
 * The bytes of the leaf of a record (README.md, "The leaf"): RFC 8785 text with digests in place of personal
 * values, and a blind, so that a leaf whose contents are easily guessed cannot be guessed.
 */
export function leafText(record: LeafRecord, salts: SaltMaker): string {
  const { type, id, company, plain, personal } = record;
  const digests: string[] = [];
  const nulls: Record<string, null> = {};
  for (const field in personal) {
    const value = personal[field];
    if (value === null) nulls[field] = null;
    else digests.push(digestOf(disclosureOf(salts.of(type, id, field), field, value)));
  }
  return canonicalJson({
    ...plain,
    ...nulls,
    v: LEAF_VERSION,
    type,
    id,
    company,
    blind: salts.of(type, id, ''),
    _sd: digests.sort(),
  });
}

/** The disclosures of the personal fields that are to be shown, in the order of their names in the record. */
export function disclosuresOf(
  { type, id, personal }: LeafRecord,
  salts: SaltMaker,
  isShown: (field: string) => boolean,
): string[] {
  return Object.entries(personal)
    .filter(([field, value]) => value !== null && isShown(field))
    .map(([field, value]) => disclosureOf(salts.of(type, id, field), field, value));
}
