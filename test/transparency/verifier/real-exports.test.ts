import { beforeAll, describe, expect, it } from 'vitest';
import type { EvidenceRequest } from '../../../src/evidence/export-evidence.ts';
import { destroyPersonKey } from '../../../src/transparency/sequence/destroy-person-key.ts';
import { say, verifyBundle, type Report } from '../../../src/transparency/verifier/verify.mjs';
import { buildAuditRow, buildUseAndPayment, downloadText } from '../../evidence/support.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { askSecondVerifier, whyNoPython } from '../../support/transparency/second-verifier.ts';

const database = useTestDatabase();
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(database.db);
  for (let n = 0; n < 40; n += 1)
    await buildAuditRow(database.db, n % 3 === 0 ? cast.bob : cast.alice, {
      details: { n, share: n / 7, word: 'çğ"\\\u2028', ü10: null, 9: [] },
    });
  // From before the person was known to belong to a company: a leaf of the platform’s log.
  await buildAuditRow(database.db, cast.bob, { action_type: 'login', company_id: null });
  await buildUseAndPayment(database.db, cast);
});

type Wish = Pick<Partial<EvidenceRequest>, 'withheld' | 'workspaceId'>;

async function verified(wish: Wish, format: 'json' | 'ndjson'): Promise<{ report: Report; policy: string }> {
  const text = await downloadText(database.db, cast.alice, cast.bob, { ...wish, format });
  const [, vkey = ''] = /"vkeys":\["([^"]+)"/.exec(text) ?? [];
  const policy = `log ${vkey}\nquorum none\n`;
  const report = await verifyBundle(text.split('\n'), { policy });
  expect(say('en', ...report.verdict)).toMatch(/^verified: \d+ records/);
  if (whyNoPython() === null)
    expect(askSecondVerifier([{ bundle: text, policy }])[0]).toMatchObject({
      code: 0,
      records: report.records,
      complete: report.complete,
    });
  return { report, policy };
}

describe('what the app exports', () => {
  it.each(['json', 'ndjson'] as const)('is verified whole, as %s', async (format) => {
    const { report } = await verified({}, format);
    expect(report.records).toBeGreaterThan(18);
    const pending = report.notes.find(([key]) => key === 'pending');
    expect(pending?.[1]?.['names'] ?? '').not.toMatch(/audit_log|workspace_session/);
  });

  it.each([
    { withheld: ['addresses'] },
    { withheld: ['browsers', 'details'] },
    { workspaceId: 424_242 },
  ] satisfies Wish[])('is verified in part: %j', async (wish) => {
    for (const format of ['json', 'ndjson'] as const) {
      const { report } = await verified(wish, format);
      if (wish.withheld !== undefined) expect(report.complete).toBeLessThan(report.records);
    }
  });

  it('is refused when one word of it is another', async () => {
    const text = await downloadText(database.db, cast.alice, cast.bob);
    for (const [from, to] of [
      ['"action_type":"workspace_closed"', '"action_type":"workspace_opened"'],
      ['"ip_address":"203.0.113', '"ip_address":"203.0.114'],
      ['"plan":"team"', '"plan":"starter"'],
      ['"total_minor":149900', '"total_minor":149901'],
      ['"button":"', '"button":"!'],
    ] as const) {
      expect(text).toContain(from);
      expect((await verifyBundle(text.replaceAll(from, to).split('\n'))).code, from).toBe(1);
    }
  });

  it('is verified when the person was erased: the digests stay, and nothing of what they were made of', async () => {
    await database.db.transaction((trx) => destroyPersonKey(trx, cast.bob.id));
    const text = await downloadText(database.db, cast.alice, cast.bob);
    // A value that is still in the file is proved by nothing any more.
    expect(say('en', ...(await verifyBundle(text.split('\n'))).verdict)).toMatch(
      /is not what the log holds$/,
    );
    const bundle = JSON.parse(text);
    expect(bundle.proof.person_key).toBeNull();
    const own = bundle.audit_logs.filter(({ user_id }: { user_id: number }) => user_id === cast.bob.id);
    const terms = bundle.payments.map((payment: { terms: unknown }) => payment.terms ?? {});
    const { history } = bundle.legal_acceptance;
    for (const record of [...own, ...history, ...terms, ...bundle.workspace_sessions, ...bundle.payments])
      for (const name of PERSONAL) if (name in record) record[name] = null;
    const report = await verifyBundle(JSON.stringify(bundle).split('\n'));
    expect(say('en', ...report.verdict)).toMatch(/^agrees with the key inside/);
    expect(report.complete).toBeLessThan(report.records / 2);
  });
});

const PERSONAL = ['ip_address', 'user_agent', 'request_path', 'details', 'client_ip', 'browser_session'];
