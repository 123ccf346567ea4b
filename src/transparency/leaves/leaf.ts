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
  for (const field in personal) {
    const value = personal[field];
    if (value !== null) digests.push(digestOf(disclosureOf(salts.of(type, id, field), field, value)));
  }
  const own = {
    v: LEAF_VERSION,
    type,
    id,
    company,
    blind: salts.of(type, id, ''),
    _sd: digests.sort(),
  };
  const parts: Record<Member['part'], Record<string, unknown>> = { own, plain, personal };
  let text = '';
  for (const { part, name, quoted } of membersOf(record, own)) {
    const value = parts[part][name];
    if (value === undefined || (part === 'personal' && value !== null)) continue;
    text += `${text === '' ? '' : ','}${quoted}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
}

/** A member that the leaves of a type may have, and where its value is. */
interface Member {
  part: 'own' | 'plain' | 'personal';
  name: string;
  quoted: string;
}

const membersOfTypes = new Map<string, Member[]>();

/**
 * The members of the leaves of a type in the order of RFC 8785. All records of a type have the same fields:
 * to sort their names for each row would take as long as its hashes.
 */
function membersOf({ type, plain, personal }: LeafRecord, own: object): Member[] {
  const count = Object.keys(plain).length + Object.keys(personal).length + Object.keys(own).length;
  const known = membersOfTypes.get(type);
  if (known?.length === count) return known;
  if (known !== undefined) throw new Error(`Bug! a record of type ${type} has other fields than one before`);
  const members = Object.entries({ own, plain, personal }).flatMap(([part, fields]) =>
    Object.keys(fields).map((name): Member => ({
      part: part as Member['part'],
      name,
      quoted: JSON.stringify(name),
    })),
  );
  members.sort((a, b) => (a.name < b.name ? -1 : 1));
  membersOfTypes.set(type, members);
  return members;
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
