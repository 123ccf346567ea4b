import express from 'express';
import type { Response, Router } from 'express';
import { findCardFaults, findTestCard, maskPan } from '../cards.ts';
import { receivedFields } from '../received-fields.ts';
import type { SandboxState } from '../sandbox-state.ts';
import { openTransaction, type Transaction } from '../transactions.ts';
import { expectedCardDeleteHash, expectedCardListHash } from './card-hashes.ts';
import type { StoredCard } from './card-store.ts';
import { asTokenFields, refuseDirect } from './direct-rules.ts';

type Fields = Record<string, string>;

const INVALID_REQUEST = 'Gecersiz istek veya magaza aktif degil';
const INVALID_TOKEN = 'paytr_token gonderilmedi veya gecersiz';

/**
 * The Direct API with stored cards. A browser posts a new card or names a stored one and goes on to the 3-D
 * page; the merchant's server charges a stored card again (`recurring_payment`) and reads JSON. The
 * notification of step 2 follows each of them. Source: dev.paytr.com/direkt-api and …/kart-saklama-api.
 */
export function storedCardRoutes(state: SandboxState): Router {
  const router = express.Router();

  router.post('/odeme', async (req, res) => {
    const fields = receivedFields(req.body);
    const isRecurring = fields['recurring_payment'] === '1';
    const isUsed = state.findByOid(fields['merchant_oid'] ?? '') !== undefined;
    const refusal =
      refuseDirect(state.store, fields) ?? (isUsed ? 'merchant_oid daha once kullanilmis' : undefined);
    if (refusal !== undefined) {
      state.log(`direct payment refused: ${refusal}`);
      if (isRecurring) res.json({ status: 'failed', msg: refusal });
      else res.status(400).type('text/plain').send(refusal);
    } else if (isRecurring) res.json(await chargeAgain(state, fields));
    else await payInBrowser(state, fields, res);
  });

  router.post('/odeme/capi/list', (req, res) => {
    const { merchant_id: id, utoken = '', paytr_token: token } = receivedFields(req.body);
    if (id !== state.store.merchantId) res.json(fault(INVALID_REQUEST));
    else if (utoken === '') res.json(fault('utoken gonderilmedi'));
    else if (token !== expectedCardListHash(state.store, utoken)) res.json(fault(INVALID_TOKEN));
    else res.json(state.cards.list(utoken).map(describeCard));
  });

  router.post('/odeme/capi/delete', (req, res) => {
    const { merchant_id: id, utoken = '', ctoken = '', paytr_token: token } = receivedFields(req.body);
    if (id !== state.store.merchantId) res.json(fault(INVALID_REQUEST));
    else if (ctoken === '') res.json(fault('ctoken gonderilmedi'));
    else if (utoken === '') res.json(fault('utoken gonderilmedi'));
    else if (token !== expectedCardDeleteHash(state.store, ctoken, utoken)) res.json(fault(INVALID_TOKEN));
    else if (state.cards.remove(utoken, ctoken)) {
      state.log('a stored card was taken away');
      res.json({ status: 'success' });
    } else res.json(fault('kart bulunamadi'));
  });
  return router;
}

async function payInBrowser(state: SandboxState, fields: Fields, res: Response): Promise<void> {
  const stored = state.cards.find(fields['utoken'] ?? '', fields['ctoken'] ?? '');
  // A stored card that does not exist is not replaced by the card in the form.
  const card = fields['ctoken'] ? stored?.card : newCard(fields);
  if (card === undefined || stored?.isClosed === true) {
    res.status(400).type('text/plain').send('kart bilgileri gecersiz');
    return;
  }
  const transaction = open(state, fields, card);
  if (stored === undefined && fields['store_card'] === '1') {
    transaction.cardToStore = {
      card,
      owner: fields['cc_owner'] ?? '',
      month: fields['expiry_month'] ?? '',
      year: fields['expiry_year'] ?? '',
      ...(fields['utoken'] && { utoken: fields['utoken'] }),
    };
  }
  if (fields['non_3d'] !== '1') {
    res.redirect(303, `/odeme/guvenli/${transaction.token}/3d`);
    return;
  }
  const isToFail = fields['non3d_test_failed'] === '1' && transaction.testMode;
  state.finish(transaction, isToFail ? 'insufficient-funds' : 'approve');
  await state.notify(transaction);
  res.redirect(303, isToFail ? transaction.failUrl : transaction.okUrl);
}

/**
 * `try_again` false: the card is closed, and must never be charged again. True: another charge of it is under
 * way, and this one may come later.
 */
async function chargeAgain(state: SandboxState, fields: Fields): Promise<Record<string, unknown>> {
  const failure = state.recurringFailures.shift();
  const stored = state.cards.find(fields['utoken'] ?? '', fields['ctoken'] ?? '');
  if (stored === undefined || stored.isClosed)
    return { status: 'failed', msg: 'kart kapali veya bulunamadi', try_again: false };
  if (failure === 'busy') return { status: 'failed', msg: 'devam eden bir islem var', try_again: true };
  const transaction = open(state, fields, stored.card);
  state.log(`recurring ${transaction.merchantOid} ${String(transaction.amountMinor)}`);
  if (failure === 'late') return { status: 'wait_callback' };
  state.finish(transaction, failure === 'declined' ? 'insufficient-funds' : 'approve');
  if (failure === 'declined') return { status: 'wait_callback' };
  await state.notify(transaction);
  return { status: 'success' };
}

function open(state: SandboxState, fields: Fields, card: StoredCard['card']): Transaction {
  const transaction = openTransaction(asTokenFields(fields), state.now());
  transaction.instalments = Math.max(1, Number(fields['installment_count']));
  transaction.card = { maskedPan: maskPan(card.number), brand: card.brand };
  state.transactions.push(transaction);
  return transaction;
}

function newCard(fields: Fields): StoredCard['card'] | undefined {
  const { cc_owner = '', card_number = '', expiry_month = '', expiry_year = '', cvv = '' } = fields;
  const expiry = `${expiry_month}/${expiry_year}`;
  const faults = findCardFaults({ cc_owner, card_number, expiry, cvv });
  const isForm = /^\d{16}$/.test(card_number) && /^\d{2}\/\d{2}$/.test(expiry);
  if (!isForm) return undefined;
  return faults.length === 0 ? findTestCard(card_number) : undefined;
}

function describeCard({ ctoken, card, owner, month, year }: StoredCard): Record<string, string> {
  return {
    ...{ ctoken, last_4: card.number.slice(-4), require_cvv: '0', month, year },
    ...{ c_bank: card.bank, c_name: owner, c_brand: card.brand.toLowerCase(), c_type: 'credit' },
    ...{ businessCard: 'n', initial: card.number.slice(0, 1), schema: card.scheme },
  };
}

function fault(message: string): Record<string, string> {
  return { status: 'error', err_msg: message };
}
