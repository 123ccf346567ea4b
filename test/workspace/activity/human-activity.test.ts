import { describe, expect, it } from 'vitest';
import { createHostRequestReader } from '../../../src/workspace/host-request.ts';
import { HumanActivity } from '../../../src/workspace/activity/human-activity.ts';
import { START } from '../scene.ts';

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

interface Sent {
  at: number;
  /** Not given: the workspace said it. */
  bytes?: number;
  socket?: object;
}

/** The minutes in which a person was behind a message; all are of one socket unless they say of which. */
function minutesOf(messages: Sent[], humanActivity = new HumanActivity(), openedAt = 0): number[] {
  const only = {};
  const found = messages
    .toSorted((a, b) => a.at - b.at)
    .filter(({ at, bytes, socket = only }) => {
      if (bytes !== undefined)
        return humanActivity.isBehindMessage(session, second(at), {
          socket,
          openedAt: second(openedAt),
          bytes,
        });
      humanActivity.noteSpoken(session, second(at));
      return false;
    })
    .map(({ at }) => Math.floor(at / 60));
  return [...new Set(found)];
}

/**
 * Messages that the workspace sends at no regular time, each answered by the page a little later, never in
 * the same length.
 */
function reports(minutes: number, everySeconds: number): Sent[] {
  const random = createRandom();
  let at = 5;
  return Array.from({ length: Math.floor((minutes * 60 - 10) / everySeconds) }, () => {
    at += everySeconds * (0.5 + random(1));
    return [{ at }, { at: at + 0.01 + random(0.15), bytes: 200 + Math.floor(random(200)) }];
  }).flat();
}

/** The messages of an untouched tab of VS Code: 13 bytes every five seconds, a little late. */
function heartbeat(minutes: number, from = 0): { at: number; bytes: number }[] {
  const random = createRandom();
  return Array.from({ length: minutes * 12 }, (_, n) => ({
    at: from + 5 * (n + 1) + random(0.15),
    bytes: 13,
  }));
}

/**
 * So many moments, each the same number of seconds after the last and a little late, and all later than any
 * page's greeting.
 */
function beats(count: number, everySeconds: number, from = 0): number[] {
  const random = createRandom();
  return Array.from({ length: count }, (_, n) => 15 + from + n * everySeconds + random(0.15));
}

const readRequest = createHostRequestReader({ baseUrl: 'http://app.localhost' });

function ask(
  humanActivity: HumanActivity,
  at: number,
  { method = 'GET', path = '/', ...headers }: Record<string, string> = {},
): boolean {
  const request = readRequest(headers, { label: 'api-acme', host: 'api-acme.localhost', method, path });
  return humanActivity.isBehindRequest(session, second(at), request);
}

