import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findInTables } from '../../support/postgres/find-in-tables.ts';
import { signIn } from '../../support/sign-in.ts';
import { submit } from '../../support/sandbox-checkout.ts';
import { tickAll } from '../order.ts';
import { auditOf, notify } from '../scene.ts';
import { hiddenFields, NEW_CARD, useCards } from './scene.ts';

const scene = useCards();
const PATH = '/billing/order/team?currency=TRY';
const cardRow = (): Promise<Record<string, unknown> | undefined> =>
  scene.test
    .db('stored_cards')
    .where('company_id', scene.cast.acme.id)
    .first<Record<string, unknown> | undefined>('*');
const consent = (): Promise<Record<string, unknown> | undefined> =>
  scene.test
    .db('order_consents')
    .where('company_id', scene.cast.acme.id)
    .orderBy('id', 'desc')
    .first<Record<string, unknown> | undefined>('*');

describe('the box of the stored card', () => {
  it('stands on the order page with its text, unticked and not needed', async () => {
    const page = await scene.alice.get(PATH);
    expect(page.text).toContain('Keeping the card, and automatic payment');
    const box = /<input[^>]*name="box_card"[^>]*>/.exec(page.text)?.[0] ?? '';
    expect(box).not.toMatch(/checked|required/);
    const needed = { ...tickAll(page), box_card: undefined };
    const answer = await scene.alice.post('/billing/subscribe/team', needed);
    const payment = await scene.alice.get(answer.headers['location'] ?? '');
    expect(payment.text).toContain('<iframe');
    expect(await consent()).toMatchObject({ card_terms: null, card_terms_text: null });
  });

  it('is in Turkish for a reader of Turkish', async () => {
    await scene.test.db('users').where('id', scene.cast.alice.id).update({ locale: 'tr' });
    const page = await (await signIn(scene.test.app, scene.cast.alice)).get(PATH);
    expect(page.text).toContain('Kartın saklanması ve otomatik ödeme');
    expect(page.text).toContain('kartımın PayTR tarafından saklanmasını');
  });

  it('ticked is kept word for word with version, hash, time, address and browser, and in an audit row', async () => {
    await scene.order();
    const kept = await consent();
    const text = String(kept?.['card_terms_text']);
    expect(text).toContain("Today's order:\n  Professional plan, one month of cloud workspaces, ₺1,499.00.");
    expect(text).toMatch(/\[x\] I agree that PayTR keeps my card/);
    expect(kept).toMatchObject({
      card_terms: { kind: 'stored-card', version: '2026-12-01', locale: 'en' },
      card_text_sha256: hash('sha256', text),
      user_id: scene.cast.alice.id,
      accepted_at: expect.any(Date),
    });
    const rows = await auditOf(scene.test.db, scene.cast.acme.id);
    expect(rows.find(({ action_type }) => action_type === 'stored_card_consented')).toMatchObject({
      details: { documents: ['stored-card 2026-12-01'], text_sha256: hash('sha256', text) },
    });
    await expect(
      scene.test.db('order_consents').where('id', Number(kept?.['id'])).update({ card_terms_text: 'x' }),
    ).rejects.toThrow(/append-only|permission denied/);
  });

  it('of another text than the page had orders nothing, and shows the page again without its tick', async () => {
    const page = await scene.alice.get(PATH);
    const answer = await scene.alice.post('/billing/subscribe/team', {
      ...tickAll(page),
      card_terms: 'f'.repeat(64),
    });
    expect(answer.status).toBe(409);
    expect(answer.text).not.toMatch(/name="box_card"[^>]*checked/);
    expect(await scene.test.db('payments').where('company_id', scene.cast.acme.id)).toEqual([]);
  });
});

