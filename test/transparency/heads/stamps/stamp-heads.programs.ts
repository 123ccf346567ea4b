import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNewestStamp } from '../../../../src/transparency/heads/stamps/queries.ts';
import { stampHeads } from '../../../../src/transparency/heads/stamps/stamp-heads.ts';
import { findLog, findNewestCheckpoint } from '../../../../src/transparency/queries.ts';
import { keepLogs } from '../../../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../../../src/transparency/sequence/log-signer.ts';
import { contextAt } from '../../../billing/scene.ts';
import { useTestApp } from '../../../support/app.ts';
import { buildUser } from '../../../support/programs/build.ts';
import {
  startTestAuthority,
  whyNoOpenssl,
  type TestAuthority,
} from '../../../support/programs/time-stamp-authority.ts';
import { signIn } from '../../../support/sign-in.ts';

const DAY_MS = 86_400_000;
const skip = whyNoOpenssl();
if (skip !== null) process.stderr.write(`${skip}\n`);

describe.skipIf(skip !== null)('the daily time stamp of the platform’s log', () => {
  const app = useTestApp();
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await startTestAuthority();
  });
  afterAll(() => authority.close());

  /** Longer than a day: the authority's clock is the real one, and here it is another day. */
  const run = (at: Date): ReturnType<typeof stampHeads> =>
    stampHeads(app.db, contextAt(at), {
      config: {
        production: false,
        stamps: {
          ...{ authorities: [authority.url], rootsFile: authority.rootsFile },
          ...{ timeoutSeconds: 5, toleranceSeconds: 3 * DAY_MS },
        },
      },
    });
  const happen = async (): Promise<string> => {
    await signIn(app.app, await buildUser(app.db));
    await keepLogs(app.db, { at: new Date() }, { signer: logSigner(app.config), publishSeconds: 0 });
    const log = await findLog(app.db, null);
    return (await findNewestCheckpoint(app.db, log?.id ?? 0))?.note ?? '';
  };
  const today = new Date();
  const tomorrow = new Date(today.getTime() + DAY_MS);

  it('is over the newest checkpoint with its signatures, once a day, however often the job runs', async () => {
    expect(await run(today)).toEqual({ stamped: 0, failed: 0 });
    const note = await happen();
    expect(await run(today)).toEqual({ stamped: 1, failed: 0 });
    const stamp = await findNewestStamp(app.db);
    expect(stamp).toMatchObject({ checkpoint: note, digest: createHash('sha256').update(note).digest() });
    await happen();
    expect(await run(today)).toEqual({ stamped: 0, failed: 0 });
    expect(await run(tomorrow)).toEqual({ stamped: 1, failed: 0 });
    expect(await run(new Date(tomorrow.getTime() + DAY_MS))).toEqual({ stamped: 0, failed: 0 });
  });

  it('is tried again after a pause when the authority is down, and never stops the log', async () => {
    authority.answerWith = () => ({ status: 500, body: '' });
    await happen();
    const later = (minutes: number): Date => new Date(tomorrow.getTime() + DAY_MS + minutes * 60_000);
    expect(await run(later(0))).toEqual({ stamped: 0, failed: 1 });
    const newest = await happen();
    expect(await run(later(0.5))).toEqual({ stamped: 0, failed: 0 });
    authority.answerWith = null;
    expect(await run(later(1))).toEqual({ stamped: 1, failed: 0 });
    expect((await findNewestStamp(app.db))?.checkpoint).toBe(newest);
  });

  it('fails in words, for the page of scheduled work, when the pinned roots cannot be read', async () => {
    await happen();
    const at = new Date(tomorrow.getTime() + 3 * DAY_MS);
    const stamps = { ...app.config.stamps, authorities: [authority.url], rootsFile: '/nowhere/roots.pem' };
    await expect(
      stampHeads(app.db, contextAt(at), { config: { production: false, stamps } }),
    ).rejects.toThrow('/nowhere/roots.pem');
  });

  it('is off without an authority, and the page of scheduled work says so', async () => {
    const { config } = app;
    expect(await stampHeads(app.db, contextAt(today), { config })).toEqual({ noAuthority: true });
  });
});
