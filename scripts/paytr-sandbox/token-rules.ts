import { isIP } from 'node:net';
import { isPublicAddress } from '../../src/billing/checkout/public-address.ts';
import { readBasket } from './basket.ts';
import { type SandboxStore, expectedTokenHash } from './signatures.ts';

const INVALID_REQUEST = 'Gecersiz istek veya magaza aktif degil';
const INVALID_TOKEN = 'paytr_token gonderilmedi veya gecersiz (get-token)';

// Mandatory fields with their greatest length. `currency` is not in the list: empty means TL.
const MANDATORY: readonly [string, number][] = [
  ['user_ip', 39],
  ['merchant_oid', 64],
  ['email', 100],
  ['payment_amount', 15],
  ['user_basket', 100_000],
  ['no_installment', 1],
  ['max_installment', 2],
  ['paytr_token', 100],
  ['user_name', 60],
  ['user_address', 400],
  ['user_phone', 20],
  ['merchant_ok_url', 400],
  ['merchant_fail_url', 400],
];

const FIELD_RULES: readonly [string, (value: string) => boolean][] = [
  ['user_ip', (value) => isIP(value) !== 0],
  // No Turkish letters: PayTR takes ASCII only.
  ['email', (value) => /^[\x21-\x7e]+@[\x21-\x7e]+\.[\x21-\x7e]+$/.test(value)],
  ['user_basket', (value) => readBasket(value) !== undefined],
  ['no_installment', (value) => /^[01]$/.test(value)],
  // PayTR's list has no 1: a single payment is requested by no_installment=1.
  ['max_installment', (value) => /^(0|[2-9]|1[0-2])$/.test(value)],
  ['currency', (value) => ['', 'TL', 'TRY', 'EUR', 'USD', 'GBP', 'RUB'].includes(value)],
  ['test_mode', isFlag],
  ['debug_on', isFlag],
  ['iframe_v2', isFlag],
  ['iframe_v2_dark', isFlag],
  ['timeout_limit', (value) => /^(|[1-9]\d{0,4})$/.test(value)],
  ['lang', (value) => ['', 'tr', 'en'].includes(value)],
  ['merchant_ok_url', isWebAddress],
  ['merchant_fail_url', isWebAddress],
];

/**
 * PayTR's refusal of these get-token fields, in its own words where they are known. Undefined when PayTR
 * takes them. Source: dev.paytr.com, iFrame API step 1, and the refusals that integrators have published.
 */
export function refuseToken(store: SandboxStore, fields: Record<string, string>): string | undefined {
  const value = (name: string): string => fields[name] ?? '';
  if (value('merchant_id') !== store.merchantId) return INVALID_REQUEST;
  const missing = MANDATORY.find(([name, most]) => value(name).trim() === '' || value(name).length > most);
  if (missing) return invalidField(missing[0]);
  if (!/^[A-Za-z0-9]+$/.test(value('merchant_oid'))) {
    return 'merchant_oid alfanumerik olmalidir, ozel karakter iceremez';
  }
  const amount = value('payment_amount');
  if (!/^-?\d+$/.test(amount)) return 'payment_amount degeri integer olmalidir';
  if (Number(amount) < 100) return `payment_amount değeri en az 100 olmalıdır. gönderilen:${amount}`;
  const broken = FIELD_RULES.find(([name, holds]) => !holds(value(name)));
  if (broken) return invalidField(broken[0]);
  // PayTR says "token" when the payer's address cannot be a payer's.
  if (!isPublicAddress(value('user_ip'))) return INVALID_TOKEN;
  return value('paytr_token') === expectedTokenHash(store, fields) ? undefined : INVALID_TOKEN;
}

function invalidField(name: string): string {
  return `Zorunlu alan degeri gecersiz veya gonderilmedi (get-token): ${name}`;
}

function isFlag(value: string): boolean {
  return ['', '0', '1'].includes(value);
}

function isWebAddress(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value);
}