describe('paying with a card that is kept', () => {
  it('goes from a form of ours straight to PayTR, and the card never to us', async () => {
    const page = await scene.alice.get(await scene.order());
    expect(page.headers['content-security-policy']).toContain(`form-action 'self' ${scene.gateway.url};`);
    expect(page.headers['cache-control']).toContain('no-store');
    const form = page.text.slice(page.text.indexOf(`action="${scene.gateway.url}/odeme"`));
    expect(form.slice(0, form.indexOf('</form>'))).not.toContain('_csrf');
    expect(hiddenFields(form)).toMatchObject({ store_card: '1', non_3d: '0', payment_amount: '1499.00' });
    expect(page.text).toMatch(/name="card_number"[^>]*value=""/);
  });

  it('keeps the card sealed, linked to the consent, and its tokens nowhere in the clear', async () => {
    await scene.storeCard();
    const card = scene.gateway.sandbox.storedCards().at(-1);
    const payment = await scene.test
      .db('payments')
      .where('company_id', scene.cast.acme.id)
      .first<{ id: number; status: string }>('id', 'status');
    expect(payment.status).toBe('success');
    expect(await cardRow()).toMatchObject({
      ...{ user_id: scene.cast.alice.id, first_payment_id: payment.id, key_id: 'k1' },
      sealed_tokens: expect.any(Buffer),
    });
    const bundle = await scene.alice.get('/billing');
    for (const token of [card?.utoken ?? '', card?.ctoken ?? '']) {
      expect(token).toMatch(/^[uc][0-9a-f]{48}$/);
      expect(await findInTables(scene.test.database.ownerDb, token)).toEqual([]);
      expect(JSON.stringify(scene.test.logLines)).not.toContain(token);
      expect(bundle.text).not.toContain(token);
    }
    expect(JSON.stringify(scene.test.logLines)).not.toContain(NEW_CARD.card_number);
    expect(await findInTables(scene.test.database.ownerDb, NEW_CARD.card_number)).toEqual([]);
    const actions = (await auditOf(scene.test.db, scene.cast.acme.id)).map(({ action_type }) => action_type);
    expect(actions.filter((action) => action.startsWith('stored_card_'))).toEqual([
      'stored_card_consented',
      'stored_card_added',
    ]);
  });

  it('mails the text about the card with the other texts, and shows it beside the receipt', async () => {
    await scene.storeCard();
    const { card_terms_text: text, card_text_sha256: sha256 } = (await consent()) ?? {};
    const mail = (await scene.test.mails()).find(({ subject }) => subject.startsWith('Your order terms'));
    expect(mail?.text).toContain(String(sha256));
    expect(mail?.text).toContain(String(text).split('\n\n').at(-1));
    const invoice = await scene.test
      .db('invoices')
      .where('company_id', scene.cast.acme.id)
      .first<{ id: number }>('id');
    const page = await scene.alice.get(`/billing/invoices/${String(invoice.id)}/terms`);
    expect(page.text).toContain(String(sha256));
  });

  it('shows the card on the billing page: digits, brand, since when, by whom', async () => {
    const before = await scene.alice.get('/billing');
    expect(before.text).toContain('There is no automatic renewal');
    await scene.storeCard();
    const page = await scene.alice.get('/billing');
    expect(page.text).not.toContain('There is no automatic renewal');
    expect(page.text).toContain('435508••••••4358 · AXESS');
    expect(page.text).toContain(`agreed to by ${scene.cast.alice.full_name}`);
    expect(page.text).toContain('A mail names amount and day at least seven days before.');
    const member = await (await signIn(scene.test.app, scene.cast.bob)).get('/billing');
    expect(member.text).not.toContain('4358');
  });

  it('twice with the same notification keeps one card; another card takes its place, and the first is removed', async () => {
    await scene.storeCard();
    const first = scene.gateway.sandbox.storedCards().at(-1);
    const oid = scene.gateway.sandbox.transactions().at(-1)?.merchantOid ?? '';
    expect((await notify(scene.test.app, scene.gateway.sandbox.callbackBody(oid))).text).toBe('OK');
    await scene.storeCard();
    const cards = await scene.test
      .db('stored_cards')
      .where('company_id', scene.cast.acme.id)
      .orderBy('id')
      .select('removal_cause');
    expect(cards).toEqual([{ removal_cause: 'replaced' }, { removal_cause: null }]);
    expect(await scene.tend()).toMatchObject({ removed: 1 });
    expect(scene.gateway.sandbox.storedCards()).not.toContain(first);
    expect(
      await scene.test.db('stored_cards').where('company_id', scene.cast.acme.id).whereNull('sealed_tokens'),
    ).toHaveLength(1);
  });

  it('keeps nothing when the box was not ticked, and says so loudly', async () => {
    const page = await scene.alice.get(PATH);
    const needed = { ...tickAll(page), box_card: undefined };
    const answer = await scene.alice.post('/billing/subscribe/team', needed);
    const oid = (answer.headers['location'] ?? '').split('/').at(-1) ?? '';
    await scene.gateway.sandbox.payNow(oid, 'approve', { utoken: 'u'.repeat(49), ctoken: 'c'.repeat(49) });
    expect(await cardRow()).toBeUndefined();
    expect(scene.test.logLines).toContainEqual(expect.objectContaining({ level: 50, consented: false }));
  });

  it('is not possible once the order has ended: the page says so', async () => {
    const path = await scene.order();
    await scene.test
      .db('payments')
      .where('company_id', scene.cast.acme.id)
      .update({ superseded_at: new Date() });
    expect((await scene.alice.get(path)).text).not.toContain('name="card_number"');
    const declined = await submit(`${scene.gateway.url}/odeme`, { card_number: '1' });
    expect(declined.status).toBe(400);
  });
});
