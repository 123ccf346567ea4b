import { describe, expect, it } from 'vitest';
import { systemContext } from '../../src/audit/request-context.ts';
import { sweepAuth } from '../../src/auth/sweep-auth.ts';
import { useTestApp } from '../support/app.ts';
import { buildUser } from '../support/programs/build.ts';
import { PASSWORD, signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const testApp = useTestApp();
const DAY_MS = 86_400_000;

describe('the sweep', () => {
  const sweepAfter = (days: number): ReturnType<typeof sweepAuth> => {
    const at = new Date(Date.now() + days * DAY_MS);
    const { log } = testApp.deps;
    return sweepAuth(testApp.db, systemContext({ name: 'sweep', at, log }));
  };

  it('leaves what is in use, and forgets each thing in its time', async () => {
    const bob = await buildUser(testApp.db);
    const browser = await signIn(testApp.app, bob);
    await new Visitor(testApp.app).post('/auth/login', { email: bob.email, password: `not ${PASSWORD}` });
    expect(await sweepAfter(0)).toEqual({
      browserSessions: 0,
      limits: 0,
      locks: 0,
      devices: 0,
      challenges: 0,
    });
    expect((await browser.get('/workspace')).status).toBe(200);
    expect(await sweepAfter(1.1)).toEqual({
      browserSessions: 1,
      limits: 2,
      locks: 1,
      devices: 0,
      challenges: 0,
    });
    expect(await sweepAfter(729)).toEqual({
      browserSessions: 0,
      limits: 0,
      locks: 0,
      devices: 0,
      challenges: 0,
    });
    expect(await sweepAfter(731)).toEqual({
      browserSessions: 0,
      limits: 0,
      locks: 0,
      devices: 1,
      challenges: 0,
    });
    expect((await browser.get('/workspace')).status).toBe(303);
    expect(await testApp.db('audit_logs').where({ user_id: bob.id })).toHaveLength(2);
  });
});
