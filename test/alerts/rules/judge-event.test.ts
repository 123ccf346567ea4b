import { describe, expect, it } from 'vitest';
import { judgeHistory } from '../../../src/alerts/rules/judge-event.ts';
import { presetSettings, readSettings } from '../../../src/alerts/rules/rule-settings.ts';
import type { WatchedEvent } from '../../../src/alerts/rules/watched-event.ts';
import { leastDistanceKm } from '../../../src/origin/country-distance.ts';
import { findCountry } from '../../../src/origin/find-country.ts';
import { networkOf } from '../../../src/origin/network-of.ts';
import { DAY_MS, HOUR_MS } from '../../../src/durations.ts';

const START = Date.UTC(2026, 5, 1, 8);
const since = new Date(START);

/** A sign-in at home by browser 1, some hours after the start. */
function event(hours: number, more: Partial<WatchedEvent> = {}): WatchedEvent {
  return {
    id: String(hours),
    at: new Date(START + hours * HOUR_MS),
    kind: 'sign-in',
    network: '85.105',
    country: 'TR',
    browser: 'Chrome, Windows',
    deviceId: 1,
    isNewDevice: false,
    isOthersDevice: false,
    attempts: 1,
    browserBefore: null,
    operatorId: null,
    ...more,
  };
}

const raised = (...events: WatchedEvent[]): string[][] =>
  judgeHistory({ since, events }, presetSettings).map(({ rules }) => rules);

describe('the rules', () => {
  it('take a known kind of browser in a known network for the same one without its cookies', () => {
    const again = { deviceId: 2, isNewDevice: true };
    expect(raised(event(0), event(5, again))).toEqual([]);
    expect(raised(event(0), event(5, { ...again, network: '88.255' }))).toEqual([['new-device']]);
    expect(raised(event(0), event(5, { ...again, browser: 'Firefox, Linux' }))).toEqual([['new-device']]);
    // A colleague's computer in the same office.
    expect(raised(event(0), event(5, { ...again, isOthersDevice: true }))).toEqual([['new-device']]);
    // A private address says nothing about a place.
    expect(raised(event(0, { network: null }), event(5, { ...again, network: null }))).toEqual([
      ['new-device'],
    ]);
  });

  it('know a country for a year', () => {
    const abroad = { country: 'DE', network: '91.1' };
    expect(raised(event(0), event(50, abroad), event(100), event(24 * 300, abroad))).toEqual([
      ['new-country'],
    ]);
    expect(raised(event(0), event(50, abroad), event(24 * 500, abroad))).toHaveLength(2);
  });

  it('call no journey impossible between neighbours, in one browser, or with a browser used for a week', () => {
    const elsewhere = (country: string, more: Partial<WatchedEvent> = {}): WatchedEvent =>
      event(24 * 30 + 1, { country, network: '41.1', deviceId: 2, isNewDevice: true, ...more });
    const before = event(24 * 30);
    expect(raised(event(0), before, elsewhere('BR'))[0]).toContain('impossible-travel');
    expect(raised(event(0), before, elsewhere('BG'))[0]).not.toContain('impossible-travel');
    expect(raised(event(0), before, elsewhere('BR', { deviceId: 1, isNewDevice: false }))[0]).toEqual([
      'new-country',
    ]);
    const laptop = event(1, { deviceId: 2, browser: 'Safari, macOS' });
    expect(
      raised(event(0), laptop, before, elsewhere('BR', { isNewDevice: false, browser: 'Safari, macOS' }))[0],
    ).toEqual(['new-country']);
  });

  it('see the cookie of a known browser in another kind of browser, and a sleeping account that wakes', () => {
    expect(raised(event(0), event(9, { browser: 'Firefox, Linux' }))).toEqual([['changed-device']]);
    const woken = { network: '88.255', deviceId: 2, isNewDevice: true };
    expect(raised(event(0), event(24 * 61, woken))).toEqual([['new-device', 'dormant-account']]);
    expect(raised(event(0), event(24 * 61))).toEqual([]);
  });

  it('trust a browser and a network of two weeks with a key, and no other', () => {
    const key = (days: number, more: Partial<WatchedEvent> = {}): WatchedEvent =>
      event(days * 24, { kind: 'key-added', deviceId: null, ...more });
    for (const kind of ['token-created', 'evidence-downloaded'] as const) {
      expect(raised(event(0), key(2, { kind }))).toEqual([[kind]]);
      expect(raised(event(0), key(20, { kind }))).toEqual([]);
    }
    expect(raised(event(0), key(20))).toEqual([]);
    expect(raised(event(0), key(2))).toEqual([['key-added']]);
    expect(raised(event(0), key(20, { network: '88.255' }))).toEqual([['key-added']]);
    expect(raised(event(0), key(20, { browser: 'curl' }))).toEqual([['key-added']]);
    const always = readSettings({ 'key-added': { isMuted: false, thresholds: { trustedDays: 0 } } });
    expect(judgeHistory({ since, events: [event(0), key(20)] }, always)).toHaveLength(1);
    const muted = readSettings({ 'key-added': { isMuted: true } });
    expect(judgeHistory({ since, events: [event(0), key(2)] }, muted)).toEqual([]);
  });

  it('notice an hour at which a person is never there', () => {
    const days = Array.from({ length: 30 }, (_, day) => event(day * 24));
    const atNight = event(29 * 24 + 15, { kind: 'evidence-downloaded', deviceId: null });
    const byDay = event(29 * 24 + 1, { kind: 'evidence-downloaded', deviceId: null });
    expect(raised(...days, atNight)).toEqual([['unusual-hour']]);
    expect(raised(...days, byDay)).toEqual([]);
    expect(DAY_MS).toBe(24 * HOUR_MS);
  });
});

describe('where an address comes from', () => {
  it.each([
    ['85.105.10.20', 'TR', '85.105'],
    ['::ffff:85.105.10.20', 'TR', '85.105'],
    ['2a02:e0::1', 'TR', '2a02:e0:00'],
    ['10.0.0.1', null, null],
    ['127.0.0.1', null, null],
    ['100.64.0.1', null, null],
    ['203.0.113.5', null, null],
    ['::1', null, null],
    ['fd00::1', null, null],
    ['nonsense', null, null],
  ])('of %s is %s', (address, country, network) => {
    const answer = findCountry(address);
    expect([answer.country, networkOf(address)]).toEqual([country, network]);
    expect(answer.dataFrom.getTime()).toBeGreaterThan(Date.UTC(2026, 0));
  });

  it('is never farther away than the borders are', () => {
    expect(leastDistanceKm('TR', 'GR')).toBe(0);
    expect(leastDistanceKm('US', 'RU')).toBe(0);
    expect(leastDistanceKm('TR', 'DE')).toBeLessThan(1400);
    expect(leastDistanceKm('TR', 'BR')).toBeGreaterThan(7000);
    expect(leastDistanceKm('TR', 'XX')).toBeNull();
  });
});
