import { boundedText } from '../../storable-text.ts';
import { readCardTokens, withoutCardTokens, type CardTokens } from './card-tokens.ts';
import { fromPaytrCurrency } from './currency.ts';
import { paytrSignature, sameSignature, type PaytrCredentials } from './signature.ts';

/**
 * A notification whose signature is right. Only `merchantOid`, `status` and the total are signed; the other
 * fields are kept, and nothing may be decided by them alone. Amounts are in minor units. Source:
 * dev.paytr.com, iFrame API step 2.
 */
export interface PaytrNotification {
  merchantOid: string;
  /**
   * As received: `success`, `failed`, `info` (a bank transfer was announced and nothing is paid yet), or a
   * status that PayTR has added since.
   */
  status: string;
  /**
   * Null when the signed text is not a whole number. The total may exceed the order's amount (instalments).
   */
  totalAmountMinor: number | null;
  totalAmountRaw: string;
  failedReasonCode?: string;
  failedReasonMessage?: string;
  /** True for `test_mode=1` and for any value other than 0: a notice in doubt must not open a live order. */
  testMode: boolean;
  paymentType?: string;
  /** The ISO code for PayTR's TL; any other text as received. */
  currency?: string;
  paymentAmountMinor?: number;
  installmentCount?: number;
  /** The card that PayTR keeps from now on. A secret: see `CardTokens`. */
  storedCard?: CardTokens;
  /**
   * Every field as received, cut to a bound, without the signature and card tokens. Repeated names have their
   * values joined by " | ".
   */
  fields: Record<string, string>;
}

/**
 * A notification, or the reason why the post is none. `field` names the signed field that is missing or
 * repeated.
 */
export type NotificationReading =
  | { ok: true; notification: PaytrNotification }
  | { ok: false; reason: 'malformed' | 'missing-field' | 'bad-hash'; field?: string };

// PayTR offers up to 12 instalments. The field is unsigned, and a huge number must not overflow its column.
const MAX_INSTALLMENTS = 99;
const MAX_FIELDS = 60;
const MAX_NAME_LENGTH = 100;
const MAX_VALUE_LENGTH = 1000;
const MAX_CODE_LENGTH = 50;
const MAX_MESSAGE_LENGTH = 500;

/**
 * Reads and verifies a post to the callback address from its raw body: a parser could change the signed
 * texts. Never throws, whatever was posted.
 */
export function readPaytrNotification(credentials: PaytrCredentials, rawBody: Buffer): NotificationReading {
  const received = new URLSearchParams(rawBody.toString('utf8'));
  // `info` has its own three signed fields (PayTR EFT iFrame API, step 2); it carries no amount.
  const isTransferNotice = received.get('status') === 'info' && !received.has('total_amount');
  const signedNames = ['merchant_oid', 'status', isTransferNotice ? 'bank' : 'total_amount', 'hash'];
  const repeated = signedNames.find((name) => received.getAll(name).length > 1);
  if (repeated) return { ok: false, reason: 'malformed', field: repeated };
  const missing = signedNames.find((name) => !received.get(name));
  if (missing) return { ok: false, reason: 'missing-field', field: missing };

  const text = (name: string): string => received.get(name) ?? '';
  const { merchantSalt } = credentials;
  const expected = paytrSignature(
    credentials,
    isTransferNotice
      ? [text('merchant_oid'), text('bank'), merchantSalt]
      : [text('merchant_oid'), merchantSalt, text('status'), text('total_amount')],
  );
  if (!sameSignature(expected, text('hash'))) return { ok: false, reason: 'bad-hash' };
  return { ok: true, notification: describe(received, withoutCardTokens(rawBody)) };
}

function describe(received: URLSearchParams, keptBody: Buffer): PaytrNotification {
  const totalAmountRaw = received.get('total_amount') ?? '';
  const unsigned = (name: string): string => received.getAll(name).join(' | ').trim();
  const paymentAmountMinor = wholeNumber(unsigned('payment_amount'));
  const installmentCount = wholeNumber(unsigned('installment_count'));
  const storedCard = readCardTokens(received);
  const hasInstallments = installmentCount !== null && installmentCount <= MAX_INSTALLMENTS;
  return {
    merchantOid: received.get('merchant_oid') ?? '',
    status: received.get('status') ?? '',
    totalAmountMinor: wholeNumber(totalAmountRaw),
    totalAmountRaw,
    testMode: !['', '0'].includes(unsigned('test_mode')),
    ...optional('failedReasonCode', boundedText(unsigned('failed_reason_code'), MAX_CODE_LENGTH)),
    ...optional('failedReasonMessage', boundedText(unsigned('failed_reason_msg'), MAX_MESSAGE_LENGTH)),
    ...optional('paymentType', boundedText(unsigned('payment_type'), MAX_CODE_LENGTH)),
    ...optional('currency', boundedText(fromPaytrCurrency(unsigned('currency')), MAX_CODE_LENGTH)),
    ...(paymentAmountMinor === null ? {} : { paymentAmountMinor }),
    ...(hasInstallments ? { installmentCount } : {}),
    ...(storedCard === undefined ? {} : { storedCard }),
    fields: keepFields(new URLSearchParams(keptBody.toString('utf8'))),
  };
}

function keepFields(received: URLSearchParams): Record<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of received) {
    if (name === 'hash') continue;
    const key = boundedText(name, MAX_NAME_LENGTH);
    const before = kept.get(key);
    if (before === undefined && kept.size === MAX_FIELDS) continue;
    kept.set(key, boundedText(before === undefined ? value : `${before} | ${value}`, MAX_VALUE_LENGTH));
  }
  // `Object.fromEntries` defines own properties, so a field named `__proto__` is stored like any other.
  return Object.fromEntries(kept);
}

function wholeNumber(text: string): number | null {
  if (!/^\d{1,16}$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : null;
}

function optional<Name extends string>(name: Name, value: string): { [key in Name]?: string } {
  return value === '' ? {} : ({ [name]: value } as { [key in Name]: string });
}
