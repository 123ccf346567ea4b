import { describe, expect, it } from 'vitest';
import type { Ce3Decision } from '../../../src/disputes/ce3/ce3-decision.ts';
import type { Ce3Input, Ce3Payment } from '../../../src/disputes/ce3/ce3-input.ts';
import { decideCe3 } from '../../../src/disputes/ce3/decide-ce3.ts';
import { daysBefore, disputeOf, paymentOn } from './fixture.ts';

const [DAY_150, DAY_300] = [daysBefore[150], daysBefore[300]];

/** No device at all: the cases about address and login do not speak of one. */
const noDevice = { fingerprint: null };
const address = {
  street: 'Atatürk Cad. 1',
  city: 'Ankara',
  state: 'Ankara',
  postal_code: '06000',
  country: 'TR',
};

/** Two earlier payments and the disputed one, all with the same change. */
function alike(days: [string, string], change: Partial<Ce3Payment>): Ce3Input {
  return disputeOf(
    days.map((day) => paymentOn(day, change)),
    { disputed: paymentOn('2026-10-20', change) },
  );
}

const twoPriors = (change: Partial<Ce3Payment> = {}): Ce3Payment[] => [
  paymentOn(DAY_150, change),
  paymentOn(DAY_300, change),
];
const elsewhere = { ip: '85.105.10.99' };

const cases: [name: string, input: Ce3Input, expected: Partial<Ce3Decision>][] = [
  [
    'CE-01: two safe payments with address and login',
    alike([DAY_150, DAY_300], noDevice),
    { status: 'qualifies', elements: ['ip', 'login'], flags: [], rule_version: 'from-2026-10-24' },
  ],
  [
    'CE-02: 119 days are too few',
    alike([daysBefore[119], DAY_300], noDevice),
    {
      status: 'not_qualified',
      dropped: [{ payment_id: 20_260_720, why: 'too_young', days: 119 }],
      failed: { step: 'candidates', found: 1, needed: 2 },
    },
  ],
  ['CE-03: 120 days are disputed', alike([daysBefore[120], DAY_300], noDevice), { status: 'boundary' }],
  [
    'CE-04: 121 and 364 days are safe, and the younger is too young beside the disputed payment',
    alike([daysBefore[121], daysBefore[364]], noDevice),
    { status: 'qualifies', flags: ['young_vs_disputed_payment'] },
  ],
  ['CE-05: 365 days are disputed', alike([DAY_150, daysBefore[365]], noDevice), { status: 'boundary' }],
  [
    'CE-06: 366 days are too many',
    alike([DAY_150, daysBefore[366]], noDevice),
    { status: 'not_qualified', dropped: [{ payment_id: 20_251_115, why: 'too_old', days: 366 }] },
  ],
  [
    'CE-07: one earlier payment is not two',
    disputeOf([paymentOn(DAY_150)]),
    { status: 'not_qualified', failed: { step: 'candidates', found: 1, needed: 2 } },
  ],
  [
    'CE-08: a login alone is one element, and no address or device',
    disputeOf(twoPriors({ ...noDevice, ...elsewhere }), { disputed: paymentOn('2026-10-20', noDevice) }),
    { status: 'not_qualified', failed: { step: 'match', found: 0, needed: 2 } },
  ],
  [
    'CE-09: login and delivery address are no address or device',
    disputeOf(
      twoPriors({
        ...elsewhere,
        delivery_address: address,
        fingerprint: { value: 'fp_ffffffffffffffffffff', properties: 4 },
      }),
      { disputed: paymentOn('2026-10-20', { delivery_address: address }) },
    ),
    { status: 'not_qualified' },
  ],
  [
    'CE-10: device id and fingerprint are one element',
    disputeOf(twoPriors({ ...elsewhere, login_id: 'other@example.com', device_id: 'SN-4711-0815-2342' }), {
      disputed: paymentOn('2026-10-20', { device_id: 'SN-4711-0815-2342' }),
    }),
    { status: 'not_qualified' },
  ],
  [
    'CE-11: what each shares with the disputed payment alone is not shared by all three',
    disputeOf([paymentOn(DAY_150, noDevice), paymentOn(DAY_300, elsewhere)]),
    { status: 'not_qualified' },
  ],
  [
    'CE-12: a private address is none',
    alike([DAY_150, DAY_300], { ...noDevice, ip: '10.0.0.5' }),
    { status: 'not_qualified' },
  ],
  [
    'CE-13: a short fingerprint is none',
    disputeOf(twoPriors({ ...elsewhere, fingerprint: { value: 'abc123', properties: 4 } }), {
      disputed: paymentOn('2026-10-20', { fingerprint: { value: 'abc123', properties: 4 } }),
    }),
    { status: 'not_qualified' },
  ],
  [
    'CE-14: a hashed login is none',
    alike([DAY_150, DAY_300], { ...noDevice, login_id: 'a'.repeat(64) }),
    { status: 'not_qualified' },
  ],
  [
    'CE-15: a payment that was reported as fraud does not count',
    disputeOf([paymentOn(DAY_150, { is_clean: false }), paymentOn(DAY_300)]),
    {
      status: 'not_qualified',
      dropped: [{ payment_id: 20_260_619, why: 'not_clean', days: 150 }],
    },
  ],
  [
    'CE-16: an IPv4 address mapped into IPv6 is that address',
    disputeOf(twoPriors({ ...noDevice, ip: '::ffff:85.105.10.20' }), {
      disputed: paymentOn('2026-10-20', noDevice),
    }),
    { status: 'qualifies', elements: ['ip', 'login'] },
  ],
  [
    'CE-17: Mastercard has another rule',
    disputeOf(twoPriors(), { network: 'mastercard', code: '4837' }),
    { status: 'not_applicable' },
  ],
  [
    'CE-18: 13.1 is no claim of fraud',
    disputeOf(twoPriors(), { code: '13.1' }),
    { status: 'not_applicable' },
  ],
  [
    'CE-19: another acquirer may not send them',
    disputeOf(twoPriors({ acquirer: 'bank 2' })),
    { status: 'not_qualified', failed: { step: 'candidates', found: 0, needed: 2 } },
  ],
  [
    'CE-20: renewals carry the address of the first payment',
    alike([DAY_150, DAY_300], { ...noDevice, is_ip_of_first: true, initiated_by: 'merchant' }),
    { status: 'qualifies', flags: ['ip_from_initial_cit'] },
  ],
  [
    'CE-21: another card of the same person does not count',
    disputeOf(twoPriors({ card: 'card 2' })),
    { status: 'not_qualified', failed: { step: 'candidates', found: 0, needed: 2 } },
  ],
  [
    'CE-22: signs of a takeover need a person',
    disputeOf(twoPriors(), {
      takeover: [
        { kind: 'password_reset', at: '2026-10-20T09:00:00.000Z' },
        { kind: 'new_device', at: '2026-10-20T09:00:00.000Z' },
      ],
    }),
    { status: 'blocked_ato_suspicion', flags: ['takeover_signs'] },
  ],
  [
    'CE-23: a day before the new rule, 365 days are disputed as well',
    disputeOf([paymentOn('2026-06-24', noDevice), paymentOn('2025-10-23', noDevice)], {
      submitted_on: '2026-10-23',
      processed_on: '2026-10-23',
    }),
    { status: 'boundary', rule_version: 'until-2026-10-23' },
  ],
  [
    'CE-24: an authenticated payment is the stronger answer',
    disputeOf(twoPriors(), { three_d: { eci: '05', has_value: true } }),
    { status: 'liability_shift', history: 'qualifies' },
  ],
];

