import { describe, expect, it } from 'vitest';
import { createPaytr, type Paytr } from '../../../src/billing/paytr/paytr.ts';
import type { PostForm } from '../../../src/billing/paytr/post-form.ts';
import { FAKE_STORE } from '../../support/fake-paytr.ts';
import { buildOrder } from '../../support/sandbox-checkout.ts';

const CARD = { utoken: 'u4fd10c9e7a3b5528d0f6a1', ctoken: 'c97be02c41f8d3a6650b7e4' };

/** PayTR's client with these answers, one after the other. */
function answering(...answers: (string | Error)[]): { paytr: Paytr; posted: URLSearchParams[] } {
  const posted: URLSearchParams[] = [];
  const post: PostForm = (_url, form) => {
    posted.push(form);
    const answer = answers.shift() ?? '';
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ status: 200, text: answer });
  };
  const settings = { ...FAKE_STORE, baseUrl: 'https://gateway.example.com', testMode: false };
  return { paytr: createPaytr({ ...settings, post }), posted };
}

async function charge(answer: string | Error): ReturnType<Paytr['chargeCard']> {
  const { paytr } = answering(answer);
  return paytr.chargeCard(buildOrder(paytr), CARD);
}

const offline = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const cut = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

describe('the charge of a stored card', () => {
  it('is signed as the Direct API wants it, in major units, without 3-D Secure, with both tokens', async () => {
    const { paytr, posted } = answering('{"status":"success"}');
    await paytr.chargeCard(buildOrder(paytr, { merchantOid: 'SP1' }), CARD);
    expect(Object.fromEntries(posted[0] ?? [])).toMatchObject({
      ...{ recurring_payment: '1', non_3d: '1', payment_amount: '120.50', payment_type: 'card', ...CARD },
      ...{ installment_count: '0', currency: 'TL', user_basket: '[["Aylık Pro üyelik","120.50",1]]' },
    });
    expect(posted[0]?.has('store_card')).toBe(false);
  });

  it.each([
    ['{"status":"success"}', { ok: true, gatewayMessage: 'success' }],
    ['{"status":"wait_callback"}', { ok: true, gatewayMessage: 'wait_callback' }],
    ['{"status":"failed","msg":"x","try_again":false}', { ok: false, reason: 'refused', tryAgain: false }],
    ['{"status":"failed","msg":"x","try_again":"false"}', { ok: false, reason: 'refused', tryAgain: false }],
    ['{"status":"failed","msg":"x","try_again":0}', { ok: false, reason: 'refused', tryAgain: false }],
    ['{"status":"failed","msg":"x","try_again":true}', { ok: false, reason: 'refused', tryAgain: true }],
    ['{"status":"failed","msg":"x","try_again":"1"}', { ok: false, reason: 'refused', tryAgain: true }],
    ['{"status":"failed","msg":"x"}', { ok: false, reason: 'refused', tryAgain: null, gatewayMessage: 'x' }],
    ['{"status":"error","err_msg":"y"}', { ok: false, reason: 'refused', gatewayMessage: 'y' }],
    ['{"status":"pending"}', { ok: false, reason: 'unreadable' }],
    ['{}', { ok: false, reason: 'unreadable' }],
    ['[]', { ok: false, reason: 'unreadable' }],
    ['{"status":"succ', { ok: false, reason: 'unreadable' }],
    ['<h1>Bakımda</h1>', { ok: false, reason: 'unreadable' }],
    ['', { ok: false, reason: 'unreadable' }],
  ])('answered %s is read for what it is', async (answer, expected) => {
    expect(await charge(answer)).toMatchObject(expected);
  });

  it('was certainly not sent only when no connection came about', async () => {
    expect(await charge(offline)).toMatchObject({ ok: false, reason: 'unreachable', neverSent: true });
    expect(await charge(cut)).not.toHaveProperty('neverSent');
  });

  it.each(['{"status":"failed","msg":"card %c of %u"}', '<p>%u %c</p>', '{"status":"x","echo":"%c%u"}'])(
    'has no token in what is kept of the answer %s',
    async (answer) => {
      const echoed = answer.replace('%c', CARD.ctoken).replace('%u', CARD.utoken);
      const said = JSON.stringify(await charge(echoed));
      expect(said).not.toContain(CARD.ctoken);
      expect(said).not.toContain(CARD.utoken);
    },
  );
});

describe('the removal of a stored card', () => {
  const refused = '{"status":"error","err_msg":"kart bulunamadi"}';

  it.each([
    ['PayTR says so', ['{"status":"success"}'], true],
    ['PayTR refuses, and its list is empty', [refused, '[]'], true],
    ['PayTR refuses, and its list is an empty object', [refused, '{}'], true],
    ['the answer is lost, and the list has another card', [cut, '[{"ctoken":"another"}]'], true],
    ['the list still has it', [refused, `[{"ctoken":"${CARD.ctoken}"}]`], false],
    ['the list cannot be read', [refused, '[{"last_4":"4358"}]'], false],
    ['the list is refused', [refused, '{"status":"error","err_msg":"x"}'], false],
    ['nothing answers', [cut, cut], false],
  ])('is done or not when %s', async (_what, answers, isDone) => {
    const { paytr } = answering(...answers);
    const answer = await paytr.removeCard(CARD);
    expect(answer.ok).toBe(isDone);
    expect(JSON.stringify(answer)).not.toMatch(new RegExp(`${CARD.utoken}|${CARD.ctoken}`));
  });
});
