import { z } from 'zod';
import { describeFault, readBounded } from '../../outside-answer.ts';
import { boundedText } from '../../storable-text.ts';

/** The integrator's address and key, and how long an answer may take. Only tests replace `fetch`. */
interface IntegratorConnection {
  url: string;
  token: string;
  timeoutSeconds: number;
  fetch?: typeof fetch;
}

/**
 * The integrator's answer about an invoice. `unknown`: it has none with that ETTN. `no-answer`: nobody knows
 * whether it has got it.
 */
export type IntegratorAnswer =
  | { state: 'issued'; number: string; issuedOn: string; isDelivered: boolean }
  | { state: 'working' | 'unknown' }
  | { state: 'refused' | 'no-answer'; reason: string };

/**
 * The integrator behind the interface that README.md describes. An ETTN names one invoice, however often it
 * is sent.
 */
export interface Integrator {
  send(ettn: string, xml: string): Promise<IntegratorAnswer>;
  find(ettn: string): Promise<IntegratorAnswer>;
  /** The invoice as issued. Null when it could not be had. */
  download(ettn: string, kind: 'pdf' | 'xml'): Promise<Buffer | null>;
}

const answer = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('issued'),
    number: z.string().regex(/^[A-Z0-9]{3}20\d{11}$/),
    issued_on: z.iso.date(),
    delivered: z.boolean().default(false),
  }),
  z.object({ state: z.literal('working') }),
  z.object({ state: z.literal('refused'), reason: z.string().min(1) }),
  z.object({ state: z.literal('unknown') }),
]);

/** An answer has some hundred bytes, a file less than what the table of files takes. */
const ANSWER_BYTES_MAX = 65_536;
const FILE_BYTES_MAX = 5 * 1024 * 1024;
const REASON_MAX = 300;

/** Makes the client, which follows no redirect. A fault of the network is an answer, never an error. */
export function createIntegrator(connection: IntegratorConnection): Integrator {
  return {
    send: (ettn, xml) => ask(connection, ettn, { method: 'PUT', body: xml }),
    find: (ettn) => ask(connection, ettn, { method: 'GET' }),
    download: async (ettn, kind) => {
      const got = await call(connection, `${ettn}/${kind}`, { method: 'GET' }, FILE_BYTES_MAX);
      return got.ok && got.status === 200 ? got.body : null;
    },
  };
}

async function ask(
  connection: IntegratorConnection,
  ettn: string,
  request: { method: string; body?: string },
): Promise<IntegratorAnswer> {
  const got = await call(connection, ettn, request, ANSWER_BYTES_MAX);
  if (!got.ok) return { state: 'no-answer', reason: got.reason };
  const read = answer.safeParse(toJson(got.body.toString('utf8')));
  if (!read.success || got.status >= 500) {
    const text = `HTTP ${String(got.status)}: ${got.body.toString('utf8')}`;
    return { state: 'no-answer', reason: boundedText(text, REASON_MAX) };
  }
  const { data } = read;
  if (data.state === 'refused') return { state: 'refused', reason: boundedText(data.reason, REASON_MAX) };
  if (data.state !== 'issued') return data;
  const { number, issued_on: issuedOn, delivered: isDelivered } = data;
  return number.slice(3, 7) === issuedOn.slice(0, 4)
    ? { state: 'issued', number, issuedOn, isDelivered }
    : { state: 'no-answer', reason: `${number} is not of the year of ${issuedOn}` };
}

type Got = { ok: true; status: number; body: Buffer } | { ok: false; reason: string };

async function call(
  { url, token, timeoutSeconds, fetch: send = fetch }: IntegratorConnection,
  path: string,
  { method, body }: { method: string; body?: string },
  bytesMax: number,
): Promise<Got> {
  try {
    const response = await send(`${url.replace(/\/+$/, '')}/v1/invoices/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/xml' } : {}) },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000)),
    });
    const bytes = await readBounded(response, bytesMax);
    return bytes === null
      ? { ok: false, reason: 'an answer that is too long' }
      : { ok: true, status: response.status, body: bytes };
  } catch (error) {
    return { ok: false, reason: describeFault(error, timeoutSeconds) };
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
