import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import type { Response, Router } from 'express';
import {
  type CardForm,
  findCardFaults,
  findTestCard,
  groupPan,
  maskPan,
  TEST_CARDS,
  TEST_CVV,
} from './cards.ts';
import { cardPage, messagePage, securePage } from './pages.ts';
import { receivedFields } from './received-fields.ts';
import type { SandboxState } from './sandbox-state.ts';
import { SANDBOX_TEXTS } from './texts.ts';
import type { PayerChoice, Transaction } from './transactions.ts';

const CHOICES: readonly PayerChoice[] = ['approve', 'wrong-code', 'insufficient-funds', 'give-up'];

// The browser goes on after this time, even when the merchant's server has not answered the notification.
const MAX_WAIT_FOR_CALLBACK_MS = 2000;

/** The pages in the merchant's frame: the card form, then the imitation 3-D Secure page. */
export function paymentRoutes(state: SandboxState): Router {
  const router = express.Router();
  const path = '/odeme/guvenli/:token';
  router.use(path, express.urlencoded({ extended: false }));

  router.get(path, (req, res) => {
    const transaction = openPayment(state, req.params.token, res);
    if (transaction) res.send(cardPage(transaction, prefilledCard(transaction), []));
  });

  router.post(path, async (req, res) => {
    const transaction = openPayment(state, req.params.token, res);
    if (!transaction) return;
    const fields = receivedFields(req.body);
    if (fields['outcome'] === 'give-up') {
      await leave(state, transaction, 'give-up', res);
    } else {
      takeCard(transaction, fields, res);
    }
  });

  router.get(`${path}/3d`, (req, res) => {
    const transaction = openPayment(state, req.params.token, res);
    if (transaction?.card) res.send(securePage(transaction));
    else if (transaction) res.redirect(303, pageOf(transaction));
  });

  router.post(`${path}/3d`, async (req, res) => {
    const transaction = openPayment(state, req.params.token, res);
    if (!transaction) return;
    const choice = CHOICES.find((each) => each === receivedFields(req.body)['outcome']);
    if (transaction.card && choice) await leave(state, transaction, choice, res);
    else res.redirect(303, pageOf(transaction));
  });
  return router;
}

// When the payment can no longer be made, answers the request itself and returns nothing.
function openPayment(state: SandboxState, token: string, res: Response): Transaction | undefined {
  const transaction = state.findByToken(token);
  if (!transaction) {
    const lang = res.req.acceptsLanguages('tr', 'en') === 'en' ? 'en' : 'tr';
    const texts = SANDBOX_TEXTS[lang];
    res.status(404).send(messagePage(lang, texts.unknownTitle, texts.unknownExplanation));
    return undefined;
  }
  if (transaction.expiresAt <= state.now()) state.finish(transaction, 'give-up');
  if (!transaction.outcome) return transaction;
  const texts = SANDBOX_TEXTS[transaction.lang];
  const explanation =
    transaction.outcome.status === 'success' ? texts.paidExplanation : texts.failedExplanation;
  res.status(410).send(messagePage(transaction.lang, texts.closedTitle, explanation));
  return undefined;
}

function takeCard(transaction: Transaction, fields: Record<string, string>, res: Response): void {
  const form: CardForm = {
    cc_owner: fields['cc_owner'] ?? '',
    card_number: fields['card_number'] ?? '',
    expiry: fields['expiry'] ?? '',
    cvv: fields['cvv'] ?? '',
  };
  const faults = findCardFaults(form);
  const card = findTestCard(form.card_number);
  const instalments = Number(fields['installment_count'] ?? 1);
  const isOffered =
    Number.isInteger(instalments) && instalments >= 1 && instalments <= transaction.maxInstalments;
  if (faults.length > 0 || !card || !isOffered) {
    res.status(422).send(cardPage(transaction, { ...form, cvv: '' }, faults));
    return;
  }
  transaction.instalments = instalments;
  transaction.card = { maskedPan: maskPan(card.number), brand: card.brand };
  res.redirect(303, `${pageOf(transaction)}/3d`);
}

async function leave(
  state: SandboxState,
  transaction: Transaction,
  choice: PayerChoice,
  res: Response,
): Promise<void> {
  state.finish(transaction, choice);
  await Promise.race([state.notify(transaction), wait(MAX_WAIT_FOR_CALLBACK_MS, undefined, { ref: false })]);
  res.redirect(303, choice === 'approve' ? transaction.okUrl : transaction.failUrl);
}

// PayTR's own page is filled in when the payment is a test.
function prefilledCard(transaction: Transaction): CardForm {
  if (!transaction.testMode) return { cc_owner: '', card_number: '', expiry: '', cvv: '' };
  const number = TEST_CARDS[0]?.number ?? '';
  return { cc_owner: 'PAYTR TEST', card_number: groupPan(number), expiry: '12/30', cvv: TEST_CVV };
}

function pageOf(transaction: Transaction): string {
  return `/odeme/guvenli/${transaction.token}`;
}
