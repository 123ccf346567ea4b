import { isIP } from 'node:net';
import { boundedText } from '../../storable-text.ts';
import { formatMajor } from './minor-units.ts';
import { type PaytrCurrency, toPaytrCurrency } from './currency.ts';
import { paytrSignature, type PaytrCredentials } from './signature.ts';

/** A row of the basket, as PayTR shows it. `unitPriceMinor` is for one piece. */
export interface BasketRow {
  name: string;
  unitPriceMinor: number;
  quantity: number;
}

/** An attempt to pay. Amounts are in minor units; the basket's total is `amountMinor`. */
export interface TokenOrder {
  merchantOid: string;
  /** The customer's public address; see `isPublicAddress`. */
  userIp: string;
  email: string;
  userName: string;
  userAddress: string;
  userPhone: string;
  amountMinor: number;
  currency: PaytrCurrency;
  basket: readonly BasketRow[];
  okUrl: string;
  failUrl: string;
  locale: 'tr' | 'en';
  timeoutMinutes: number;
}

// The order in which PayTR hashes the fields. Its field table has another order (see the samples at
// dev.paytr.com).
const HASHED_FIELDS = [
  'merchant_id',
  'user_ip',
  'merchant_oid',
  'email',
  'payment_amount',
  'user_basket',
  'no_installment',
  'max_installment',
  'currency',
  'test_mode',
] as const;

/** PayTR's rule for `merchant_oid`: letters and digits, at most 64 (PayTR iFrame API, step 1). */
export const MERCHANT_OID = /^[A-Za-z0-9]{1,64}$/;

const MIN_AMOUNT_MINOR = 100;
const MAX_URL_LENGTH = 400;
// PayTR states no bound for a row's name; its own advice is about this much.
const MAX_BASKET_NAME_LENGTH = 100;

/**
 * The signed fields of PayTR's get-token call. Each value becomes text once, and the same text is hashed and
 * posted. Instalments are off, since a plan is paid at once. Throws a plain Error naming the field for a
 * value that no customer can have caused. Source: dev.paytr.com, iFrame API step 1.
 */
export function tokenRequestFields(
  credentials: PaytrCredentials,
  testMode: boolean,
  order: TokenOrder,
): Record<string, string> {
  guardOrder(order);
  const fields = {
    merchant_id: credentials.merchantId,
    ...buyerFields(order),
    payment_amount: String(order.amountMinor),
    user_basket: encodeBasket(order.basket),
    no_installment: '1',
    max_installment: '0',
    currency: toPaytrCurrency(order.currency),
    test_mode: testMode ? '1' : '0',
    debug_on: testMode ? '1' : '0',
    timeout_limit: String(order.timeoutMinutes),
    lang: order.locale,
  };
  return { ...fields, paytr_token: tokenSignature(credentials, fields) };
}

/** The fields of an order and its buyer that each call has, within the lengths that PayTR takes. */
export function buyerFields(order: TokenOrder) {
  return {
    user_ip: order.userIp.replace(/^::ffff:(?=\d+\.)/i, ''),
    merchant_oid: order.merchantOid,
    email: order.email,
    user_name: boundedText(order.userName.trim(), 60),
    user_address: boundedText(order.userAddress.trim(), 400),
    user_phone: boundedText(order.userPhone.trim(), 20),
    merchant_ok_url: order.okUrl,
    merchant_fail_url: order.failUrl,
  };
}

/** The `paytr_token` of a get-token call, over the fields exactly as they are posted. */
export function tokenSignature(
  credentials: PaytrCredentials,
  fields: Record<(typeof HASHED_FIELDS)[number], string>,
): string {
  return paytrSignature(credentials, [
    ...HASHED_FIELDS.map((name) => fields[name]),
    credentials.merchantSalt,
  ]);
}

/**
 * PayTR's `user_basket`: base64 of JSON rows `[name, unit price in major units, quantity]` (PayTR iFrame API,
 * step 1).
 */
export function encodeBasket(basket: readonly BasketRow[]): string {
  return Buffer.from(basketJson(basket), 'utf8').toString('base64');
}

/** The rows of a basket as JSON. */
export function basketJson(basket: readonly BasketRow[]): string {
  const rows = basket.map((row) => [
    boundedText(row.name, MAX_BASKET_NAME_LENGTH),
    formatMajor(row.unitPriceMinor),
    row.quantity,
  ]);
  return JSON.stringify(rows);
}

/**
 * True when PayTR takes the address: ASCII (no Turkish letters), at most 100 characters (PayTR iFrame API,
 * step 1).
 */
export function isEmailForPaytr(email: string): boolean {
  return email.length <= 100 && /^[\x21-\x7e]+@[\x21-\x7e]+$/.test(email);
}

/** Throws a plain Error naming the field for a value that no customer can have caused. */
export function guardOrder(order: TokenOrder): void {
  requireField('merchant_oid', MERCHANT_OID.test(order.merchantOid));
  requireField('user_ip', isIP(order.userIp) !== 0 && !order.userIp.includes('%'));
  requireField('user_name', order.userName.trim() !== '');
  requireField('user_address', order.userAddress.trim() !== '');
  requireField('user_phone', order.userPhone.trim() !== '');
  requireField(
    'payment_amount',
    Number.isSafeInteger(order.amountMinor) && order.amountMinor >= MIN_AMOUNT_MINOR,
  );
  requireField(
    'user_basket',
    order.basket.every(isBasketRow) && basketTotal(order.basket) === order.amountMinor,
  );
  requireField('merchant_ok_url', isWebAddress(order.okUrl));
  requireField('merchant_fail_url', isWebAddress(order.failUrl));
  requireField('timeout_limit', Number.isInteger(order.timeoutMinutes) && order.timeoutMinutes > 0);
}

function requireField(name: string, holds: boolean): void {
  if (!holds) throw new Error(`PayTR would refuse this order: bad ${name}`);
}

function isBasketRow(row: BasketRow): boolean {
  const named = row.name.trim() !== '';
  return named && row.unitPriceMinor >= 0 && Number.isSafeInteger(row.quantity) && row.quantity > 0;
}

// The payer saw these rows and they are evidence in a dispute, so they must add up to the charge.
function basketTotal(basket: readonly BasketRow[]): number {
  return basket.reduce((total, row) => total + row.unitPriceMinor * row.quantity, 0);
}

function isWebAddress(url: string): boolean {
  return url.length <= MAX_URL_LENGTH && /^https?:\/\//.test(url) && URL.canParse(url);
}
