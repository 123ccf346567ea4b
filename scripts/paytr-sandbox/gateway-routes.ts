import express from 'express';
import type { Response, Router } from 'express';
import { answerBinQuery } from './cards.ts';
import { answerChaos } from './chaos/answer-chaos.ts';
import { readForm, receivedFields } from './received-fields.ts';
import { answerRefund } from './refund-answer.ts';
import type { RefundFailure, SandboxState, TokenFailure } from './sandbox-state.ts';
import { answerPayoutLines, answerPayouts, answerTransactionList } from './reports/report-answers.ts';
import { answerStatusQuery } from './status-answer.ts';
import { storedCardRoutes } from './stored-cards/stored-card-routes.ts';
import { refuseToken } from './token-rules.ts';
import { openTransaction } from './transactions.ts';

/**
 * The calls of the merchant's server: get-token, status query, BIN query, refund, reports and stored cards.
 * Errors answer 200, since PayTR decides by the JSON.
 */
export function gatewayRoutes(state: SandboxState): Router {
  const router = express.Router();
  // Forms only, in both encodings: a JSON body leaves every field missing.
  router.use(readForm());
  router.use(answerChaos(state));

  router.post('/odeme/api/get-token', (req, res) => {
    giveToken(state, receivedFields(req.body), res);
  });

  router.post('/odeme/durum-sorgu', (req, res) => {
    res.json(answerStatusQuery(state.store, receivedFields(req.body), state.findByOid));
  });

  router.post('/odeme/api/bin-detail', (req, res) => {
    res.json(answerBinQuery(state.store, receivedFields(req.body)));
  });

  router.post('/rapor/islem-dokumu', (req, res) => {
    res.json(answerTransactionList(state.store, receivedFields(req.body), state.transactions));
  });

  router.post('/rapor/odeme-dokumu', (req, res) => {
    const at = { transactions: state.transactions, now: state.now() };
    res.json(answerPayouts(state.store, receivedFields(req.body), at));
  });

  router.post('/rapor/odeme-detayi', (req, res) => {
    res.json(answerPayoutLines(state.store, receivedFields(req.body), state.transactions));
  });

  router.post('/odeme/iade', (req, res) => {
    giveBack(state, receivedFields(req.body), res);
  });

  router.use(storedCardRoutes(state));
  return router;
}

function giveToken(state: SandboxState, fields: Record<string, string>, res: Response): void {
  const failure = state.tokenFailures.shift();
  if (failure) {
    failToken(res, failure);
    return;
  }
  const reason = refuseToken(state.store, fields) ?? refuseRepeat(state, fields['merchant_oid'] ?? '');
  if (reason) {
    state.log(`get-token refused: ${reason}`);
    res.json({ status: 'failed', reason });
    return;
  }
  const transaction = openTransaction(fields, state.now());
  state.transactions.push(transaction);
  state.log(
    `get-token ${transaction.merchantOid} ${String(transaction.amountMinor)} ${transaction.currency}`,
  );
  res.json({ status: 'success', token: transaction.token });
}

// Integrators report that PayTR refuses a second order with the same number. The wording here is ours.
function refuseRepeat(state: SandboxState, merchantOid: string): string | undefined {
  return state.findByOid(merchantOid) && 'merchant_oid daha once kullanilmis';
}

function failToken(res: Response, failure: TokenFailure): void {
  if (failure === 'refuse') {
    res.json({ status: 'failed', reason: 'Gecersiz istek veya magaza aktif degil' });
  } else if (failure === '500') {
    res.status(500).type('text/plain').send('Internal Server Error');
  } else if (failure === 'html') {
    res.type('html').send('<!doctype html><title>PayTR</title><h1>Sistem bakımda</h1>');
  }
  // 'hang' sends nothing: the caller has to give up.
}

function giveBack(state: SandboxState, fields: Record<string, string>, res: Response): void {
  const failure = state.refundFailures[0];
  if (failure !== undefined && isBefore(failure)) {
    state.refundFailures.shift();
    failRefund(res, failure);
    return;
  }
  const answer = answerRefund(state, fields);
  if (failure === 'twice') answerRefund(state, fields);
  state.log(`refund ${fields['merchant_oid'] ?? ''} ${String(answer['err_msg'] ?? answer['return_amount'])}`);
  if (failure !== undefined && isAfter(failure)) state.refundFailures.shift();
  if (failure === 'lost') res.destroy();
  else if (failure !== 'late') res.json(answer);
}

/** Whether a refund fails before the money has moved, without an answer of PayTR's. */
function isBefore(failure: RefundFailure): boolean {
  return ['hang', '500', 'html'].includes(failure);
}

/** Whether it fails once the money has moved, with PayTR's answer lost or the request repeated. */
function isAfter(failure: RefundFailure): boolean {
  return ['late', 'lost', 'twice'].includes(failure);
}

function failRefund(res: Response, failure: RefundFailure): void {
  if (failure === '500') res.status(500).type('text/plain').send('Internal Server Error');
  else if (failure === 'html') res.type('html').send('<!doctype html><title>PayTR</title><h1>Bakımda</h1>');
  // 'hang' sends nothing: the caller has to give up.
}
