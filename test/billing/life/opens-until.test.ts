import { expect, it } from 'vitest';
import { subscriptionColumns, type Subscription } from '../../../src/billing/queries.ts';
import { subscriptionState } from '../../../src/billing/subscription-state.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildCompany } from '../../support/programs/build.ts';
import { seededRandom } from '../scene.ts';

const database = useTestDatabase();
const DAY_MS = 86_400_000;

it('until when workspaces may be opened is the same in the database and in the state, whatever the times', async () => {
  const { id } = await buildCompany(database.db);
  const random = seededRandom(11);
  // Around the nights on which the clocks of Berlin change, whose zone the session has.
  const day = (): Date => new Date(Date.UTC(2027, 2, 27) + Math.floor(random() * 12 * DAY_MS));
  const maybe = (chance: number, date: Date): Date | null => (random() < chance ? date : null);
  for (let round = 0; round < 60; round += 1) {
    const ends = maybe(0.8, day());
    const nextEnds = ends === null ? null : maybe(0.3, new Date(ends.getTime() + 1 + random() * 30 * DAY_MS));
    const cancelsAt = maybe(0.4, day());
    const opens = await database.db.transaction(async (trx) => {
      await trx.raw(`set local time zone 'Europe/Berlin'`);
      await trx('subscriptions')
        .where('company_id', id)
        .update({
          plan: ends === null ? 'trial' : 'team',
          trial_ends_at: day(),
          period_started_at: ends === null ? null : new Date(ends.getTime() - 30 * DAY_MS),
          period_ends_at: ends,
          next_plan: nextEnds === null ? null : 'starter',
          next_period_ends_at: nextEnds,
          cancel_requested_at: cancelsAt,
          cancels_at: cancelsAt,
        });
      const row = await trx('subscriptions')
        .where('company_id', id)
        .first<Subscription & { opens_until: Date }>([...subscriptionColumns, 'opens_until']);
      return row;
    });
    const { opens_until: until, ...subscription } = opens;
    expect(subscriptionState(subscription, until), JSON.stringify(opens)).toMatchObject({ mayOpen: false });
    const before = subscriptionState(subscription, new Date(until.getTime() - 1));
    expect(before, JSON.stringify(opens)).toMatchObject({ mayOpen: true, opensUntil: until });
  }
});
