import autocannon from 'autocannon';
import type { Latency } from './outcome.ts';
import { percentile } from './statistics.ts';

/** The result of a load. */
interface LoadResult {
  answers: number;
  answersPerSecond: number;
  /** The time of each answer, in milliseconds. */
  latenciesMs: number[];
}

/**
 * Keeps as many connections busy as `requests` has lists, each going through its own list again and again.
 * Throws when an answer has another status than `expectedStatus`, or none came: a refusal is quick and would
 * look like a success.
 */
export async function runLoad(options: {
  url: string;
  seconds: number;
  expectedStatus: number;
  requests: autocannon.Request[][];
}): Promise<LoadResult> {
  const { url, seconds, expectedStatus, requests } = options;
  const lists = [...requests];
  const latenciesMs: number[] = [];
  const others = new Map<number, number>();
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        duration: seconds,
        connections: requests.length,
        setupClient: (client) => {
          const list = lists.shift();
          if (list !== undefined) client.setRequests(list);
        },
      },
      (error: unknown, done) => {
        if (error instanceof Error) reject(error);
        else resolve(done);
      },
    );
    instance.on('response', (_client, status, _bytes, responseMs) => {
      if (status === expectedStatus) latenciesMs.push(responseMs);
      else others.set(status, (others.get(status) ?? 0) + 1);
    });
  });
  if (latenciesMs.length === 0 || others.size > 0 || result.errors > 0 || result.timeouts > 0) {
    throw new Error(
      `${url}: ${String(latenciesMs.length)} answers, ${String(result.errors)} errors, ${String(result.timeouts)} time-outs, unexpected answers ` +
        JSON.stringify(Object.fromEntries(others)),
    );
  }
  return {
    answers: latenciesMs.length,
    answersPerSecond: latenciesMs.length / result.duration,
    latenciesMs,
  };
}

/** The median and the 99th percentile. */
export function latencyOf(latenciesMs: readonly number[]): Latency {
  return { p50: percentile(latenciesMs, 50), p99: percentile(latenciesMs, 99) };
}
