import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosigner } from '../../../src/transparency/notes/cosignature.ts';
import {
  COSIGNATURE,
  noteSigner,
  signatureLine,
  signNote,
  vkeyOf,
} from '../../../src/transparency/notes/signed-note.ts';
import { verifyBundle, say, type Report } from '../../../src/transparency/verifier/verify.mjs';
import { createChance } from '../../faults/year/chance.ts';
import {
  startTestAuthority,
  whyNoOpenssl,
  type TestAuthority,
} from '../../support/programs/time-stamp-authority.ts';
import {
  asJson,
  asLines,
  makeBundle,
  seededKey,
  type Bundle,
  type MadeBundle,
} from '../../support/transparency/bundle-maker.ts';
import { cosign, policyOfWitnesses, vkeyOfWitness } from '../../support/transparency/cosigned.ts';
import { isUnproved, mutate } from '../../support/transparency/mutations.ts';

const SCRIPT = join(import.meta.dirname, '../../../src/transparency/verifier/verify.mjs');
const folder = mkdtempSync(join(tmpdir(), 'verify-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const verify = (
  bundle: Bundle,
  texts: { policy?: string; held?: string } = {},
  form = asJson,
): Promise<Report> => verifyBundle(form(bundle).split('\n'), texts);

/** The first line that the program prints. */
const wordsOf = ({ verdict }: Report, lang = 'en'): string => say(lang, ...verdict);

function run(text: string, ...options: string[]) {
  const path = join(folder, 'bundle');
  writeFileSync(path, text);
  const env = { PATH: process.env['PATH'], LANG: 'C' };
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, path, ...options], {
    env,
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Bundles that have at least one record in each list. */
async function makeFull(seed = 1, leftOut: string[] = []): Promise<MadeBundle> {
  for (let at = seed; ; at += 1000) {
    const made = await makeBundle(createChance(at), leftOut);
    const { audit_logs, workspace_sessions, payments, invoices } = made.bundle;
    const lists = [audit_logs, workspace_sessions, payments, invoices, made.bundle.proof.consistency];
    if (lists.every((list) => list.length > 0) && audit_logs.length > 4) return made;
  }
}

/** One without records of the platform's log. */
async function makePlain(): Promise<MadeBundle> {
  for (let seed = 1; ; seed += 1) {
    const made = await makeFull(seed);
    if (made.bundle.audit_logs.every(({ log_index }: Bundle) => log_index !== null)) return made;
  }
}

let made: MadeBundle;
beforeAll(async () => {
  made = await makeFull();
});

describe('the program', () => {
  it('is one file of at most 600 lines that needs nothing but Node', () => {
    const text = readFileSync(SCRIPT, 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(600);
    const imported = [...text.matchAll(/(?:from |import\()'([^']+)'/g)].map(([, name]) => name);
    expect(imported).toEqual(['node:crypto', 'node:fs']);
  });

  it.each([
    ['JSON', asJson],
    ['NDJSON', asLines],
  ] as const)('verifies a bundle in %s: 3 without a policy, 0 with one', (_name, form) => {
    const text = form(made.bundle);
    const without = run(text);
    expect(without.status).toBe(3);
    expect(without.lines[0]).toMatch(
      /^agrees with the key inside; that key was not checked: \d+ records, \d+ of them complete in range, head without a time stamp$/,
    );
    const policy = file('policy.txt', made.policy);
    const within = run(text, '--policy', policy);
    expect(within.status).toBe(0);
    expect(within.lines[0]).toMatch(/^verified: \d+ records, \d+ of them complete in range, head without/);
    expect(within.lines.at(-1)).toMatch(/nothing was changed afterwards/);
    const turkish = run(text, '--policy', policy, '--lang', 'tr');
    expect(turkish.lines[0]).toMatch(/^doğrulandı: \d+ kayıt, \d+ tanesi aralıkta eksiksiz, /);
    expect(turkish.lines).toHaveLength(within.lines.length);
  });

  it('names the first record that does not fit, and ends with 1', () => {
    const bundle = structuredClone(made.bundle);
    const record = bundle.audit_logs[1];
    record.success = !record.success;
    expect(run(asJson(bundle))).toMatchObject({
      status: 1,
      lines: [expect.stringMatching(new RegExp(`^NOT verified: audit_log ${String(record.id)}: `))],
    });
  });

  it('ends with 2 for a version that it does not know', () => {
    for (const change of [
      (bundle: Bundle) => (bundle.schema_version = '2.0'),
      (bundle: Bundle) => (bundle.schema_version = '1.1'),
      (bundle: Bundle) => (bundle.proof.version = 2),
    ]) {
      const bundle = structuredClone(made.bundle);
      change(bundle);
      const { status, lines } = run(asLines(bundle), '--lang', 'tr');
      expect([status, lines.length]).toEqual([2, 1]);
      expect(lines[0]).toMatch(/^bakılmadı: .*sürümü burada bilinmiyor$/);
    }
  });

  it('takes a later 1.x as it is, and names what it does not know as not proved', async () => {
    const bundle = structuredClone(made.bundle);
    bundle.schema_version = '1.7';
    bundle.verdict = 'paid';
    bundle.audit_logs[0].mood = 'good';
    const report = await verify(bundle, { policy: made.policy });
    expect(report.code).toBe(0);
    const unproved = say('en', ...report.notes.find(([key]) => key === 'unproved')!);
    expect(unproved).toMatch(/\bverdict\b/);
    expect(unproved).toMatch(/\baudit_log\.mood\b/);
  });
});

describe('a bundle', () => {
  it('counts the records of the log, and those of which nothing is withheld', async () => {
    const whole = await verify(made.bundle, { policy: made.policy });
    const rows: Bundle[] = made.bundle.audit_logs.filter(({ log_index }: Bundle) => log_index === null);
    expect(whole.records).toBe(made.indices.length + rows.length);
    const partial = await makeFull(1, ['addresses', 'browsers']);
    const report = await verify(partial.bundle, { policy: partial.policy });
    expect(report.complete).toBeLessThan(report.records);
    const told = say('en', ...report.notes.find(([key]) => key === 'withheld')!);
    expect(told).toMatch(/ip_address: \d+/);
    expect(told).toMatch(/user_agent: \d+/);
  });

  it('has records that are too new for the log only in its last minutes, and they are not counted', async () => {
    const bundle = structuredClone(made.bundle);
    const [newest] = bundle.audit_logs;
    const fresh = { ...newest, id: 999_999, log_index: null, timestamp: bundle.generated_at };
    bundle.audit_logs.unshift(fresh);
    const report = await verify(bundle);
    expect([report.code, report.records]).toEqual([3, (await verify(made.bundle)).records]);
    expect(say('en', ...report.notes.find(([key]) => key === 'pending')!)).toContain('audit_log 999999');
    fresh.timestamp = new Date(Date.parse(bundle.generated_at as string) - 16 * 60_000).toISOString();
    expect(wordsOf(await verify(bundle))).toBe('NOT verified: audit_log 999999: not in the log');
    bundle.generated_at = '2025-01-01T00:00:00.000Z';
    expect((await verify(bundle)).code).toBe(1);
  });

  it('has a workspace session that lasts outside of the log, but none that is over', async () => {
    const bundle = structuredClone(made.bundle);
    const lasting = { ...bundle.workspace_sessions[0], id: 999_999, ended_at: null, log_index: null };
    bundle.workspace_sessions.unshift(lasting);
    expect((await verify(bundle)).code).toBe(3);
    lasting.ended_at = lasting.started_at;
    expect(wordsOf(await verify(bundle))).toBe('NOT verified: workspace_session 999999: not in the log');
  });

  it('is refused when a field stands in it twice', async () => {
    for (const [form, text] of [
      [asJson, '"success":'],
      [asLines, '"success":'],
    ] as const) {
      const doubled = form(made.bundle).replace(text, '"success":true,"success":');
      expect((await verifyBundle(doubled.split('\n'))).code).toBe(1);
    }
  });

  it('is refused when it was cut anywhere, and when it is none', async () => {
    const chance = createChance(5);
    for (const form of [asJson, asLines]) {
      const text = form(made.bundle);
      for (let round = 0; round < 40; round += 1) {
        const cut = text.slice(0, chance.below(text.length - 2));
        expect([1, 2], cut.slice(-40)).toContain((await verifyBundle(cut.split('\n'))).code);
      }
    }
    for (const text of ['', 'null', '[]', '{}', '{"type":"bundle"}', '{"schema_version":"1.2"}', '\ud800'])
      expect([1, 2]).toContain((await verifyBundle(text.split('\n'))).code);
    const bundle = structuredClone(made.bundle);
    delete bundle.proof;
    for (const form of [asJson, asLines]) expect((await verify(bundle, {}, form)).code).toBe(1);
  });

  it('shows a value only by a disclosure that belongs to the leaf, and a record only in its place', async () => {
    const bundle = structuredClone(made.bundle);
    const leaf = bundle.proof.leaves.find(({ disclosures }: Bundle) => disclosures.length > 0);
    const [salt, field] = JSON.parse(Buffer.from(leaf.disclosures[0] as string, 'base64url').toString());
    leaf.disclosures[0] = Buffer.from(JSON.stringify([salt, field, 'other'])).toString('base64url');
    expect(wordsOf(await verify(bundle))).toMatch(/ does not belong to the leaf$/);

    const moved = structuredClone(made.bundle);
    const given = new Set(moved.proof.leaves.map(({ index }: Bundle) => index));
    const record = moved.audit_logs.find(({ log_index }: Bundle) => given.has(log_index));
    record.log_index = Number(record.log_index) + 1;
    expect(wordsOf(await verify(moved))).toMatch(/its place in the log is not there, or taken$/);
  });

  it('names a changed record by the two bytes of each leaf, and says so where it cannot', async () => {
    const bundle = structuredClone(made.bundle);
    const session = bundle.workspace_sessions[0];
    session.activity_count = 1234;
    const name = `workspace_session ${String(session.id)}`;
    expect(wordsOf(await verify(bundle))).toBe(`NOT verified: ${name}: not the record that the log holds`);
    delete bundle.proof.checks;
    expect(wordsOf(await verify(bundle))).toMatch(/not the root that was signed/);
  });
});

describe('whom a policy trusts', () => {
  it('is nobody else: a bundle signed anew by another key is found', async () => {
    const forged = await makeFull(7);
    expect((await verify(forged.bundle)).code).toBe(3);
    expect(wordsOf(await verify(forged.bundle, { policy: made.policy }))).toMatch(
      /^NOT verified: .*not signed by a known key of its name$/,
    );
  });

  it('is the log of that name, and not another log that the same key has signed', async () => {
    const policy = `log ${vkeyOf('other.example.com', made.log.key)}\nquorum none\n`;
    const bundle = structuredClone(made.bundle);
    const [text = ''] = String(bundle.proof.checkpoint).split('\n\n');
    bundle.proof.checkpoint = signNote(`${text}\n`, [noteSigner('other.example.com', made.log.key)]);
    expect(wordsOf(await verify(bundle, { policy }))).toMatch(/not signed by a known key of its name$/);
  });

  it('can ask for a witness', async () => {
    const witness = seededKey(createChance(3));
    const vkey = vkeyOf('witness.example.com', witness, COSIGNATURE);
    const policy = `${made.policy.replace('quorum none\n', '')}witness w ${vkey}\nquorum w\n`;
    expect(wordsOf(await verify(made.bundle, { policy }))).toMatch(/not seen by the witness/);
    const bundle = structuredClone(made.bundle);
    const signer = cosigner('witness.example.com', witness, 1_790_000_000);
    const plain = String(bundle.proof.checkpoint);
    const [text = ''] = plain.split('\n\n');
    const good = signatureLine(signer, signer.sign(`${text}\n`));
    bundle.proof.checkpoint = plain + good;
    expect((await verify(bundle, { policy })).code).toBe(0);
    bundle.proof.checkpoint = plain + signatureLine(signer, Buffer.alloc(72));
    expect((await verify(bundle, { policy })).code).toBe(1);
  });

  it.each([
    [
      'group g 2 a b c\nquorum g',
      [[], ['a'], ['c']],
      [
        ['a', 'c'],
        ['a', 'b', 'c'],
      ],
    ],
    ['group g any a b\ngroup h all g c\nquorum h', [[], ['a', 'b'], ['c']], [['b', 'c']]],
    ['group g any a b\nquorum c', [['a', 'b']], [['c']]],
  ] as const)('can ask for as many witnesses of groups: %j', async (lines, tooFew, enough) => {
    const policy = policyOfWitnesses(made, lines);
    for (const names of tooFew)
      expect(wordsOf(await verify(cosign(made, names), { policy }))).toMatch(/not seen by the witness/);
    for (const names of enough) expect((await verify(cosign(made, names), { policy })).code).toBe(0);
  });

  it.each([
    ...[
      'group g 4 a b c',
      'group g 0 a',
      'group g 1e0 a',
      'group g constructor a',
      'group g all',
      'group g any x',
    ],
    ...[
      'group g any none',
      'group g any a a',
      'group a any b',
      'group none any a',
      'witness none',
      'witness d',
    ],
    ...['group g any a\ngroup h any a', 'group g any h\ngroup h any a', 'quorum none'],
  ])('is refused when a group is none: %j', async (lines) => {
    const twice = lines.replace('witness d', `witness d ${vkeyOfWitness('a')}`);
    const policy = policyOfWitnesses(made, `${twice}\nquorum none`);
    expect(wordsOf(await verify(made.bundle, { policy }))).toMatch(/policy \d/);
  });

  it.each([
    ['', 'quorum'],
    ['quorum none', 'checkpoint'],
    ['hello\nquorum none', 'policy 1'],
    ['log x\nquorum none', 'policy 1'],
    ['quorum w', 'policy 1'],
    ['timestamp-root AAAA\nquorum none', 'policy 1'],
  ])('is refused when the policy is wrong: %j', async (policy, where) => {
    expect(wordsOf(await verify(made.bundle, { policy }))).toContain(where);
  });
});

describe('a head that the reader holds', () => {
  it('is a beginning of the log, also when it comes out of a mail', async () => {
    const { checkpoint } = made.bundle.proof.consistency[0];
    const mail = `Dear customer,\r\n\r\n> ${checkpoint.replaceAll('\n', '\r\n> ')}\r\nBest regards\r\n`;
    const report = await verify(made.bundle, { policy: made.policy, held: mail });
    expect(report.code).toBe(0);
    expect(say('en', ...report.notes.find(([key]) => key === 'held')!)).toMatch(/^The head that you hold/);
  });

  it('finds a log that was rolled back, or rewritten by the owner of the key', async () => {
    const rolledBack = structuredClone(made.bundle);
    rolledBack.proof.checkpoint = made.log.checkpoint(made.log.leaves.length - 1);
    expect((await verify(rolledBack, { held: made.log.checkpoint() })).code).toBe(1);
    const rewritten = await makePlain();
    const held = rewritten.log.checkpoint();
    rewritten.log.leaves[0] = { ...rewritten.log.leaves[0]!, leaf: '{"v":1,"rewritten":true}' };
    const bundle = rewritten.bundle;
    bundle.proof.checkpoint = rewritten.log.checkpoint();
    bundle.proof.hashes = (await rewritten.log.subset(rewritten.indices)).toString('base64');
    bundle.proof.consistency = [];
    bundle.proof.platform = null;
    const { policy } = rewritten;
    expect((await verify(bundle, { policy })).code).toBe(0);
    expect(wordsOf(await verify(bundle, { policy, held }))).toMatch(/^NOT verified: --head: not a beginning/);
  });

  it('is refused when it is not of this log, and when nothing is in the text', async () => {
    const other = (await makeFull(7)).log.checkpoint();
    for (const held of ['', 'Hello', other, made.log.checkpoint().replace('\n\n', '\n')])
      expect((await verify(made.bundle, { held })).code).toBe(1);
  });
});

const reason = whyNoOpenssl();
if (reason !== null) console.log(reason);

describe.skipIf(reason !== null)('time stamps', () => {
  let authority: TestAuthority;
  let stamped: MadeBundle;
  let root = '';
  beforeAll(async () => {
    authority = await startTestAuthority({ between: 'ca' });
    const stamp = (digest: Buffer) => {
      const prefix = Buffer.from('30390201013031300d060960864801650304020105000420', 'hex');
      const query = Buffer.concat([prefix, digest, Buffer.from('0101ff', 'hex')]);
      return { query, reply: authority.reply(query) };
    };
    stamped = await makeBundle(createChance(11), [], stamp);
    root = new X509Certificate(readFileSync(authority.rootsFile)).raw.toString('base64');
  });
  afterAll(() => authority.close());

  it('date the head by an authority that a policy trusts', async () => {
    const policy = `${stamped.policy}timestamp-root ${root}\n`;
    const report = await verify(stamped.bundle, { policy });
    expect(wordsOf(report)).toMatch(
      /^verified: .*, head of 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ, not independent/,
    );
    const note = say('en', ...report.notes.find(([key]) => key === 'stamped')!);
    expect(note).toMatch(/existed on .* by a stamp of Stamps of this machine, not independent of the seller/);
  });

  it('are said to be unchecked without a root, and with the root of somebody else', async () => {
    const other = await startTestAuthority();
    const foreign = new X509Certificate(readFileSync(other.rootsFile)).raw.toString('base64');
    await other.close();
    for (const policy of [stamped.policy, `${stamped.policy}timestamp-root ${foreign}\n`])
      expect(wordsOf(await verify(stamped.bundle, { policy }))).toMatch(/authority not checked/);
    expect(wordsOf(await verify(stamped.bundle), 'tr')).toMatch(/damgayı vuran denetlenmedi/);
  });

  it('are refused when a byte that was signed is changed, or they are over something else', async () => {
    const chance = createChance(2);
    const bytes = Buffer.from(stamped.bundle.proof.stamps[0].reply as string, 'base64');
    const signer = bytes.lastIndexOf(
      createHash('sha256')
        .update(stamped.bundle.proof.stamps[0].checkpoint as string)
        .digest(),
    );
    let found = 0;
    for (let round = 0; round < 60; round += 1) {
      const bundle = structuredClone(stamped.bundle);
      const changed = Buffer.from(bytes);
      // From the contents that are stamped onwards, and the signature at the end.
      const at = round % 2 === 0 ? signer + chance.below(32) : bytes.length - 1 - chance.below(60);
      changed[at]! ^= 1 << chance.below(8);
      bundle.proof.stamps[0].reply = changed.toString('base64');
      found += (await verify(bundle)).code === 1 ? 1 : 0;
    }
    expect(found).toBe(60);
    const other = structuredClone(stamped.bundle);
    other.proof.stamps[0].checkpoint = other.proof.platform.checkpoint;
    expect((await verify(other)).code).toBe(1);
  });

  it('are refused from a certificate that is not for time stamps', async () => {
    const wrong = await startTestAuthority({ usage: 'clientAuth' });
    const bundle = structuredClone(stamped.bundle);
    const reply = Buffer.from(bundle.proof.stamps[0].reply as string, 'base64');
    bundle.proof.stamps[0].reply = wrong.signAnew(reply, true).toString('base64');
    await wrong.close();
    expect(wordsOf(await verify(bundle))).toMatch(/not a time stamp of this head/);
  });
});

describe('changes by chance', () => {
  it('are all found, but for those that alter nothing which is proved', async () => {
    const chance = createChance(2026);
    const bundles = await Promise.all(
      [[], ['addresses'], ['browsers', 'details']].map((leftOut, seed) => makeFull(seed, leftOut)),
    );
    let changes = 0;
    for (let round = 0; round < 450; round += 1) {
      const given = chance.pick(bundles);
      const { what, bundle, policy } = mutate(chance, given);
      const form = /^[a-z_]+:/.test(what) ? asJson : chance.pick([asJson, asLines]);
      const { code } = await verify(bundle, { policy }, form);
      if (isUnproved(what)) continue;
      changes += 1;
      expect(code, what).not.toBe(0);
    }
    expect(changes).toBeGreaterThan(200);
  });
});

it('says nothing of a payment that is not final, but does not take it for one that is', async () => {
  const bundle = structuredClone(made.bundle);
  const open = { ...bundle.payments[0], id: 999_999, status: 'failed', paid_at: null, refunds: [] };
  Object.assign(open, { terms: null, callbacks: [] });
  bundle.payments.unshift(open);
  expect((await verify(bundle)).code).toBe(3);
  for (const status of ['success', 'refunded']) {
    open.status = status;
    expect(wordsOf(await verify(bundle))).toBe('NOT verified: payment_settlement 999999: not in the log');
  }
});

it('runs the same when its lines end as on Windows', () => {
  const text = asLines(made.bundle).replaceAll('\n', '\r\n');
  expect(run(text).status).toBe(3);
  expect(execFileSync(process.execPath, ['--check', SCRIPT], { encoding: 'utf8' })).toBe('');
});
