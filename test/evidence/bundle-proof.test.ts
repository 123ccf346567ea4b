import { beforeAll, describe, expect, it } from 'vitest';
import type { EvidenceBundle } from '../../src/evidence/schemas/bundle-schema.ts';
import { leafText, type LeafRecord } from '../../src/transparency/leaves/leaf.ts';
import { leafType } from '../../src/transparency/leaves/leaf-types.ts';
import { digestOf, disclosureOf, Salts } from '../../src/transparency/leaves/salts.ts';
import { readCheckpoint } from '../../src/transparency/notes/checkpoint.ts';
import { parseNote } from '../../src/transparency/notes/signed-note.ts';
import { leafHash } from '../../src/transparency/tree/hash.ts';
import { subsetRoot } from '../../src/transparency/tree/subset.ts';
import { useTestDatabase } from '../support/database.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { buildAuditRow, buildUseAndPayment, readBundle } from './support.ts';

const database = useTestDatabase();
let cast: Cast;
let bundle: EvidenceBundle;

beforeAll(async () => {
  cast = await buildCast(database.db);
  for (let n = 0; n < 40; n += 1)
    await buildAuditRow(database.db, n % 3 === 0 ? cast.bob : cast.alice, { details: { n, word: 'çğ"\\' } });
  await buildUseAndPayment(database.db, cast);
  bundle = await readBundle(database.db, cast.alice, cast.bob);
});

/** The hash of the leaf of a record, made from nothing but the bundle. */
function hashOf(
  { company, user, proof }: EvidenceBundle,
  type: string,
  record: Record<string, unknown>,
): Buffer {
  const { plain, personal } = leafType(type);
  const pick = (names: object): Record<string, unknown> =>
    Object.fromEntries(Object.keys(names).map((name) => [name, record[name]]));
  const leaf: LeafRecord = {
    type,
    id: record['id'] as number,
    company: company.id,
    holder: user.id,
    shared: [],
    plain: pick(plain),
    personal: pick(personal),
  };
  const key = Buffer.from(proof?.person_key?.key ?? '', 'base64url');
  return leafHash(leafText(leaf, new Salts(key)));
}

/** The root that a bundle leads to, the signed one, and how many leaves were made from records. */
function rootsOf(bundle: EvidenceBundle): { made: number; root: Buffer | null; signed: Buffer | undefined } {
  const { proof } = bundle;
  if (proof === undefined) throw new Error('no proof');
  const leaves = new Map<number, Buffer>(
    proof.leaves.map(({ index, leaf }) => [index, leafHash(leaf)] as const),
  );
  const records = [
    ...bundle.audit_logs.map((record) => ['audit_log', record] as const),
    ...bundle.workspace_sessions.map(
      (record) => ['workspace_session', { ...record, user_id: bundle.user.id }] as const,
    ),
  ];
  let made = 0;
  for (const [type, record] of records) {
    const index = record.log_index;
    if (typeof index !== 'number') throw new Error(`${type} ${String(record.id)} is not in the log`);
    if (leaves.has(index)) continue;
    made += 1;
    leaves.set(index, hashOf(bundle, type, record));
  }
  const checkpoint = readCheckpoint(proof.checkpoint);
  const bytes = Buffer.from(proof.hashes, 'base64');
  const hashes = Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
  const sorted = [...leaves].sort(([a], [b]) => a - b);
  return { made, root: subsetRoot(sorted, checkpoint?.size ?? 0, hashes), signed: checkpoint?.root };
}

