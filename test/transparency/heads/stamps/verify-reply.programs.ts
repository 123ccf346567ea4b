import { createHash, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { readPinnedRoots } from '../../../../src/transparency/heads/stamps/pinned-roots.ts';
import { encodeQuery, randomNonce } from '../../../../src/transparency/heads/stamps/time-stamp-query.ts';
import { verifyReply, type ReplyVerdict } from '../../../../src/transparency/heads/stamps/verify-reply.ts';
import {
  startTestAuthority,
  whyNoOpenssl,
  type TestAuthority,
} from '../../../support/programs/time-stamp-authority.ts';

const MINUTE_MS = 60_000;
const digest = createHash('sha256').update('a head').digest();
const closes: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closes.map((close) => close())));

const start = async (options: Parameters<typeof startTestAuthority>[0] = {}): Promise<TestAuthority> => {
  const authority = await startTestAuthority(options);
  closes.push(authority.close);
  return authority;
};

const around = (at: Date): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(at.getTime() - MINUTE_MS),
  notAfter: new Date(at.getTime() + MINUTE_MS),
});

/** The verdict about the authority's answer to a question of ours, by the roots of another one if told so. */
async function judge(
  authority: TestAuthority,
  {
    roots = authority,
    change = (reply) => reply,
    ...others
  }: {
    roots?: TestAuthority;
    change?: (reply: Buffer) => Buffer;
    digest?: Buffer;
    nonce?: Buffer;
    at?: Date;
  } = {},
): Promise<ReplyVerdict> {
  const nonce = randomNonce();
  const reply = change(authority.reply(encodeQuery(digest, nonce)));
  return verifyReply(reply, {
    ...{ digest, nonce, roots: await readPinnedRoots(roots.rootsFile), ...around(others.at ?? new Date()) },
    ...others,
  });
}

const skip = whyNoOpenssl();
if (skip !== null) process.stderr.write(`${skip}\n`);

describe.skipIf(skip !== null)('the answer of a time stamp authority', () => {
  it('is a stamp when everything fits, with the chain to the pinned root', async () => {
    const authority = await start();
    const verdict = await judge(authority);
    expect(verdict).toMatchObject({
      ok: true,
      stamp: { authority: 'Stamps of this machine', serial: '0x02' },
    });
    if (!verdict.ok) return;
    expect(Math.abs(verdict.stamp.generatedAt.getTime() - Date.now())).toBeLessThan(30_000);
    expect(verdict.stamp.chain.match(/BEGIN/g)).toHaveLength(2);
    expect(verdict.stamp.names).toContain('Root of Stamps of this machine');
  });

  it('is a stamp as well by another authority in between, and by other hashes that name the signer', async () => {
    for (const namedBy of ['sha1', 'sha256', 'sha384'] as const)
      expect(await judge(await start({ between: 'ca', namedBy })), namedBy).toMatchObject({ ok: true });
  });

  it('is none for another digest, another nonce or another time', async () => {
    const authority = await start();
    const problem = async (others: Parameters<typeof judge>[1]): Promise<unknown> => {
      const verdict = await judge(authority, others);
      return verdict.ok ? 'a stamp' : verdict.problem;
    };
    expect(await problem({ digest: randomBytes(32) })).toBe('the imprint is another one');
    expect(await problem({ nonce: randomNonce() })).toBe('the nonce is another one');
    expect(await problem({ at: new Date(Date.now() + 5 * MINUTE_MS) })).toContain('which is not now');
    expect(await problem({ at: new Date(Date.now() - 5 * MINUTE_MS) })).toContain('which is not now');
  });

  it('is none by a root that is not pinned, even if that root comes with the answer', async () => {
    const [authority, another] = [await start(), await start()];
    expect(await judge(authority, { roots: another })).toMatchObject({ ok: false });
  });

  it('is none by a certificate that is not for time stamps alone', async () => {
    const authority = await start();
    const judgeBy = async (usage: string): Promise<ReplyVerdict> => {
      const odd = await start({ usage });
      return judge(authority, { roots: odd, change: (reply) => odd.signAnew(reply, true) });
    };
    expect(await judgeBy('critical,timeStamping')).toMatchObject({ ok: true });
    for (const usage of ['', 'timeStamping', 'critical,codeSigning', 'critical,timeStamping,codeSigning'])
      expect(await judgeBy(usage), usage).toEqual({
        ...{ ok: false, problem: 'the certificate that signed is not one for time stamps alone' },
      });
  });

  it('is none when the signature does not name the certificate by which it is verified', async () => {
    const authority = await start();
    const verdict = await judge(authority, { change: (reply) => authority.signAnew(reply, false) });
    expect(verdict).toEqual({
      ...{ ok: false, problem: 'the signed attributes do not name the certificate that signed' },
    });
  });

  it('is none by a certificate that may not sign others, in between', async () => {
    expect(await judge(await start({ between: 'noCa' }))).toMatchObject({ ok: false });
  });

  it('is none, or the very same one, when a single bit of it was changed', async () => {
    const authority = await start();
    const nonce = randomNonce();
    const reply = authority.reply(encodeQuery(digest, nonce));
    const expected = {
      digest,
      nonce,
      roots: await readPinnedRoots(authority.rootsFile),
      ...around(new Date()),
    };
    const original = await verifyReply(reply, expected);
    let refused = 0;
    for (let index = 0; index < reply.length; index += 7) {
      const changed = Buffer.from(reply);
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
      const verdict = await verifyReply(changed, expected);
      if (verdict.ok) expect(verdict, `byte ${String(index)}`).toEqual(original);
      else refused += 1;
    }
    expect(original.ok).toBe(true);
    expect(refused).toBeGreaterThan(reply.length / 7 - 15);
  });

  it('is none when it is cut off, empty, or no answer at all', async () => {
    const authority = await start();
    for (const length of [0, 1, 9, 100, 400])
      expect(await judge(authority, { change: (reply) => reply.subarray(0, length) })).toMatchObject({
        ok: false,
      });
    expect(await judge(authority, { change: () => Buffer.from('<html>502</html>') })).toMatchObject({
      ok: false,
    });
  });
});
