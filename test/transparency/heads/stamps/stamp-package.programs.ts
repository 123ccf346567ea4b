import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Config } from '../../../../src/config/config.ts';
import { retryStamps } from '../../../../src/transparency/heads/stamps/retry-stamps.ts';
import { stampPackage } from '../../../../src/transparency/heads/stamps/stamp-package.ts';
import {
  startTestAuthority,
  whyNoOpenssl,
  type TestAuthority,
} from '../../../support/programs/time-stamp-authority.ts';
import { useTestApp } from '../../../support/app.ts';
import { contextAt } from '../../../billing/scene.ts';

const MINUTE_MS = 60_000;
const skip = whyNoOpenssl();
if (skip !== null) process.stderr.write(`${skip}\n`);

describe.skipIf(skip !== null)('the time stamp of a package', () => {
  const app = useTestApp();
  let first: TestAuthority;
  let second: TestAuthority;
  beforeAll(async () => {
    first = await startTestAuthority({ name: 'First authority' });
    second = await startTestAuthority({ name: 'Second authority' });
  });
  afterAll(() => Promise.all([first.close(), second.close()]));
  beforeEach(() => {
    first.answerWith = null;
    second.answerWith = null;
  });

  const asking = (
    authorities: TestAuthority[],
    production = false,
  ): Pick<Config, 'production' | 'stamps'> => ({
    production,
    stamps: {
      authorities: authorities.map(({ url }) => url),
      rootsFile: authorities.at(-1)?.rootsFile ?? null,
      ...{ timeoutSeconds: 5, toleranceSeconds: 60 },
    },
  });
  const stamp = (
    config: Pick<Config, 'production' | 'stamps'>,
    digest = randomBytes(32),
    at = new Date(),
  ): ReturnType<typeof stampPackage> => stampPackage(app.db, contextAt(at), { digest, config });
  const rowsOf = (digest: Buffer): Promise<Record<string, unknown>[]> =>
    app.db('log_stamps').where({ digest }).orderBy('id').select('*');

  it('is kept with its question, the whole reply, the chain, and who signed it when', async () => {
    const digest = createHash('sha256').update('a package').digest();
    const got = await stamp(asking([first]), digest);
    expect(got).toMatchObject({ authority: 'First authority', is_independent: false });
    const [row] = await rowsOf(digest);
    expect(row).toMatchObject({
      ...{ subject: 'package', checkpoint: null, verdict: 'verified', problem: null },
      ...{ asked_host: new URL(first.url).host, authority: 'First authority', query: first.asked.at(-1) },
    });
    expect(String(row?.['serial'])).toMatch(/^0x[0-9A-F]+$/);
    expect(String(row?.['chain'])).toContain('BEGIN CERTIFICATE');
    // OpenSSL itself accepts what was kept.
    expect(first.verify(row?.['query'] as Buffer, row?.['reply'] as Buffer)).toContain('Verification: OK');
  });

  it('is asked for once: the same package has the same stamp', async () => {
    const digest = randomBytes(32);
    const [one, two] = [await stamp(asking([first]), digest), await stamp(asking([first]), digest)];
    expect(two).toEqual(one);
    expect(await rowsOf(digest)).toHaveLength(1);
  });

  it('is taken by a run that began long before it asked: many packages are made in one', async () => {
    const begun = new Date(Date.now() - 10 * MINUTE_MS);
    expect(await stamp(asking([first]), randomBytes(32), begun)).toMatchObject({
      authority: 'First authority',
    });
  });

  it('comes from the next authority when the first is down, answers rubbish, or signs by a root that is not pinned', async () => {
    for (const answerWith of [
      () => ({ status: 503, body: 'busy' }),
      () => ({ status: 200, body: '<html>login</html>' }),
      null,
    ]) {
      first.answerWith = answerWith;
      const digest = randomBytes(32);
      expect(await stamp(asking([first, second]), digest)).toMatchObject({ authority: 'Second authority' });
      const [refused, verified] = await rowsOf(digest);
      expect(refused?.['verdict']).not.toBe('verified');
      expect(refused?.['problem']).toBeTruthy();
      expect(verified?.['verdict']).toBe('verified');
    }
  });

  it('that no authority gave is asked for again by the schedule, with longer and longer pauses', async () => {
    first.answerWith = () => ({ status: 500, body: '' });
    const digest = randomBytes(32);
    const start = Date.now();
    expect(await stamp(asking([first]), digest, new Date(start))).toBeNull();
    const roundsAt = async (minutes: number): Promise<number> => {
      const at = new Date(start + minutes * MINUTE_MS);
      await retryStamps(app.db, contextAt(at), { config: asking([first]) });
      return (await rowsOf(digest)).length;
    };
    const rounds: number[] = [];
    for (const minutes of [0.5, 1, 5, 6, 15, 21, 80, 81, 140, 141]) rounds.push(await roundsAt(minutes));
    expect(rounds).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6]);
    first.answerWith = null;
    expect(await retryStamps(app.db, contextAt(new Date()), { config: asking([first]) })).toEqual({
      stamped: 0,
      failed: 0,
    });
  });

  it('that the schedule got later is found by the next call, and not asked for any more', async () => {
    first.answerWith = () => ({ status: 500, body: '' });
    const digest = randomBytes(32);
    expect(await stamp(asking([first]), digest, new Date(Date.now() - 2 * MINUTE_MS))).toBeNull();
    first.answerWith = null;
    expect(await retryStamps(app.db, contextAt(new Date()), { config: asking([first]) })).toMatchObject({
      stamped: 1,
    });
    expect(await stamp(asking([first]), digest)).toMatchObject({ authority: 'First authority' });
    expect(await rowsOf(digest)).toHaveLength(2);
  });

  it('counts as independent in production only, and never when a certificate calls itself a test', async () => {
    const test = await startTestAuthority({ name: 'TEST authority' });
    const isIndependent = async (authority: TestAuthority, production: boolean): Promise<unknown> =>
      (await stamp(asking([authority], production)))?.is_independent;
    expect(await isIndependent(first, false)).toBe(false);
    expect(await isIndependent(first, true)).toBe(true);
    expect(await isIndependent(test, true)).toBe(false);
    await test.close();
  });

  it('is not asked for without an authority, and nothing is kept', async () => {
    const digest = randomBytes(32);
    expect(await stamp(asking([]), digest)).toBeNull();
    expect(await rowsOf(digest)).toEqual([]);
  });

  it('cannot be changed or removed, and its digest is that of its checkpoint', async () => {
    const digest = randomBytes(32);
    await stamp(asking([first]), digest);
    await expect(app.db('log_stamps').where({ digest }).update({ authority: 'x' })).rejects.toThrow(
      'permission',
    );
    await expect(app.database.ownerDb('log_stamps').where({ digest }).delete()).rejects.toThrow('refused');
    const [row] = await rowsOf(digest);
    const another = { ...row, id: undefined, subject: 'platform_checkpoint', checkpoint: 'another' };
    await expect(app.db('log_stamps').insert(another)).rejects.toThrow('ck_log_stamps_digest');
  });
});
