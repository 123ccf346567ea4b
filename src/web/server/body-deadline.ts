import type { IncomingMessage } from 'node:http';

/**
 * A property of the request instead of a WeakMap: V8 keeps what a WeakMap refers to until its next full
 * collection.
 */
const DEADLINE = Symbol('body deadline');

type Request = IncomingMessage & { [DEADLINE]?: NodeJS.Timeout };

/**
 * Calls `onLate` when the body of a request is not complete after so many milliseconds. Replaces Node's
 * `requestTimeout`, which has one limit for the whole server: an upload to a workspace may take hours.
 */
export function setBodyDeadline(req: IncomingMessage, ms: number, onLate: () => void): void {
  clearBodyDeadline(req);
  if (req.complete || !hasBody(req)) return;
  const timer = setTimeout(() => {
    if (!req.complete) onLate();
  }, ms);
  (req as Request)[DEADLINE] = timer.unref();
  req.once('close', () => {
    clearTimeout(timer);
  });
}

/** Removes the deadline, for a body with no limit or another one. */
export function clearBodyDeadline(req: IncomingMessage): void {
  clearTimeout((req as Request)[DEADLINE]);
}

/** True for a request that announces a body (RFC 9112, section 6). */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0);
}
