import { STATUS_CODES } from 'node:http';
import { formatFor } from '../format.ts';

/** Node's codes for requests that it cannot read. Source: Node's `http`, event `clientError`, and llhttp. */
const statusByCode: Record<string, UnreadableStatus> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

type UnreadableStatus = 400 | 408 | 413 | 431;

/** The status for an error of the event `clientError`. */
export function unreadableStatus(error: Error): UnreadableStatus {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return statusByCode[code] ?? 400;
}

/**
 * The whole answer, head and body, one character a byte (Latin-1); the connection is closed after it. The
 * text is in both languages, since the header with the reader's language could not be read.
 */
export function unreadableAnswer(status: UnreadableStatus): string {
  const text = (['en', 'tr'] as const)
    .map((locale) => `${formatFor(locale).t(`errors.unreadable${status}`)}\n`)
    .join('');
  const body = Buffer.from(text, 'utf8').toString('latin1');
  return [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${String(body.length)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
