import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

// Loaded before the server: production talks to its gateway by https only, so questions to its address are
// led to the stand-in beside the benchmark (`gateway-stand-in.ts`). Their HTTP stays in the measured time.
const near = process.env['BENCH_GATEWAY_URL'];
const far = process.env['PAYTR_BASE_URL'];
const agent = new http.Agent({ keepAlive: true });
const original = https.request as (
  url: string,
  options: http.RequestOptions,
  ...rest: []
) => http.ClientRequest;

const request: typeof original = (url, options, ...rest) =>
  far !== undefined && url.startsWith(far)
    ? http.request(`${String(near)}${url.slice(far.length)}`, { ...options, agent }, ...rest)
    : original(url, options, ...rest);

https.request = request as typeof https.request;
syncBuiltinESMExports();
