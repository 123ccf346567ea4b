import { describe, expect, test } from 'vitest';
import { readHostRequest } from '../../src/workspace/host-request.ts';
import { PersonSigns } from '../../src/workspace/person-signs.ts';
import { START } from './scene.ts';

const session = { id: 1, startedAt: START };

/** Seconds after the socket or the page was opened. */
const second = (count: number): Date => new Date(START.getTime() + count * 1000);

/** Numbers that look random, the same ones in each run. */
function createRandom(): (below: number) => number {
  let seed = 11;
  return (below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return (seed / 2147483648) * below;
  };
}

/** The minutes in which a person was behind a message. */
function minutesOf(
  messages: { at: number; bytes: number }[],
  signs = new PersonSigns(),
  openedAt = 0,
): number[] {
  const found = messages
    .toSorted((a, b) => a.at - b.at)
    .filter(({ at, bytes }) =>
      signs.isBehindMessage(session, second(at), { openedAt: second(openedAt), bytes }),
    )
    .map(({ at }) => Math.floor(at / 60));
  return [...new Set(found)];
}

/** What an untouched tab of VS Code sends: 13 bytes every five seconds, a little late. */
function heartbeat(minutes: number, from = 0): { at: number; bytes: number }[] {
  const random = createRandom();
  return Array.from({ length: minutes * 12 }, (_, n) => ({
    at: from + 5 * (n + 1) + random(0.15),
    bytes: 13,
  }));
}

function ask(
  signs: PersonSigns,
  at: number,
  { method = 'GET', ...headers }: Record<string, string> = {},
): boolean {
  const of = { label: 'api-acme', tokenHash: null, hostname: 'api-acme.localhost', method };
  return signs.isBehindRequest(session, second(at), readHostRequest(headers, of));
}

describe('behind messages of a WebSocket there is', () => {
  test('nobody when they are the greeting of a page that connects anew by itself', () => {
    expect(
      minutesOf([
        { at: 0.02, bytes: 283 },
        { at: 0.4, bytes: 310 },
      ]),
    ).toEqual([]);
    expect(
      minutesOf([
        { at: 0.02, bytes: 283 },
        { at: 65, bytes: 398 },
      ]),
    ).toEqual([1]);
  });

  test('nobody when they come like a clock, the first beats apart', () => {
    expect(minutesOf(heartbeat(30))).toEqual([0]);
  });

  test('nobody when a tab with such a heartbeat comes back after its network was away', () => {
    const signs = new PersonSigns();
    minutesOf(heartbeat(5), signs);
    expect(minutesOf(heartbeat(5, 1000), signs, 999)).toEqual([]);
  });

  test('a person who types between the beats', () => {
    const typed = [300.7, 301.2, 302.9, 303.3].map((at) => ({ at, bytes: 57 }));
    expect(minutesOf([...heartbeat(10), ...typed])).toEqual([0, 5]);
  });

  test('a person who types slowly into a terminal, each key as long as the other', () => {
    const random = createRandom();
    let at = 5;
    const keys = Array.from({ length: 400 }, () => ({ at: (at += 0.2 + random(4)), bytes: 11 }));
    const last = Math.floor(at / 60);
    expect(minutesOf(keys)).toEqual(Array.from({ length: last + 1 }, (_, minute) => minute));
  });
});

describe('behind a request there is', () => {
  const page = { 'sec-fetch-mode': 'navigate', accept: 'text/html' };

  test('a person when the browser says so, and nobody for a tab that it restores by itself', () => {
    const signs = new PersonSigns();
    expect(ask(signs, 0, { ...page, 'sec-fetch-user': '?1' })).toBe(true);
    expect(ask(signs, 100, page)).toBe(false);
    expect(ask(signs, 103, { method: 'POST', 'content-length': '80' })).toBe(false);
    expect(ask(signs, 160, { method: 'POST', 'content-length': '80' })).toBe(true);
  });

  test('nobody for what only reads, however often, and for a socket that opens', () => {
    const signs = new PersonSigns();
    expect(ask(signs, 100)).toBe(false);
    expect(ask(signs, 101, { upgrade: 'websocket' })).toBe(false);
  });

  test('nobody when a page asks by POST like a clock, and a person when it saves what is new each time', () => {
    const signs = new PersonSigns();
    const polls = Array.from({ length: 20 }, (_, n) =>
      ask(signs, 100 + n * 50, { method: 'POST', 'content-length': '64' }),
    );
    expect(polls.filter(Boolean)).toHaveLength(2);
    const saves = Array.from({ length: 20 }, (_, n) =>
      ask(signs, 2000 + n * 120, { method: 'PUT', 'content-length': String(900 + n * 31) }),
    );
    expect(saves.every(Boolean)).toBe(true);
  });
});
