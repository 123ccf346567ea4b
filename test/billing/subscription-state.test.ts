import { describe, expect, it } from 'vitest';
import { subscriptionState } from '../../src/billing/subscription-state.ts';

const at = new Date('2026-06-15T12:00:00Z');
const earlier = new Date('2026-06-15T11:59:59.999Z');
const later = new Date('2026-06-15T12:00:00.001Z');

describe('a subscription', () => {
  it('is active with its plan while paid time runs, whatever the trial', () => {
    const found = subscriptionState({ plan: 'team', trial_ends_at: later, period_ends_at: later }, at);
    expect(found).toEqual({
      state: 'active',
      plan: 'team',
      endsAt: later,
      limits: { workspaces: 20, members: 15 },
      isEnding: true,
      left: { unit: 'minute', count: 1 },
    });
  });

  it('is on trial while nothing is paid and the trial runs', () => {
    const found = subscriptionState({ plan: 'trial', trial_ends_at: later, period_ends_at: null }, at);
    expect(found).toMatchObject({ state: 'trial', plan: 'trial', endsAt: later });
  });

  it.each([
    ['the trial', { plan: 'trial', trial_ends_at: at, period_ends_at: null }, at],
    ['the paid time', { plan: 'team', trial_ends_at: earlier, period_ends_at: at }, at],
    ['both long ago', { plan: 'team', trial_ends_at: earlier, period_ends_at: earlier }, earlier],
  ] as const)('has lapsed from the moment %s is over', (_, subscription, endsAt) => {
    expect(subscriptionState(subscription, at)).toMatchObject({ state: 'lapsed', endsAt });
  });
});
