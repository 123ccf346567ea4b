import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { auditOf } from '../scene.ts';

const test = useTestApp();
let cast: Cast;
let alice: Visitor;

beforeAll(async () => {
  cast = await buildCast(test.db);
  alice = await signIn(test.app, cast.alice);
});

describe('the usual currency of a company', () => {
  it('is the one that is shown first, until an admin chooses another, with a row that says so', async () => {
    const before = await alice.get('/billing');
    expect(before.text).toContain('₺1,499.00');
    expect(before.text).not.toContain('usual currency');
    expect((await alice.get('/billing?currency=EUR')).text).toContain('Make EUR our usual currency');
    const after = await alice.follow(await alice.post('/billing/currency', { currency: 'EUR' }));
    expect(after.text).toContain('from now on');
    expect(after.text).toMatch(/href="\/billing\?currency=EUR#plans" aria-current="true"/);
    // A second time changes nothing.
    await alice.post('/billing/currency', { currency: 'EUR' });
    const changes = (await auditOf(test.db, cast.acme.id)).filter(
      ({ action_type }) => action_type === 'subscription_change',
    );
    expect(changes).toMatchObject([
      {
        details: { change: 'currency', currency_before: 'TRY', currency_after: 'EUR' },
      },
    ]);
    expect((await alice.get('/admin/audit')).text).toContain('chose EUR as the usual currency');
  });

  it('is one that is on offer, and no business of another company or a member', async () => {
    expect((await alice.post('/billing/currency', { currency: 'GBP' })).status).toBe(400);
    const bob = await signIn(test.app, cast.bob);
    expect((await bob.post('/billing/currency', { currency: 'USD' })).status).toBe(403);
    const charlie = await signIn(test.app, cast.charlie);
    await charlie.post('/billing/currency', { currency: 'USD' });
    const chosen = await test.db('subscriptions').where('company_id', cast.acme.id).pluck('usual_currency');
    expect(chosen).toEqual(['EUR']);
  });
});
