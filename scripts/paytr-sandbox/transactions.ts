import { randomBytes } from 'node:crypto';
import { type SandboxBasketRow, readBasket } from './basket.ts';
import type { CardStore } from './stored-cards/card-store.ts';

/** How a payment ended. `failed` carries PayTR's reason (dev.paytr.com, iFrame API step 2). */
type SandboxOutcome = { status: 'success' } | { status: 'failed'; reasonCode: string; reasonMessage: string };

/** The payer's choices on the payment pages. */
export type PayerChoice = 'approve' | 'wrong-code' | 'insufficient-funds' | 'give-up';

/** An attempt to post the callback. `status` is null when the merchant's server did not answer. */
export interface Delivery {
  at: Date;
  status: number | null;
  body: string;
  contentType: string;
  acknowledged: boolean;
  error?: string;
}

/** Money given back. `reference` is the merchant's own id for it, empty when none was sent. */
export interface Refund {
  amountMinor: number;
  reference: string;
  at: Date;
}

/** An accepted order and its whole history. `amountMinor` is in kuruş or cent. */
export interface Transaction {
  token: string;
  merchantOid: string;
  amountMinor: number;
  /** As sent: TL or TRY for the lira. */
  currency: string;
  basket: SandboxBasketRow[];
  email: string;
  userName: string;
  testMode: boolean;
  lang: 'tr' | 'en';
  okUrl: string;
  failUrl: string;
  createdAt: Date;
  expiresAt: Date;
  /** The most instalments the order allows; 1 means none. */
  maxInstalments: number;
  /** The payer's choice. 1 is a single payment. */
  instalments: number;
  card?: { maskedPan: string; brand: string };
  /** The payer's card, to be kept when it has paid; and its names once it is kept. */
  cardToStore?: Parameters<CardStore['keep']>[0];
  storedCard?: { utoken: string; ctoken: string };
  outcome?: SandboxOutcome;
  finishedAt?: Date;
  /** Callback fields that differ from the true ones, to try a faulty or hostile notification. */
  overrides: Record<string, string>;
  deliveries: Delivery[];
  refunds: Refund[];
  /** Left out of the reports, to try what the merchant makes of it. */
  isUnlisted?: boolean;
}

const OUTCOMES: Record<PayerChoice, SandboxOutcome> = {
  approve: { status: 'success' },
  'wrong-code': {
    status: 'failed',
    reasonCode: '2',
    reasonMessage: 'Kimlik doğrulama başarısız. Lütfen tekrar deneyin ve şifreyi doğru girin.',
  },
  'insufficient-funds': {
    status: 'failed',
    reasonCode: '0',
    reasonMessage: 'Kartın limiti veya bakiyesi yetersiz.',
  },
  'give-up': {
    status: 'failed',
    reasonCode: '6',
    reasonMessage: 'Müşteri ödeme yapmaktan vazgeçti ve ödeme sayfasından ayrıldı.',
  },
};

// PayTR's time limit when `timeout_limit` is left out.
const DEFAULT_TIMEOUT_MINUTES = 30;

const MOST_INSTALMENTS = 12;

/** Creates the transaction for get-token fields that passed every rule. */
export function openTransaction(fields: Record<string, string>, now: Date): Transaction {
  const timeoutMinutes = Number(fields['timeout_limit'] || DEFAULT_TIMEOUT_MINUTES);
  return {
    token: randomBytes(32).toString('hex'),
    merchantOid: fields['merchant_oid'] ?? '',
    amountMinor: Number(fields['payment_amount']),
    currency: fields['currency'] || 'TL',
    basket: readBasket(fields['user_basket'] ?? '') ?? [],
    email: fields['email'] ?? '',
    userName: fields['user_name'] ?? '',
    testMode: fields['test_mode'] === '1',
    lang: fields['lang'] === 'en' ? 'en' : 'tr',
    okUrl: fields['merchant_ok_url'] ?? '',
    failUrl: fields['merchant_fail_url'] ?? '',
    maxInstalments: maxInstalments(fields),
    instalments: 1,
    createdAt: now,
    expiresAt: new Date(now.getTime() + timeoutMinutes * 60_000),
    overrides: {},
    deliveries: [],
    refunds: [],
  };
}

// `max_installment` 0 means the highest number that PayTR allows at all.
function maxInstalments(fields: Record<string, string>): number {
  if (fields['no_installment'] === '1') return 1;
  return Number(fields['max_installment']) || MOST_INSTALMENTS;
}

/** Ends a payment. A second ending changes nothing, since PayTR notifies each payment once. */
export function finishTransaction(transaction: Transaction, choice: PayerChoice, now: Date): void {
  if (transaction.outcome) return;
  transaction.outcome = OUTCOMES[choice];
  transaction.finishedAt = now;
}

/** True once the merchant answered OK. */
export function isAcknowledged(transaction: Transaction): boolean {
  return transaction.deliveries.some((delivery) => delivery.acknowledged);
}

/** What the payer paid, in minor units; a notification that names another total is believed. */
export function paidMinor(transaction: Transaction): number {
  return Number(transaction.overrides['total_amount'] ?? transaction.amountMinor);
}

/** The sum of the refunds so far. */
export function refundedMinor(transaction: Transaction): number {
  return transaction.refunds.reduce((sum, refund) => sum + refund.amountMinor, 0);
}

/**
 * When the callback is due: at once after the payment ended, then `retrySeconds` after each attempt, until
 * OK.
 */
export function nextDeliveryAt(transaction: Transaction, retrySeconds: number): Date | undefined {
  if (!transaction.finishedAt || isAcknowledged(transaction)) return undefined;
  const last = transaction.deliveries.at(-1);
  return last ? new Date(last.at.getTime() + retrySeconds * 1000) : transaction.finishedAt;
}
