import type { Knex } from 'knex';
import { auditDetails } from '../../src/privacy/registry/audit-details.ts';

const listed = [...auditDetails.personal, ...auditDetails.others, ...auditDetails.notPersonal];

/**
 * Throws when a row of the audit trail has a key in its details that the registry of personal data lacks.
 * Every test app asks at its end, so the suite finds a new key in the file that first writes it.
 */
export async function expectListedDetails(ownerDb: Knex): Promise<void> {
  const { rows } = await ownerDb.raw<{ rows: { name: string }[] }>(
    `select distinct action_type || '.' || key as name from audit_logs, jsonb_object_keys(details) as key
     where key <> all (?::text[]) order by name`,
    [listed],
  );
  const names = rows.map(({ name }) => name).join(', ');
  if (names !== '') throw new Error(`src/privacy/registry/audit-details.ts lacks keys of details: ${names}`);
}