describe('the proof of a bundle', () => {
  it('has the signed root, which its records and leaves lead to', () => {
    const { made, root, signed } = rootsOf(bundle);
    expect(made).toBe(16);
    expect(root).toEqual(signed);
  });

  it('no longer leads to it when a word of a record is another', () => {
    const audit_logs = bundle.audit_logs.map((row) => ({ ...row, request_method: 'PUT' }));
    const { root, signed } = rootsOf({ ...bundle, audit_logs });
    expect(root).not.toEqual(signed);
  });

  it('names the record that was changed, by the first bytes of its leaf', () => {
    const { proof, audit_logs } = bundle;
    const checks = Buffer.from(proof?.checks ?? '', 'base64');
    const indices = [
      ...audit_logs.map(({ log_index }) => log_index),
      ...bundle.workspace_sessions.map(({ log_index }) => log_index),
      ...(proof?.leaves.map(({ index }) => index) ?? []),
    ];
    const shown = [...new Set(indices)].sort((a, b) => Number(a) - Number(b));
    expect(checks).toHaveLength(2 * shown.length);
    const record = audit_logs.find(
      ({ user_id, action_type }) => user_id === bundle.user.id && action_type === 'login',
    );
    const place = shown.indexOf(record?.log_index ?? -1);
    const check = checks.subarray(2 * place, 2 * place + 2);
    expect(hashOf(bundle, 'audit_log', { ...record }).subarray(0, 2)).toEqual(check);
  });

  it('holds when addresses and browsers are left out, without the key with which they could be guessed', async () => {
    const part = await readBundle(database.db, cast.alice, cast.bob, { withheld: ['addresses', 'browsers'] });
    expect(part.proof).toMatchObject({ person_key: null, withheld: ['addresses', 'browsers'] });
    const { made, root, signed } = rootsOf(part);
    expect(made).toBe(0);
    expect(root).toEqual(signed);
    const text = JSON.stringify([
      part,
      part.proof?.leaves.map(({ disclosures }) => disclosures.map(decoded)),
    ]);
    expect(text).not.toContain('203.0.113');
    expect(text).not.toContain('person browser');
    const whole = JSON.stringify(bundle.audit_logs);
    expect(whole).toMatch(/"ip_address":"/);
  });

  it('can be of one workspace', async () => {
    const part = await readBundle(database.db, cast.alice, cast.bob, { workspaceId: 424_242 });
    expect(part.proof?.only_workspace).toBe(424_242);
    expect(part.workspace_sessions).toEqual([]);
    // The sums would tell of the others.
    expect(bundle.summary).toMatchObject({ total_sessions: 1, total_workspace_hours: 1 });
    expect(part.summary).toMatchObject({
      total_sessions: 0,
      total_workspace_hours: 0,
      sessions_by_admins: 0,
    });
    const { root, signed } = rootsOf(part);
    expect(root).toEqual(signed);
  });

  it('of one workspace does not tell when the person was in another one', async () => {
    const seen = await buildAuditRow(database.db, cast.bob, {
      action_type: 'workspace_accessed',
      resource_type: 'workspace',
      resource_id: '515151',
      timestamp: new Date('2026-10-01T07:07:07.000Z'),
    });
    expect(seen).toBeGreaterThan(0);
    const whole = await readBundle(database.db, cast.alice, cast.bob);
    expect(whole.summary.first_activity).toBe('2026-10-01T07:07:07.000Z');
    const part = await readBundle(database.db, cast.alice, cast.bob, { workspaceId: 424_242 });
    expect(JSON.stringify(part)).not.toContain('07:07:07');
  });

  it('shows what a colleague did to the person without the colleague’s address', () => {
    const row = bundle.audit_logs.find(({ action_type }) => action_type === 'user_role_changed');
    const leaf = bundle.proof?.leaves.find(({ index }) => index === row?.log_index);
    const shown = leaf?.disclosures.map(decoded);
    expect(shown?.map(([, name]) => name)).toEqual(['request_path', 'details']);
    expect((JSON.parse(leaf?.leaf ?? '{}') as { _sd: string[] })._sd).toHaveLength(4);
  });

  it('does not let the person’s key unlock what a record says of somebody else', async () => {
    const details = { email: 'guessed@example.com' };
    await buildAuditRow(database.db, cast.alice, { action_type: 'invitation_sent', details });
    const { proof, audit_logs } = await readBundle(database.db, cast.alice, cast.alice);
    const row = audit_logs.find(({ action_type }) => action_type === 'invitation_sent');
    const { leaf = '{}' } = proof?.leaves.find(({ index }) => index === row?.log_index) ?? {};
    const key = Buffer.from(proof?.person_key?.key ?? '', 'base64url');
    expect(key).toHaveLength(32);
    const digests = (field: string, value: unknown): string =>
      digestOf(disclosureOf(new Salts(key).of('audit_log', row?.id ?? 0, field), field, value));
    expect(leaf).toContain(digests('ip_address', row?.ip_address));
    expect(leaf).not.toContain(digests('details', details));
  });

  it('has the company’s head as a leaf of the platform’s log', () => {
    const head = parseNote(bundle.proof?.checkpoint ?? '')?.text.split('\n') ?? [];
    const entries = bundle.proof?.platform?.leaves.map(
      ({ leaf }) => (JSON.parse(leaf) as { entry: unknown }).entry,
    );
    expect(entries).toEqual([
      { kind: 'company_checkpoint', origin: head[0], size: Number(head[1]), root: head[2] },
    ]);
  });
});

function decoded(disclosure: string): unknown[] {
  return JSON.parse(Buffer.from(disclosure, 'base64url').toString()) as unknown[];
}
