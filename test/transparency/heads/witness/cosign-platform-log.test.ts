import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareHeads } from '../../../../src/transparency/heads/witness/compare-heads.ts';
import { cosignPlatformLog } from '../../../../src/transparency/heads/witness/cosign-platform-log.ts';
import { withCosignatures } from '../../../../src/transparency/heads/witness/queries.ts';
import { resumePublishing } from '../../../../src/transparency/heads/outside/resume-publishing.ts';
import { acceptCheckpoint, parsePolicy } from '../../../../src/transparency/notes/policy.ts';
import { findLog, findNewestCheckpoint } from '../../../../src/transparency/queries.ts';
import { keepLogs } from '../../../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../../../src/transparency/sequence/log-signer.ts';
import { contextAt } from '../../../billing/scene.ts';
import { useTestApp } from '../../../support/app.ts';
import { startTestWitness, type TestWitness } from '../../../support/programs/witness.ts';
import { happen, newestHead, takeBackup } from '../log-scene.ts';

const app = useTestApp();
let witness: TestWitness;
let vkeys: string[] = [];

beforeAll(async () => {
  witness = await startTestWitness(() => vkeys);
  await happen(app, 3);
  await publish();
  const { uuid } = await newestHead(app);
  const signer = logSigner(app.config);
  vkeys = signer.vkeysOf(signer.originOf(uuid));
});
afterAll(() => witness.close());
beforeEach(() => {
  witness.answerWith = null;
  witness.asked.length = 0;
});

const settings = (): { config: { transparency: typeof app.config.transparency } } => ({
  config: {
    transparency: {
      ...app.config.transparency,
      witness: { url: witness.url, vkey: witness.vkey, timeoutSeconds: 5 },
    },
  },
});
const publish = (): ReturnType<typeof keepLogs> =>
  keepLogs(app.db, { at: new Date() }, { signer: logSigner(app.config), publishSeconds: 0 });
const cosign = (): ReturnType<typeof cosignPlatformLog> =>
  cosignPlatformLog(app.db, contextAt(new Date()), settings());
const halts = (): Promise<Record<string, unknown>[]> => app.db('log_halts').orderBy('id').select('*');

/** The note as it is published. */
async function publishedNote(): Promise<string> {
  const log = await findLog(app.db, null);
  const newest = await findNewestCheckpoint(app.db, log?.id ?? 0);
  return newest === undefined ? '' : withCosignatures(app.db, newest);
}

describe('a witness', () => {
  it('cosigns the newest checkpoint, which then satisfies a policy that asks for it', async () => {
    expect(await cosign()).toEqual({ cosigned: 1 });
    expect(witness.asked[0]).toMatch(/^old 0\n\n/);
    const policy = parsePolicy(`log ${vkeys[0] ?? ''}\nwitness w1 ${witness.vkey}\nquorum w1\n`);
    const note = await publishedNote();
    expect(acceptCheckpoint(note, policy)?.size).toBe((await newestHead(app)).size);
    expect(acceptCheckpoint((await newestHead(app)).note, policy)).toBeNull();
    expect(await cosign()).toEqual({ cosigned: 0 });
    expect(witness.asked).toHaveLength(1);
  });

  it('gets a proof that the log has grown from what it signed before', async () => {
    for (const times of [1, 5, 30]) {
      await happen(app, times);
      await publish();
      expect(await cosign(), String(times)).toEqual({ cosigned: 1 });
    }
    expect(witness.asked.every((body) => /^old [1-9]/.test(body))).toBe(true);
  });

  it('corrects the size from which it wants the proof, when its last answer was lost here', async () => {
    await app.database.ownerDb.transaction(async (trx) => {
      await trx.raw('set local session_replication_role = replica');
      await trx('log_cosignatures').delete();
    });
    await happen(app);
    await publish();
    expect(await cosign()).toEqual({ cosigned: 1 });
    expect(witness.asked.map((body) => body.slice(0, body.indexOf('\n')))[0]).toBe('old 0');
    expect(witness.asked).toHaveLength(2);
  });

  it('that is away, refuses, signs by another key or answers rubbish stops nothing', async () => {
    await happen(app);
    await publish();
    for (const answer of [
      { status: 503, body: '' },
      { status: 404, body: 'unknown origin' },
      { status: 200, body: '' },
      { status: 200, body: '— witness.example/w1 AAAAAAAAAAAAAAAAAAAA\n' },
      { status: 200, body: 'x'.repeat(100_000) },
      { status: 409, body: '7\n', type: 'text/x.tlog.size' },
    ]) {
      witness.answerWith = answer;
      expect(await cosign(), answer.body.slice(0, 20)).toEqual({ failed: 1 });
    }
    expect(await halts()).toEqual([]);
    witness.answerWith = null;
    expect(await cosign()).toEqual({ cosigned: 1 });
  });

  it('compares again each day, though there is nothing new', async () => {
    expect(await compareHeads(app.db, contextAt(new Date()), settings())).toEqual({ places: 1 });
    expect(witness.asked).toHaveLength(1);
  });
});

describe('a database that was restored', () => {
  it('publishes nothing any more when the witness knows a longer log', async () => {
    const restore = await takeBackup(app);
    const { size } = await newestHead(app);
    await happen(app, 4);
    await publish();
    await cosign();
    const lost = await newestHead(app);
    await restore();
    expect(await compareHeads(app.db, contextAt(new Date()), settings())).toEqual({ halted: true });
    expect((await halts()).at(-1)).toMatchObject({
      ...{ found_in: 'witness', verdict: 'shorter', size: lost.size, own_size: size, root: null },
    });
    await happen(app);
    expect((await publish()).published).toBe(0);
    expect((await newestHead(app)).size).toBe(size);
  });

  it('and grew anew is found by the witness as another tree, of the same size or a larger one', async () => {
    const known = [...witness.known.values()][0]?.size ?? 0;
    await resumePublishing(app.db, contextAt(new Date()), { reason: 'to see what the witness says' });
    const halted = (await halts()).length;
    await publish();
    while ((await newestHead(app)).size < known) {
      await happen(app);
      await publish();
    }
    // The witness knows another tree; the loss itself was accepted above, so nothing stops a second time.
    expect(await cosign()).toEqual({ failed: 1 });
    expect(await halts()).toHaveLength(halted);
    const [origin = '', checkpoint] = [...witness.known][0] ?? [];
    if (checkpoint === undefined) throw new Error('the witness knows nothing');
    witness.known.set(origin, { ...checkpoint, size: 2 });
    expect(await cosign()).toEqual({ halted: true });
    expect((await halts()).at(-1)).toMatchObject({ found_in: 'witness', verdict: 'different', size: 2 });
  });
});
