import { createHmac } from 'node:crypto';
import { createPaytrSandbox, type PaytrSandbox } from '../../scripts/paytr-sandbox/server.ts';
import { createPaytr, type Paytr } from '../../src/billing/paytr/paytr.ts';

/** The invented store of every test, unknown to PayTR. */
export const FAKE_STORE = {
  merchantId: '123456',
  merchantKey: 'kTest7Yq2Lw9Rx4B',
  merchantSalt: 'sTest3Nf8Ua5Vc1Z',
} as const;

/**
 * Settings that differ between tests. Without a `callbackUrl` no notification arrives until `setCallbackUrl`.
 */
/** How the gateway of a test behaves. */
export interface FakePaytrOptions {
  callbackUrl?: string;
  /** Whether the client asks for test payments; default true. */
  testMode?: boolean;
  timeoutSeconds?: number;
  clock?: () => Date;
  /** The seed of a bad day of the gateway. */
  chaosSeed?: number;
}

/** A PayTR for one test: the listening sandbox, and a client with matching credentials. */
export interface FakePaytr {
  url: string;
  store: typeof FAKE_STORE;
  sandbox: PaytrSandbox;
  paytr: Paytr;
  setCallbackUrl: (url: string) => void;
  close: () => Promise<void>;
}

/**
 * Starts a sandbox on a free port. Its clock moves only by `sandbox.tick()`, so nothing happens unseen by a
 * test.
 */
export async function startFakePaytr(options: FakePaytrOptions = {}): Promise<FakePaytr> {
  let callbackUrl = options.callbackUrl ?? '';
  const sandbox = createPaytrSandbox({
    ...FAKE_STORE,
    callbackUrl: () => callbackUrl,
    ticking: false,
    ...(options.clock && { clock: options.clock }),
    ...(options.chaosSeed !== undefined && { chaosSeed: options.chaosSeed }),
  });
  const { url, close } = await sandbox.listen(0);
  const paytr = createPaytr({
    ...FAKE_STORE,
    baseUrl: url,
    testMode: options.testMode ?? true,
    timeoutSeconds: options.timeoutSeconds ?? 5,
    refundTimeoutSeconds: options.timeoutSeconds ?? 5,
  });
  const setCallbackUrl = (newUrl: string): void => {
    callbackUrl = newUrl;
  };
  return { url, store: FAKE_STORE, sandbox, paytr, setCallbackUrl, close };
}

/**
 * A signed urlencoded callback body for `FAKE_STORE`, to post straight at the app. `fields` are signed as
 * given; a success gets `payment_amount` (its total) and `currency` (TL) unless they are given. `overrides`
 * apply after signing: a text replaces or adds a field, undefined removes it.
 */
export function signedCallback(
  fields: { merchant_oid: string; total_amount: string; [name: string]: string },
  overrides: Record<string, string | undefined> = {},
): string {
  const status = fields['status'] ?? 'success';
  const signed: Record<string, string> = {
    status,
    payment_type: 'card',
    ...(status === 'success' && {
      payment_amount: fields.total_amount,
      currency: 'TL',
      installment_count: '1',
    }),
    ...fields,
  };
  const message = fields.merchant_oid + FAKE_STORE.merchantSalt + status + fields.total_amount;
  const hash = createHmac('sha256', FAKE_STORE.merchantKey).update(message).digest('base64');
  const posted: Record<string, string | undefined> = { hash, ...signed, ...overrides };
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(posted)) {
    if (value !== undefined) body.append(name, value);
  }
  return body.toString();
}