describe('behind messages of a WebSocket there is', () => {
  it('nobody when they are the greeting of a page that connects anew by itself', () => {
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

  it('nobody when they come like a clock, the first beats apart', () => {
    expect(minutesOf(heartbeat(30))).toEqual([0]);
  });

  it('nobody when a page asks for something every second, give or take two milliseconds', () => {
    const random = createRandom();
    const asked = Array.from({ length: 600 }, (_, n) => ({ at: n + 1 + random(0.002), bytes: 261 }));
    expect(minutesOf([...asked, ...heartbeat(10)])).toEqual([0]);
  });

  it('nobody when a tab with such a heartbeat comes back after its network was away', () => {
    const humanActivity = new HumanActivity();
    minutesOf(heartbeat(5), humanActivity);
    expect(minutesOf(heartbeat(5, 1000), humanActivity, 999)).toEqual([]);
  });

  it.each([0.2, 0.8, 1.5, 2, 2.5, 3])(
    'nobody when two untouched tabs beat %f seconds apart for an hour, also when one comes back',
    (phase) => {
      const humanActivity = new HumanActivity();
      const [one, other, again] = [{}, {}, {}];
      const beats = [
        ...heartbeat(60).map((beat) => ({ ...beat, socket: one })),
        ...heartbeat(30, phase).map((beat) => ({ ...beat, socket: other })),
        ...heartbeat(20, 2000 + phase).map((beat) => ({ ...beat, socket: again })),
      ];
      expect(minutesOf(beats, humanActivity)).toEqual([0]);
    },
  );

  it('nobody when a page answers what the workspace says, as VS Code reports each file that changed', () => {
    expect(minutesOf(reports(20, 1.5))).toEqual([]);
  });

  it('a person who clicks now and then while a page answers what the workspace says', () => {
    const random = createRandom();
    const clicked = Array.from({ length: 100 }, (_, n) => ({
      at: 12 * n + random(12),
      bytes: 60 + Math.floor(random(40)),
    }));
    expect(minutesOf([...reports(20, 1.5), ...clicked])).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('a person who works while the workspace speaks without pause, as where it sends its screen', () => {
    const said = Array.from({ length: 6000 }, (_, n) => ({ at: n / 10 }));
    const random = createRandom();
    const clicked = Array.from({ length: 50 }, (_, n) => ({ at: 12 * n + 6 + random(6), bytes: 64 }));
    expect(minutesOf([...said, ...clicked])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('nobody when a page asks five times in turn every other minute, once that was heard', () => {
    const bursts = Array.from({ length: 10 }, (_, n) =>
      [0, 2.02, 4.05, 6.08, 8.21].map((at) => ({ at: 30 + n * 120 + at, bytes: 38 })),
    );
    expect(minutesOf(bursts.flat())).toEqual([0]);
  });

  it('a person some of whose acts came in a rhythm by chance', () => {
    const even = [40, 60, 80, 100, 120].map((at) => ({ at, bytes: 57 }));
    const random = createRandom();
    const later = Array.from({ length: 60 }, (_, n) => ({ at: 180 + 60 * n + random(55), bytes: 57 }));
    expect(minutesOf([...even, ...later]).length).toBeGreaterThan(50);
  });

  it('a person who types between the beats', () => {
    const typed = [300.7, 301.2, 302.9, 303.3].map((at) => ({ at, bytes: 57 }));
    expect(minutesOf([...heartbeat(10), ...typed])).toEqual([0, 5]);
  });

  it('a person who types slowly into a terminal, each key as long as the other', () => {
    const random = createRandom();
    let at = 5;
    const keys = Array.from({ length: 400 }, () => ({ at: (at += 0.2 + random(4)), bytes: 11 }));
    const last = Math.floor(at / 60);
    expect(minutesOf(keys)).toEqual(Array.from({ length: last + 1 }, (_, minute) => minute));
  });
});

describe('behind a request there is', () => {
  const page = { 'sec-fetch-mode': 'navigate', accept: 'text/html' };

  it('a person when the browser says so, and nobody for a tab that it restores by itself', () => {
    const humanActivity = new HumanActivity();
    expect(ask(humanActivity, 0, { ...page, 'sec-fetch-user': '?1' })).toBe(true);
    expect(ask(humanActivity, 100, page)).toBe(false);
    expect(ask(humanActivity, 103, { method: 'POST', 'content-length': '80' })).toBe(false);
    expect(ask(humanActivity, 160, { method: 'POST', 'content-length': '80' })).toBe(true);
  });

  it('nobody for what only reads, however often, and for a socket that opens', () => {
    const humanActivity = new HumanActivity();
    expect(ask(humanActivity, 100)).toBe(false);
    expect(ask(humanActivity, 101, { upgrade: 'websocket' })).toBe(false);
  });

  it('nobody when a page asks by POST like a clock, and a person when it saves what is new each time', () => {
    const humanActivity = new HumanActivity();
    const polls = Array.from({ length: 20 }, (_, n) =>
      ask(humanActivity, 100 + n * 50, { method: 'POST', 'content-length': '64' }),
    );
    expect(polls.filter(Boolean)).toHaveLength(2);
    const saves = Array.from({ length: 20 }, (_, n) =>
      ask(humanActivity, 2000 + n * 120, { method: 'PUT', 'content-length': String(900 + n * 31) }),
    );
    expect(saves.every(Boolean)).toBe(true);
  });

  it('nobody when a page polls, however many kinds of requests and sessions there are beside', () => {
    const humanActivity = new HumanActivity();
    const counted: number[] = [];
    let others = 1;
    for (let minute = 1; minute <= 60; minute += 1) {
      ask(humanActivity, minute * 60, page);
      for (let greeting = 1; greeting <= 5; greeting += 1)
        ask(humanActivity, minute * 60 + greeting, {
          method: 'POST',
          'content-length': String(minute * 10 + greeting),
        });
      if (ask(humanActivity, minute * 60 + 30, { method: 'POST', 'content-length': '9999' }))
        counted.push(minute);
      for (let other = 0; other < 200; other += 1)
        humanActivity.noteSpoken({ id: (others += 1), startedAt: START }, second(minute * 60 + 31));
    }
    expect(counted).toEqual([1, 2]);
  });

  it('nobody again after a few beats when a page polls in a session that many others drove out', () => {
    const humanActivity = new HumanActivity();
    const poll = (at: number) => ask(humanActivity, at, { method: 'POST', 'content-length': '64' });
    expect(beats(20, 60).filter(poll)).toHaveLength(2);
    for (let other = 0; other < 5000; other += 1)
      humanActivity.noteSpoken({ id: 2 + other, startedAt: START }, second(1210));
    expect(beats(20, 60, 1220).filter(poll), 'heard anew').toHaveLength(2);
  });

  it.each([0.3, 7, 30])('nobody when two tabs ask so %f seconds apart, once that is known', (phase) => {
    const humanActivity = new HumanActivity();
    const polls = [...beats(60, 60), ...beats(60, 60, phase)]
      .toSorted((a, b) => a - b)
      .filter((at) => ask(humanActivity, at, { method: 'POST', 'content-length': '64' }));
    expect(Math.max(...polls)).toBeLessThan(8 * 60);
  });

  it('nobody when a page asks like a clock and its proxy does not say how much, whatever else is asked', () => {
    const humanActivity = new HumanActivity();
    const asked = [
      ...beats(60, 60).map((at) => ({ at, path: `/api/poll?now=${String(at)}` })),
      ...beats(100, 47).map((at) => ({ at, path: '/api/telemetry' })),
    ].toSorted((a, b) => a.at - b.at);
    const personal = asked.filter(({ at, path }) => ask(humanActivity, at, { method: 'POST', path }));
    expect(Math.max(...personal.map(({ at }) => at))).toBeLessThan(4 * 60);
  });

  it('a person who saves now and then, also when the proxy does not say how much', () => {
    const humanActivity = new HumanActivity();
    const random = createRandom();
    let at = 100;
    const saves = Array.from({ length: 40 }, () =>
      ask(humanActivity, (at += 5 + random(300)), { method: 'PUT', path: '/api/contents/a.ipynb' }),
    );
    expect(saves.filter(Boolean).length).toBeGreaterThan(30);
  });
});
