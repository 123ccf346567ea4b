import type { Knex } from 'knex';
import type { WithheldKind } from './schemas/proof-schema.ts';
import type { EvidenceScope } from './scope.ts';
import { ABOUT_OTHERS } from '../transparency/leaves/leaf-types.ts';

/** The fields of records, and of their leaves, that each kind is. */
const withheldFields: Record<WithheldKind, readonly string[]> = {
  addresses: ['ip_address', 'client_ip', 'terms_accepted_ip', 'privacy_accepted_ip'],
  browsers: ['user_agent'],
  details: ['details'],
};

/** Details in which such a field stands, at any depth. */
const HAS: Partial<Record<WithheldKind, string>> = {
  addresses: `~ '"(raw_ip|ip|ip_address|addresses)":'`,
  browsers: `~ '"(user_agent|browser)":'`,
};

/**
 * Whether an audit row of a bundle stands without its details, as SQL over the row `alias`: when they are
 * about another person, or were left out.
 */
export function detailsAreMasked(
  db: Knex,
  alias: string,
  { userId, withheld = [] }: EvidenceScope,
): Knex.Raw {
  if (withheld.includes('details')) return db.raw('true');
  const has = withheld.flatMap((kind) =>
    HAS[kind] === undefined ? [] : [`or ${alias}.details::text ${HAS[kind]}`],
  );
  return db.raw(
    `(${alias}.action_type = any(?::text[])
      or (${alias}.resource_type = 'user' and ${alias}.resource_id is distinct from ?) ${has.join(' ')})`,
    [ABOUT_OTHERS, String(userId)] as unknown as Knex.RawBinding[],
  );
}

/** Whether a field of the person's own records was left out. */
export function isWithheld({ withheld = [] }: Pick<EvidenceScope, 'withheld'>, field: string): boolean {
  return withheld.some((kind) => withheldFields[kind].includes(field));
}

/** The record without the fields that were left out, also inside its lists. */
export function withoutWithheld<T>(scope: Pick<EvidenceScope, 'withheld'>, value: T): T {
  if ((scope.withheld ?? []).length === 0) return value;
  return strip(scope, value) as T;
}

function strip(scope: Pick<EvidenceScope, 'withheld'>, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => strip(scope, item));
  if (typeof value !== 'object' || value === null || value instanceof Date || Buffer.isBuffer(value))
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isWithheld(scope, name) ? null : strip(scope, inner),
    ]),
  );
}
