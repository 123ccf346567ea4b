import { request } from 'node:http';
import type { Browser } from './browser.ts';

/** How a download went, seen from its reader. */
interface Download {
  totalMs: number;
  firstByteMs: number;
  bytes: number;
}

/**
 * Reads a page or file to its end as quickly as it comes. Throws when it is refused or cut off. `endsWith` is
 * what a whole one ends with.
 */
export function download(url: string, browser: Browser, endsWith = ''): Promise<Download> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let [firstByteMs, bytes, end] = [Number.NaN, 0, ''];
    const get = request(url, { headers: browser.headers, agent: false }, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        if (bytes === 0) firstByteMs = performance.now() - startedAt;
        bytes += chunk.length;
        end = (end + chunk.subarray(-32).toString('latin1')).slice(-32);
      });
      answer.once('error', reject);
      answer.once('end', () => {
        const isWhole = answer.statusCode === 200 && end.trimEnd().endsWith(endsWith);
        if (isWhole) resolve({ totalMs: performance.now() - startedAt, firstByteMs, bytes });
        else
          reject(
            new Error(`${url} answered ${String(answer.statusCode)} and ended with ${JSON.stringify(end)}`),
          );
      });
    });
    get.once('error', reject);
    get.end();
  });
}
