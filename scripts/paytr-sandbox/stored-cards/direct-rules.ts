import { isIP } from 'node:net';
import { isPublicAddress } from '../../../src/billing/checkout/public-address.ts';
import { readBasket } from '../basket.ts';
import type { SandboxStore } from '../signatures.ts';
import { expectedDirectHash } from './card-hashes.ts';

const INVALID_REQUEST = 'Gecersiz istek veya magaza aktif degil';
const INVALID_TOKEN = 'paytr_token gonderilmedi veya gecersiz';

const isFlag = (value: string): boolean => ['', '0', '1'].includes(value);
const isWebAddress = (value: string): boolean =>
  value.length <= 400 && /^https?:\/\//.test(value) && URL.canParse(value);
const CARD_TYPES = 'advantage axess combo bonus cardfinans maximum paraf world saglamkart'.split(' ');

// Each field with what it may be. An optional one may be empty.
const RULES: readonly [string, (value: string) => boolean][] = [
  ['user_ip', (value) => isIP(value) !== 0],
  ['merchant_oid', (value) => /^[A-Za-z0-9]{1,64}$/.test(value)],
  ['email', (value) => value.length <= 100 && /^[\x21-\x7e]+@[\x21-\x7e]+\.[\x21-\x7e]+$/.test(value)],
  // The documentation and its samples have major units with a dot here.
  ['payment_amount', (value) => /^\d{1,12}(\.\d{1,2})?$/.test(value) && readMajor(value) >= 100],
  ['payment_type', (value) => value === 'card'],
  ['installment_count', (value) => /^(0|[2-9]|1[0-2])$/.test(value)],
  ['currency', (value) => ['', 'TL', 'TRY', 'EUR', 'USD', 'GBP', 'RUB'].includes(value)],
  ['test_mode', isFlag],
  ['non_3d', (value) => ['0', '1'].includes(value)],
  ['non3d_test_failed', isFlag],
  ['store_card', isFlag],
  ['recurring_payment', isFlag],
  ['sync_mode', isFlag],
  ['debug_on', isFlag],
  ['client_lang', (value) => ['', 'tr', 'en'].includes(value)],
  ['card_type', (value) => value === '' || CARD_TYPES.includes(value)],
  ['user_basket', (value) => readPlainBasket(value) !== undefined],
  ['user_name', (value) => value.trim() !== '' && value.length <= 60],
  ['user_address', (value) => value.trim() !== '' && value.length <= 400],
  ['user_phone', (value) => value.trim() !== '' && value.length <= 20],
  ['merchant_ok_url', isWebAddress],
  ['merchant_fail_url', isWebAddress],
];

/**
 * PayTR's refusal of a payment by the Direct API; undefined when it is taken. The wording is ours. Source:
 * dev.paytr.com/direkt-api/direkt-api-1-adim and …/kayitli-kart-tekrarlayan-odeme.
 */
export function refuseDirect(store: SandboxStore, fields: Record<string, string>): string | undefined {
  const value = (name: string): string => fields[name] ?? '';
  if (value('merchant_id') !== store.merchantId) return INVALID_REQUEST;
  const broken = RULES.find(([name, holds]) => !holds(value(name)));
  if (broken) return `Zorunlu alan degeri gecersiz veya gonderilmedi: ${broken[0]}`;
  if (!isPublicAddress(value('user_ip'))) return INVALID_TOKEN;
  if (value('paytr_token') !== expectedDirectHash(store, fields)) return INVALID_TOKEN;
  if (value('recurring_payment') !== '1') return undefined;
  if (value('non_3d') !== '1') return 'recurring_payment icin non_3d 1 olmalidir';
  return value('utoken') === '' || value('ctoken') === '' ? 'utoken ve ctoken gonderilmedi' : undefined;
}

/** The order in the words of get-token, whose transactions these become. */
export function asTokenFields(fields: Record<string, string>): Record<string, string> {
  return {
    ...fields,
    payment_amount: String(readMajor(fields['payment_amount'] ?? '')),
    user_basket: Buffer.from(fields['user_basket'] ?? '').toString('base64'),
    no_installment: '1',
    lang: fields['client_lang'] ?? '',
  };
}

// The basket is the JSON itself here, without base64.
function readPlainBasket(text: string): ReturnType<typeof readBasket> {
  return readBasket(Buffer.from(text).toString('base64'));
}

// "120.50" as 12050, computed from the digits, without floats.
function readMajor(text: string): number {
  const [whole = '0', cents = ''] = text.split('.');
  return Number(whole + cents.padEnd(2, '0'));
}
