import { describe, expect, it } from 'vitest';
import { createCookieReader, createToken, workspaceCookie } from '../../src/workspace/workspace-cookie.ts';

const cookieOf = (token: string): string => workspaceCookie(token, true).split(';')[0] ?? '';

describe('what reads the cookies of a page’s files', () => {
  it('reads the cookie of each browser, and none where a header holds two', () => {
    const read = createCookieReader(true);
    const [alice, bob] = [createToken(), createToken()];
    for (let times = 0; times < 2; times += 1) {
      expect(read(cookieOf(alice.token)).hash).toBe(alice.hash);
      expect(read(cookieOf(bob.token)).hash).toBe(bob.hash);
      expect(read(`${cookieOf(alice.token)}; ${cookieOf(bob.token)}`)).toEqual({ hash: null, forwarded: '' });
      expect(read(undefined)).toEqual({ hash: null, forwarded: '' });
    }
  });

  it('remembers the same one, but not whatever strangers make up', () => {
    const read = createCookieReader(true);
    const first = read('a=1');
    expect(read('a=1')).toBe(first);
    for (let count = 0; count < 500; count += 1) read(`made=up-${String(count)}`);
    expect(read('a=1')).not.toBe(first);
  });
});
