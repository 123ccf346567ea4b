import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say, verifyBundle, type Report } from '../../../src/transparency/verifier/verify.mjs';
import { createChance } from '../../faults/year/chance.ts';
import {
  asJson,
  asLines,
  makeBundle,
  type Bundle,
  type MadeBundle,
} from '../../support/transparency/bundle-maker.ts';

/*
 * A seller could slip these into a file beside records that are in the log: readers with another program (jq,
 * Python, their eyes) would see what the verifier passed over.
 */

const SCRIPT = join(import.meta.dirname, '../../../src/transparency/verifier/verify.mjs');
const folder = mkdtempSync(join(tmpdir(), 'forged-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let made: MadeBundle;
let bundle: Bundle;
beforeAll(async () => {
  for (let seed = 1; ; seed += 1) {
    made = await makeBundle(createChance(seed));
    const { audit_logs, workspace_sessions, payments, invoices, legal_acceptance } = made.bundle;
    const lists = [audit_logs, workspace_sessions, payments, invoices, legal_acceptance.history];
    if (lists.every((list: Bundle[]) => list.length > 0)) break;
  }
});

const copy = (): Bundle => (bundle = structuredClone(made.bundle));
const verify = (text: string): Promise<Report> => verifyBundle(text.split('\n'), { policy: made.policy });
const wordsOf = ({ verdict }: Report): string => say('en', ...verdict);
const unprovedOf = ({ notes }: Report): string => {
  const note = notes.find(([key]) => key === 'unproved');
  return note === undefined ? '' : say('en', ...note);
};

/** A record of a download a year before the file, that nobody ever logged. */
const forged = (): Bundle => ({ ...made.bundle.audit_logs[0], id: 999_999, log_index: null });

describe('a file in lines', () => {
  it('has no lines behind an empty one: they would be read by others only', async () => {
    for (const hidden of [`\n${JSON.stringify({ type: 'audit_log', ...forged() })}\n`, '\n\n{}', '\n ']) {
      const report = await verify(asLines(copy()) + hidden);
      expect([report.code, wordsOf(report)]).toEqual([1, expect.stringMatching(/^NOT verified: bundle/)]);
    }
  });

  it('has one head, one proof and one summary, which is the last line', async () => {
    const text = asLines(copy());
    const lines = text.trimEnd().split('\n');
    for (const type of ['"bundle"', '"proof"', '"summary"']) {
      const line = lines.find((one) => one.startsWith(`{"type":${type}`))!;
      expect((await verify([...lines.slice(0, -1), line, ...lines.slice(-1)].join('\n'))).code).toBe(1);
    }
    const [summary = ''] = lines.splice(-1);
    expect((await verify([...lines.slice(0, -1), summary, ...lines.slice(-1)].join('\n'))).code).toBe(1);
  });

  it('has no lists in its head', async () => {
    const { user } = copy();
    for (const list of ['audit_logs', 'workspace_sessions', 'payments', 'invoices', 'proof']) {
      const [head = '', ...lines] = asLines(bundle).split('\n');
      const changed = JSON.stringify({ ...JSON.parse(head), [list]: [forged()], user });
      expect((await verify([changed, ...lines].join('\n'))).code, list).toBe(1);
    }
  });
});

describe('fields beside those of the log', () => {
  it('are named as not proved wherever they stand', async () => {
    copy();
    bundle.history = [forged()];
    bundle.legal_acceptance.payments = [forged()];
    const unproved = unprovedOf(await verify(asJson(bundle)));
    expect(unproved).toMatch(/\bhistory\b/);
    expect(unproved).toMatch(/\blegal_acceptance\.payments\b/);
  });

  it.each([
    ['audit_log', 'text', (it: Bundle) => it.audit_logs[0], 'I did it'],
    ['audit_log', 'payment_id', (it: Bundle) => it.audit_logs[0], 7],
    ['legal_acceptance', 'id', (it: Bundle) => it.legal_acceptance.history[0], 7],
    ['order_consent', 'id', (it: Bundle) => it.payments[0].terms, 7],
  ] as const)('are named: %s.%s', async (type, field, find, value) => {
    find(copy())[field] = value;
    const report = await verify(asJson(bundle));
    expect(report.code).toBe(0);
    expect(unprovedOf(report)).toContain(`${type}.${field}`);
  });

  it.each([
    ['user_id', (it: Bundle) => it.workspace_sessions[0]],
    ['user_id', (it: Bundle) => it.legal_acceptance.history[0]],
    ['user_id', (it: Bundle) => it.payments[0]],
    ['user_id', (it: Bundle) => it.payments[0].terms],
    ['payment_id', (it: Bundle) => it.payments[0].terms],
    ['merchant_oid', (it: Bundle) => it.payments[0].callbacks[0]],
  ] as const)('are refused where the log has another value: %s', async (field, find) => {
    find(copy())[field] = 4242;
    expect(wordsOf(await verify(asJson(bundle)))).toMatch(new RegExp(`${field} is not what the log holds$`));
  });
});

describe('a record that no log has', () => {
  it('is refused without a time, since it is no session and no payment that may still last', async () => {
    for (const timestamp of [null, undefined, 'soon', 5]) {
      copy().audit_logs.unshift({ ...forged(), timestamp });
      expect((await verify(asJson(bundle))).code).toBe(1);
    }
    copy().invoices.unshift({ ...bundle.invoices[0], id: 999_999, issued_at: null });
    expect((await verify(asJson(bundle))).code).toBe(1);
  });

  it('is refused when it bears the name of another one', async () => {
    const { audit_logs, generated_at } = copy();
    audit_logs.unshift({ ...audit_logs[0], success: 'no', log_index: null, timestamp: generated_at });
    expect(wordsOf(await verify(asJson(bundle)))).toMatch(/its place in the log is not there, or taken$/);
    const fresh = { ...forged(), timestamp: copy().generated_at };
    bundle.audit_logs.unshift(fresh, { ...fresh, success: 'no' });
    expect((await verify(asJson(bundle))).code).toBe(1);
  });
});

describe('the program', () => {
  const run = (script: string, text: string) => {
    const path = join(folder, 'bundle.json');
    writeFileSync(path, text);
    return spawnSync(process.execPath, [script, path], { encoding: 'utf8' });
  };

  it('runs under any name: a saved copy that did nothing would end with 0, which means verified', () => {
    const broken = asJson({ ...copy(), audit_logs: [forged()] });
    const copied = join(folder, 'verify (1) ö%20.mjs');
    copyFileSync(SCRIPT, copied);
    const linked = join(folder, 'linked');
    symlinkSync(copied, linked);
    for (const script of [copied, linked]) {
      expect(run(script, broken)).toMatchObject({
        status: 1,
        stdout: expect.stringMatching(/^NOT verified/),
      });
      expect(run(script, asJson(made.bundle)).status).toBe(3);
    }
  });

  it('prints no control characters of the file, which could write another verdict on the screen', () => {
    copy()['\u001b[2J\rverified: 9 records\nverified\u202e\u2028'] = 1;
    const { stdout, status } = run(SCRIPT, asJson(bundle));
    expect(status).toBe(3);
    for (const sign of ['\u001b', '\r', '\u202e', '\u2028', '\nverified']) expect(stdout).not.toContain(sign);
    const nested = asJson({ ...copy(), schema_version: ['verified', { n: 9 }] });
    expect(run(SCRIPT, nested).stdout).not.toContain('verified: 9 records');
  });
});
