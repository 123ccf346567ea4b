import { beforeEach, describe, expect, it } from 'vitest';
import { AccessCache } from '../../../src/workspace/access/access-cache.ts';
import type { AccessDecision } from '../../../src/workspace/access/authorize-request.ts';
import { HumanActivity } from '../../../src/workspace/activity/human-activity.ts';
import { createHostRequestReader } from '../../../src/workspace/host-request.ts';
import { useTestDatabase } from '../../support/database.ts';
import { sweeperContext } from '../scene.ts';

const database = useTestDatabase();
const readRequest = createHostRequestReader({ baseUrl: 'http://app.localhost' });
let accessCache: AccessCache;

beforeEach(() => {
  accessCache = new AccessCache(database.db, { mustRun: false }, new HumanActivity());
});

/** Decides about a stranger who comes with a cookie that was made up. */
function decide(cookie: number): Promise<AccessDecision> {
  const host = { label: 'api-acme', host: 'api-acme.localhost', method: 'GET', path: '/' };
  const request = { ...readRequest({}, host), tokenHash: String(cookie) };
  return accessCache.decide(sweeperContext(new Date()), request);
}

describe('a decision about a request', () => {
  it('is kept for the next requests with the same cookie', () => {
    const first = decide(0);
    expect(decide(0)).toBe(first);
    expect(decide(1)).not.toBe(first);
  });

  it('leaves the memory when strangers make up many cookies, and is then made anew and the same', async () => {
    const first = decide(0);
    const strangers = Array.from({ length: 10_000 }, (_, index) => decide(index + 1));
    const again = decide(0);
    expect(again).not.toBe(first);
    expect(decide(10_000), 'the newest are still there').toBe(strangers.at(-1));
    expect(await again).toEqual(await first);
    await Promise.all(strangers);
  }, 60_000);
});
