import { beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { sealTokens } from '../../../src/billing/stored-cards/sealing/card-seal.ts';
import { tendStoredCards } from '../../../src/billing/stored-cards/tend-stored-cards.ts';
import type { Paytr } from '../../../src/billing/paytr/paytr.ts';
import { signIn } from '../../support/sign-in.ts';
import { auditOf, contextAt } from '../scene.ts';
import { DAY_MS, newKey, useCards } from './scene.ts';

const scene = useCards();
const later = (ms: number): Date => new Date(Date.now() + ms);

interface Card {
  id: number;
  first_payment_id: number;
  key_id: string | null;
  sealed_tokens: Buffer | null;
  removal_cause: string | null;
  removal_tries: number;
  removed_at: Date | null;
}
const card = async (): Promise<Card | undefined> =>
  scene.test
    .db('stored_cards')
    .where('company_id', scene.cast.acme.id)
    .orderBy('id', 'desc')
    .first<Card | undefined>('*');
const isAtGateway = (): boolean =>
  scene.gateway.sandbox.storedCards().some(({ ctoken }) => ctoken === ctokenOf);
const silent = (): Paytr => ({
  ...scene.gateway.paytr,
  removeCard: () => Promise.resolve({ ok: false, reason: 'timeout', gatewayMessage: 'No answer' }),
});
let ctokenOf: string;

beforeEach(async () => {
  await scene.storeCard();
  ctokenOf = scene.gateway.sandbox.storedCards().at(-1)?.ctoken ?? '';
});

describe('removing the card on the billing page', () => {
  it('asks first, then removes it at PayTR, erases our copy of its tokens, and ends what was announced', async () => {
    await scene.announce();
    const page = await scene.alice.get('/billing/card');
    expect(page.text).toContain('435508••••••4358 · AXESS');
    expect(isAtGateway()).toBe(true);
    const answer = await scene.alice.post('/billing/card/remove');
    expect(answer.status).toBe(303);
    expect((await scene.alice.get('/billing')).text).toContain('The card was removed, also at PayTR.');
    expect(isAtGateway()).toBe(false);
    expect(await card()).toMatchObject({ sealed_tokens: null, key_id: null, removed_at: expect.any(Date) });
    await scene.tend();
    expect(
      await scene.test.db('card_renewals').where('company_id', scene.cast.acme.id).select('ended_as'),
    ).toEqual([{ ended_as: 'card-removed' }]);
    const rows = (await auditOf(scene.test.db, scene.cast.acme.id)).map(({ action_type }) => action_type);
    expect(rows.slice(-3)).toEqual([
      'stored_card_removal_requested',
      'card_renewal_ended',
      'stored_card_removed',
    ]);
  });

  it('is not lost when PayTR does not answer: nothing is charged, and it is asked again', async () => {
    await scene.announce();
    scene.test.deps.paytr = silent();
    await scene.alice.get('/billing/card');
    await scene.alice.post('/billing/card/remove');
    scene.test.deps.paytr = scene.gateway.paytr;
    await scene.tend(new Date(), silent());
    expect(await card()).toMatchObject({
      removed_at: null,
      removal_tries: 1,
      sealed_tokens: expect.any(Buffer),
    });
    expect(await scene.test.db('payments').where('company_id', scene.cast.acme.id)).toHaveLength(1);
    await scene.tend(later(6 * 60_000));
    expect(isAtGateway()).toBe(false);
    expect(await card()).toMatchObject({ removed_at: expect.any(Date) });
  });

  it('that PayTR has done, with its answer lost, is found by its list of cards', async () => {
    await scene.tend(new Date());
    const lost: Paytr = {
      ...scene.gateway.paytr,
      removeCard: async (tokens) => {
        await scene.gateway.paytr.removeCard(tokens);
        return { ok: false, reason: 'timeout', gatewayMessage: 'No answer' };
      },
    };
    await scene.test.db('users').where('id', scene.cast.alice.id).update({ deactivated_at: new Date() });
    await scene.tend(new Date(), lost);
    expect(await card()).toMatchObject({ removed_at: null, removal_cause: 'person-left' });
    await scene.tend(later(6 * 60_000));
    expect(await card()).toMatchObject({ removed_at: expect.any(Date) });
  });

  it('is for the company’s own admins only', async () => {
    for (const person of [scene.cast.bob, scene.cast.charlie]) {
      const visitor = await signIn(scene.test.app, person);
      expect((await visitor.get('/billing/card')).text).not.toContain('4358');
      await visitor.post('/billing/card/remove');
    }
    expect(isAtGateway()).toBe(true);
    expect(await card()).toMatchObject({ removal_cause: null });
  });

  it('without a card says that there is none', async () => {
    await scene.alice.get('/billing/card');
    await scene.alice.post('/billing/card/remove');
    await scene.alice.get('/billing');
    const answer = await scene.alice.follow(await scene.alice.get('/billing/card'));
    expect(answer.text).toContain('No card is stored.');
  });
});

describe('a card that has no reason any more', () => {
  it('is removed with the cancellation of the subscription, whose page says so', async () => {
    const page = await scene.alice.get('/billing/cancel');
    expect(page.text).toContain('The stored card is removed, also at PayTR.');
    await scene.alice.post('/billing/cancel', { when: 'period-end', reason: '' });
    expect(isAtGateway()).toBe(false);
    expect(await card()).toMatchObject({ removal_cause: 'cancelled', removed_at: expect.any(Date) });
  });

  it('is removed when the person who agreed leaves', async () => {
    await scene.test.db('users').where('id', scene.cast.alice.id).update({ deactivated_at: new Date() });
    await scene.tend();
    expect(isAtGateway()).toBe(false);
    expect(await card()).toMatchObject({ removal_cause: 'person-left' });
  });

  it('is removed when the subscription has been suspended for long', async () => {
    await scene.test
      .db('subscriptions')
      .where('company_id', scene.cast.acme.id)
      .update({
        ...{
          trial_ends_at: later(-100 * DAY_MS),
          period_started_at: later(-110 * DAY_MS),
          period_ends_at: later(-80 * DAY_MS),
        },
      });
    await scene.tend();
    expect(await card()).toMatchObject({ removal_cause: 'subscription-over', removed_at: expect.any(Date) });
  });

  it('is neither charged nor offered while the setting is off, and can still be removed', async () => {
    await scene.announce();
    const config = { ...scene.test.config, storedCards: { ...scene.test.config.storedCards, isOn: false } };
    await tendStoredCards(scene.test.db, contextAt(new Date()), { config, paytr: scene.gateway.paytr });
    expect(await scene.test.db('payments').where('company_id', scene.cast.acme.id)).toHaveLength(1);
    scene.test.config.storedCards.isOn = false;
    expect((await scene.alice.get('/billing/order/team?currency=TRY')).text).not.toContain('box_card');
    await scene.alice.get('/billing/card');
    await scene.alice.post('/billing/card/remove');
    scene.test.config.storedCards.isOn = true;
    expect(isAtGateway()).toBe(false);
  });
});

describe('the keys of the settings', () => {
  const withKeys = (text: string): typeof scene.test.config => ({
    ...scene.test.config,
    storedCards: loadConfig({
      ...{ DATABASE_URL: 'postgres://x/y', SESSION_SECRET: 's'.repeat(32), PAYTR_MERCHANT_ID: '1' },
      ...{ PAYTR_MERCHANT_KEY: 'k'.repeat(8), PAYTR_MERCHANT_SALT: 's'.repeat(8) },
      ...{ STORED_CARDS: '1', STORED_CARD_KEYS: text },
    }).storedCards,
  });
  const tendWith = (config: typeof scene.test.config): ReturnType<typeof tendStoredCards> =>
    tendStoredCards(scene.test.db, contextAt(new Date()), { config, paytr: scene.gateway.paytr });

  it('can be changed: a newer key seals every card anew, and the older one is not needed any more', async () => {
    const [old] = scene.test.config.storedCards.keys;
    const newer = newKey('k2');
    const both = withKeys(`${newer},${old!.id}:${old!.key.toString('base64')}`);
    const before = await card();
    expect((await tendWith(both)).resealed).toBeGreaterThan(0);
    expect(await card()).toMatchObject({ key_id: 'k2' });
    expect((await card())?.sealed_tokens).not.toEqual(before?.sealed_tokens);
    await scene.test.db('users').where('id', scene.cast.alice.id).update({ deactivated_at: new Date() });
    expect(await tendWith(withKeys(newer))).toMatchObject({ removed: 1 });
    expect(isAtGateway()).toBe(false);
  });

  it('that lack the one of a card are named, and so is one that is another than before', async () => {
    await expect(tendWith(withKeys(newKey('k9')))).rejects.toThrow(/STORED_CARD_KEYS lacks k1/);
    await expect(tendWith(withKeys(`${newKey('k9')},${newKey('k1')}`))).rejects.toThrow(
      /k1.*another one than before/,
    );
    expect(await card()).toMatchObject({ key_id: 'k1' });
  });

  it('open no tokens that were copied to another card', async () => {
    const mine = await card();
    const [key] = scene.test.config.storedCards.keys;
    const copied = sealTokens(key!, { utoken: 'u', ctoken: 'c' }, mine!.first_payment_id + 1);
    await scene.test.db('stored_cards').where('id', mine?.id).update(copied);
    await scene.test.db('users').where('id', scene.cast.alice.id).update({ deactivated_at: new Date() });
    await scene.tend();
    expect(isAtGateway()).toBe(true);
    expect(await card()).toMatchObject({ removed_at: null, removal_tries: 1 });
  });
});
