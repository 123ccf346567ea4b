import { beforeAll, describe, expect, it } from 'vitest';
import { destroyPersonKey } from '../../../src/transparency/sequence/destroy-person-key.ts';
import { say, verifyBundle, type Report } from '../../../src/transparency/verifier/verify.mjs';
import { downloadText } from '../../evidence/support.ts';
import { useTestDatabase } from '../../support/database.ts';
import type { Cast } from '../../support/programs/build.ts';
import { buildRecords, exportFor, partial } from './exports.ts';

const database = useTestDatabase();
let cast: Cast;

beforeAll(async () => {
  cast = await buildRecords(database);
});

async function verified(
  ...how: [wish: (typeof partial)[number], format: 'json' | 'ndjson']
): Promise<Report> {
  const { bundle, policy } = await exportFor(database, cast, ...how);
  const report = await verifyBundle(bundle.split('\n'), { policy });
  expect(say('en', ...report.verdict)).toMatch(/^verified: \d+ records/);
  return report;
}

describe('what the app exports', () => {
  it.each(['json', 'ndjson'] as const)('is verified whole, as %s', async (format) => {
    const report = await verified({}, format);
    expect(report.records).toBeGreaterThan(18);
    const pending = report.notes.find(([key]) => key === 'pending');
    expect(pending?.[1]?.['names'] ?? '').not.toMatch(/audit_log|workspace_session/);
  });

  it.each(partial)('is verified in part: %j', async (wish) => {
    for (const format of ['json', 'ndjson'] as const) {
      const report = await verified(wish, format);
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
