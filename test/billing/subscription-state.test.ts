import { describe, expect, it } from 'vitest';
import { planAt, stagesOf, subscriptionState } from '../../src/billing/subscription-state.ts';
import type { PlanTimes } from '../../src/plan.ts';

const at = new Date('2026-06-15T12:00:00Z');
const HOUR_MS = 3_600_000;
const inHours = (hours: number): Date => new Date(at.getTime() + hours * HOUR_MS);
const inDays = (days: number): Date => inHours(days * 24);
const times = (change: Partial<PlanTimes>): PlanTimes => ({
  plan: 'team',
  trial_ends_at: inDays(-100),
  period_ends_at: null,
  next_plan: null,
  next_period_ends_at: null,
  grace_plan: null,
  cancels_at: null,
  ...change,
});

describe('a subscription', () => {
  it('is active with its plan while paid time runs, whatever the trial', () => {
    const paid = times({ trial_ends_at: inHours(2), period_ends_at: inHours(1) });
    expect(subscriptionState({ ...paid, trial_ends_at: inHours(1) }, at)).toEqual({
      state: 'active',
      plan: 'team',
      endsAt: inHours(1),
      opensUntil: inHours(1 + 168),
      limits: { workspaces: 20, members: 15 },
      isEnding: true,
      left: { unit: 'hour', count: 1 },
      hasGrace: true,
      closedAs: null,
      cancelsAt: null,
      mayOpen: true,
    });
    // A trial that outlasts the paid time goes on after it.
    expect(subscriptionState(paid, inHours(1))).toMatchObject({ state: 'trial', endsAt: inHours(2) });
    expect(subscriptionState(paid, inHours(2))).toMatchObject({ state: 'past_due', endsAt: inHours(169) });
  });

  it('says which plan runs now, also when a smaller one was paid ahead', () => {
    const paid = times({ period_ends_at: inDays(3), next_plan: 'starter', next_period_ends_at: inDays(33) });
    expect([planAt(paid, at), planAt(paid, inDays(3)), planAt(paid, inDays(34))]).toEqual([
      ...['team', 'starter', 'starter'],
    ]);
  });

  it('says that a cancellation ends it, until it has', () => {
    const paid = times({ period_ends_at: inDays(3), cancels_at: inDays(3) });
    expect(subscriptionState(paid, at)).toMatchObject({ state: 'active', cancelsAt: inDays(3) });
    expect(subscriptionState(paid, inDays(3))).toMatchObject({ state: 'cancelled', cancelsAt: null });
  });

  it('keeps in the days of grace the limits of the plan that a whole month was paid for', () => {
    const paid = times({ plan: 'team', period_ends_at: inDays(1), grace_plan: 'starter' });
    expect(subscriptionState(paid, at)).toMatchObject({ plan: 'team', limits: { workspaces: 20 } });
    expect(subscriptionState(paid, inDays(2))).toMatchObject({
      ...{ state: 'past_due', plan: 'starter', limits: { workspaces: 3, members: 3 } },
      opensUntil: inDays(8),
    });
    // Never more than the plan that ran last has: a refund may have taken an upgrade back.
    expect(subscriptionState({ ...paid, plan: 'starter', grace_plan: 'team' }, inDays(2)).plan).toBe(
      'starter',
    );
  });

  it('is on trial while nothing is paid and the trial runs, and suspended when it is over: no days of grace', () => {
    const trial = times({ plan: 'trial', trial_ends_at: inHours(1) });
    expect(subscriptionState(trial, at)).toMatchObject({ state: 'trial', plan: 'trial', hasGrace: false });
    expect(subscriptionState(trial, inHours(1))).toMatchObject({
      state: 'suspended',
      closedAs: 'trial',
      endsAt: inHours(1),
      opensUntil: inHours(1),
      mayOpen: false,
    });
  });

  it('is past due for seven days after paid time, to the second, then suspended, and cancelled after sixty more', () => {
    const paid = times({ period_ends_at: at });
    const just = (end: Date): Date => new Date(end.getTime() - 1);
    expect(subscriptionState(paid, just(at)).state).toBe('active');
    for (const moment of [at, just(inHours(168))])
      expect(subscriptionState(paid, moment)).toMatchObject({
        state: 'past_due',
        plan: 'team',
        endsAt: inHours(168),
        isEnding: true,
        mayOpen: true,
      });
    for (const moment of [inHours(168), just(inDays(67))])
      expect(subscriptionState(paid, moment)).toMatchObject({
        state: 'suspended',
        closedAs: 'suspended',
        endsAt: inHours(168),
        left: null,
        mayOpen: false,
      });
    expect(subscriptionState(paid, inDays(67))).toMatchObject({ state: 'cancelled', endsAt: inDays(67) });
  });

  it('goes on with a smaller plan that is paid ahead, in one active state, and has grace after that', () => {
    const paid = times({ period_ends_at: inDays(3), next_plan: 'starter', next_period_ends_at: inDays(33) });
    expect(subscriptionState(paid, at)).toMatchObject({ plan: 'team', endsAt: inDays(33), isEnding: false });
    expect(subscriptionState(paid, inDays(3))).toMatchObject({ plan: 'starter', endsAt: inDays(33) });
    expect(subscriptionState(paid, inDays(33))).toMatchObject({ state: 'past_due', plan: 'starter' });
  });

  it.each([
    ['in its paid time', times({ period_ends_at: inDays(20) })],
    ['in its trial', times({ plan: 'trial', trial_ends_at: inDays(9) })],
    ['in its days of grace', times({ period_ends_at: inDays(-3) })],
  ])('that is cancelled %s keeps its state until then, and has no grace after it', (_, open) => {
    const cancelled = { ...open, cancels_at: inDays(2) };
    expect(subscriptionState(cancelled, at)).toMatchObject({
      state: subscriptionState(open, at).state,
      endsAt: inDays(2),
      opensUntil: inDays(2),
      hasGrace: false,
    });
    expect(subscriptionState(cancelled, inDays(2))).toMatchObject({
      state: 'cancelled',
      closedAs: 'cancelled',
      endsAt: inDays(2),
      mayOpen: false,
    });
    expect(subscriptionState({ ...open, cancels_at: at }, at).state).toBe('cancelled');
  });

  it('has its stages in order, each once, and ends cancelled', () => {
    expect(stagesOf(times({ period_ends_at: at })).map(({ state }) => state)).toEqual([
      ...['active', 'past_due', 'suspended', 'cancelled'],
    ]);
    expect(stagesOf(times({ plan: 'trial', trial_ends_at: at })).map(({ state }) => state)).toEqual([
      ...['trial', 'suspended', 'cancelled'],
    ]);
    expect(stagesOf(times({ period_ends_at: inDays(9), cancels_at: at }))).toEqual([
      { state: 'active', plan: 'team', from: null },
      { state: 'cancelled', plan: 'team', from: at },
    ]);
  });
});
