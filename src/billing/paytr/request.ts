import { boundedText } from '../../storable-text.ts';
import { hideCardNumbers } from './card-numbers.ts';
import { postForm, type PostForm } from './post-form.ts';

/**
 * Why there is no usable answer from PayTR. `gatewayMessage` is for the log and the audit trail, at most 500
 * characters.
 */
export interface NoAnswer {
  ok: false;
  reason: 'unreachable' | 'timeout' | 'unreadable';
  gatewayMessage: string;
  /** Set when no connection came about, so that PayTR cannot have got the call. */
  neverSent?: true;
}

/** PayTR's address and how long an answer may take. Only tests replace `post`. */
export interface PaytrConnection {
  baseUrl: string;
  timeoutSeconds?: number;
  post?: PostForm;
}

/** Longest gateway message that is kept, in characters. */
export const GATEWAY_MESSAGE_LENGTH = 500;

// PayTR's own get-token samples wait this long.
const DEFAULT_TIMEOUT_SECONDS = 20;
// Faults of the network before a connection is there.
const NEVER_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];
// PayTR's answers have a few hundred bytes. A longer answer comes from something else.
const MAX_ANSWER_LENGTH = 65_536;

/**
 * Posts `fields` to PayTR and returns the JSON object of the answer, whatever the HTTP status: PayTR decides
 * by the JSON `status` (iFrame API, step 1). Never throws for a fault of the network or the gateway, and
 * follows no redirect. An answer longer than `maxLength` characters is cut, and so cannot be read. A whole
 * card number in it is hidden (`hideCardNumbers`). An array becomes `{ list }`.
 */
export async function postToPaytr(
  connection: PaytrConnection,
  path: string,
  fields: Record<string, string>,
  maxLength = MAX_ANSWER_LENGTH,
): Promise<{ ok: true; answer: Record<string, unknown>; text: string } | NoAnswer> {
  const { baseUrl, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, post = postForm } = connection;
  const timeoutMs = Math.ceil(timeoutSeconds * 1000);
  try {
    const { status, text } = await post(paytrUrl(baseUrl, path), new URLSearchParams(fields), {
      timeoutMs,
      maxLength,
    });
    return readAnswer(status, text);
  } catch (error) {
    return withoutAnswer(error, timeoutSeconds);
  }
}

/** An address at the gateway; `baseUrl` may or may not end in a slash. */
export function paytrUrl(baseUrl: string, path: string): string {
  return baseUrl.replace(/\/+$/, '') + path;
}

/**
 * A value of PayTR's JSON as text, since PayTR quotes some numbers and not others. Undefined when there is
 * none.
 */
export function answerText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

function readAnswer(
  httpStatus: number,
  received: string,
): { ok: true; answer: Record<string, unknown>; text: string } | NoAnswer {
  const text = hideCardNumbers(received);
  const unreadable: NoAnswer = {
    ok: false,
    reason: 'unreadable',
    gatewayMessage: boundedText(`HTTP ${String(httpStatus)}: ${text}`, GATEWAY_MESSAGE_LENGTH),
  };
  try {
    const answer: unknown = JSON.parse(received, hideInValue);
    if (Array.isArray(answer)) return { ok: true, answer: { list: answer }, text };
    return isRecord(answer) ? { ok: true, answer, text } : unreadable;
  } catch {
    return unreadable;
  }
}

/** Numbers as well: hidden within the text, one would leave no JSON. */
function hideInValue(_name: string, value: unknown): unknown {
  if (typeof value === 'string') return hideCardNumbers(value);
  if (typeof value !== 'number') return value;
  const text = String(value);
  const hidden = hideCardNumbers(text);
  return hidden === text ? value : hidden;
}

function withoutAnswer(error: unknown, timeoutSeconds: number): NoAnswer {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return {
      ok: false,
      reason: 'timeout',
      gatewayMessage: `No answer within ${String(timeoutSeconds)} seconds`,
    };
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  return {
    ok: false,
    reason: 'unreachable',
    gatewayMessage: boundedText(message, GATEWAY_MESSAGE_LENGTH),
    ...(neverConnected(error) ? { neverSent: true as const } : {}),
  };
}

/** An attempt at several addresses at once fails with the faults of all of them. */
function neverConnected(fault: unknown): boolean {
  if (fault instanceof AggregateError && fault.errors.length > 0) return fault.errors.every(neverConnected);
  return (
    fault instanceof Error &&
    'code' in fault &&
    typeof fault.code === 'string' &&
    NEVER_CONNECTED.includes(fault.code)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
