import { describeFault, readBounded } from '../../../outside-answer.ts';

/** The bytes of a reply, or why there are none. */
type AuthorityAnswer = { ok: true; reply: Buffer } | { ok: false; problem: string };

/** A reply has some 2 to 8 kB: the stamp and a chain of certificates. */
const REPLY_BYTES_MAX = 65_536;

/**
 * Sends a question to an authority (RFC 3161, 3.4). A user and password in the address go as basic
 * authentication. Never throws, and follows no redirect.
 */
export async function askAuthority(
  address: string,
  query: Buffer,
  timeoutSeconds: number,
): Promise<AuthorityAnswer> {
  const { url, headers } = readAddress(address);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/timestamp-query' },
      body: new Uint8Array(query),
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000)),
    });
    if (response.status !== 200) return { ok: false, problem: `HTTP ${String(response.status)}` };
    const reply = await readBounded(response, REPLY_BYTES_MAX);
    return reply === null ? { ok: false, problem: 'an answer that is too long' } : { ok: true, reply };
  } catch (error) {
    return { ok: false, problem: describeFault(error, timeoutSeconds) };
  }
}

function readAddress(address: string): { url: string; headers: Record<string, string> } {
  const url = new URL(address);
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  url.username = '';
  url.password = '';
  if (user === '') return { url: url.href, headers: {} };
  const basic = Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64');
  return { url: url.href, headers: { authorization: `Basic ${basic}` } };
}
