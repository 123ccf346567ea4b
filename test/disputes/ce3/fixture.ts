import { presetCe3Rules, type Ce3Input, type Ce3Payment } from '../../../src/disputes/ce3/ce3-input.ts';

const FINGERPRINT = { value: 'fp_9c1f0b7e5d2a4c6e8f10', properties: 4 };

/** A payment of the fixture; day and number say which. */
export function paymentOn(day: string, change: Partial<Ce3Payment> = {}): Ce3Payment {
  return {
    id: Number(day.replaceAll('-', '')),
    day,
    amount_minor: 149_900,
    ip: '85.105.10.20',
    is_ip_of_first: false,
    device_id: null,
    fingerprint: FINGERPRINT,
    login_id: 'ada@example.com',
    delivery_address: null,
    card: 'card 1',
    token_of: null,
    masked_pan: null,
    merchant: 'us',
    acquirer: 'bank 1',
    is_paid: true,
    is_clean: true,
    description: 'A month of the team plan',
    initiated_by: 'cardholder',
    ...change,
  };
}

/** The rule with device fingerprints switched on, as the published cases have them. */
export const withDevices = { ...presetCe3Rules, use_device: true };

/** The dispute of the published cases: 10.4, submitted and processed on 16 November 2026. */
export function disputeOf(priors: Ce3Payment[], change: Partial<Ce3Input> = {}): Ce3Input {
  return {
    network: 'visa',
    code: '10.4',
    is_closed: false,
    submitted_on: '2026-11-16',
    processed_on: '2026-11-16',
    three_d: { eci: null, has_value: false },
    category: 'services',
    disputed: paymentOn('2026-10-20'),
    priors,
    takeover: [],
    rules: withDevices,
    ...change,
  };
}

/** Days before the dispute, and the date. */
export const daysBefore = {
  119: '2026-07-20',
  120: '2026-07-19',
  121: '2026-07-18',
  150: '2026-06-19',
  300: '2026-01-20',
  364: '2025-11-17',
  365: '2025-11-16',
  366: '2025-11-15',
} as const;