describe('the history of a card by Compelling Evidence 3.0', () => {
  it.each(cases)('%s', (_, input, expected) => {
    expect(decideCe3(input)).toMatchObject(expected);
  });

  it('has 24 published cases', () => {
    expect(cases).toHaveLength(24);
  });

  it('says what is missing where only that keeps it from counting', () => {
    const undescribed = disputeOf(twoPriors({ description: '' }));
    expect(decideCe3(undescribed)).toMatchObject({
      status: 'requires_action',
      missing: [
        { what: 'description', payment_id: 20_260_619 },
        { what: 'description', payment_id: 20_260_120 },
      ],
    });
    expect(decideCe3(disputeOf(twoPriors(), { category: null })).missing).toEqual([
      { what: 'category', payment_id: null },
    ]);
    const unrecorded = disputeOf([
      paymentOn(DAY_150, { ...noDevice, ip: null }),
      paymentOn(DAY_300, noDevice),
    ]);
    expect(decideCe3(unrecorded)).toMatchObject({
      status: 'requires_action',
      missing: [{ what: 'identifier', payment_id: 20_260_619, element: 'ip' }],
    });
  });

  it('takes the two payments that are safe before those at the edge, and the proven card before a hint', () => {
    const edge = paymentOn(daysBefore[120]);
    const [one, other] = twoPriors();
    const decision = decideCe3(disputeOf([edge, one!, other!]));
    expect(decision.pair?.map(({ payment_id }) => payment_id)).toEqual([one?.id, other?.id]);
    const hints = twoPriors({ card: null }).map((prior, index) => ({ ...prior, id: index + 1 }));
    const proven = decideCe3(disputeOf([...hints, one!, other!]));
    expect(proven.pair?.map(({ payment_id }) => payment_id)).toEqual([one?.id, other?.id]);
    expect(decideCe3(disputeOf(hints)).flags).toEqual(['credential_unproven']);
  });

  it('takes a token of the card by the newer rule only', () => {
    const priors = twoPriors({ card: 'token 9', token_of: 'card 1' });
    expect(decideCe3(disputeOf(priors)).status).toBe('qualifies');
    const before = { submitted_on: '2026-10-23', processed_on: '2026-10-23' };
    expect(decideCe3(disputeOf(priors, before)).status).toBe('not_qualified');
  });

  it('compares no device unless that is switched on', () => {
    const input = disputeOf(twoPriors(elsewhere));
    expect(decideCe3(input).elements).toEqual(['device', 'login']);
    const off = { ...input, rules: { ...input.rules, use_device: false } };
    expect(decideCe3(off).status).toBe('not_qualified');
  });

  it('leaves out the addresses of our own networks, and a case that is closed', () => {
    const input = alike([DAY_150, DAY_300], noDevice);
    const own = { ...input, rules: { ...input.rules, own_networks: ['85.105.0.0/16'] } };
    expect(decideCe3(own).status).toBe('not_qualified');
    expect(decideCe3({ ...input, is_closed: true }).status).toBe('closed');
  });

  it('counts the younger end from the submission and the older from the processing by the newer rule', () => {
    const apart = { submitted_on: '2026-11-16', processed_on: '2026-11-18' };
    const priors = [paymentOn(daysBefore[121]), paymentOn('2025-11-19')];
    expect(decideCe3(disputeOf(priors, apart)).pair?.map(({ age }) => age)).toEqual(['safe', 'safe']);
    const old = [paymentOn(daysBefore[119]), paymentOn('2025-11-19')];
    expect(decideCe3(disputeOf(old, apart)).status).toBe('not_qualified');
  });
});
