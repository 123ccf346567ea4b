import type { EvidenceRequest } from '../../../src/evidence/export-evidence.ts';
import type { EvidenceFormat } from '../../../src/evidence/input.ts';
import { buildAuditRow, buildUseAndPayment, downloadText } from '../../evidence/support.ts';
import type { TestDatabase } from '../../support/database.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';

/** A company with records of every kind that a bundle has. */
export async function buildRecords({ db }: TestDatabase): Promise<Cast> {
  const cast = await buildCast(db);
  for (let n = 0; n < 40; n += 1)
    await buildAuditRow(db, n % 3 === 0 ? cast.bob : cast.alice, {
      details: { n, share: n / 7, word: 'çğ"\\\u2028', ü10: null, 9: [] },
    });
  // From before the person was known to belong to a company: a leaf of the platform’s log.
  await buildAuditRow(db, cast.bob, { action_type: 'login', company_id: null });
  await buildUseAndPayment(db, cast);
  return cast;
}

/** What is left out of an export. */
type Wish = Pick<Partial<EvidenceRequest>, 'withheld' | 'workspaceId'>;

/** Exports in part. */
export const partial: Wish[] = [
  { withheld: ['addresses'] },
  { withheld: ['browsers', 'details'] },
  { workspaceId: 424_242 },
];

/** Bob's evidence as the app exports it, and the policy that names its key. */
export async function exportFor(
  { db }: TestDatabase,
  cast: Cast,
  wish: Wish,
  format: EvidenceFormat,
): Promise<{ bundle: string; policy: string }> {
  const bundle = await downloadText(db, cast.alice, cast.bob, { ...wish, format });
  const [, vkey = ''] = /"vkeys":\["([^"]+)"/.exec(bundle) ?? [];
  return { bundle, policy: `log ${vkey}\nquorum none\n` };
}
