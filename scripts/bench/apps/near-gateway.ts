// Loaded before the server: production talks to its gateway by https only, so questions to its address are
// led to the stand-in beside the benchmark (`gateway-stand-in.ts`). Their HTTP stays in the measured time.
const near = process.env['BENCH_GATEWAY_URL'];
const far = process.env['PAYTR_BASE_URL'];
const original = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const isQuestion = typeof input === 'string' && far !== undefined && input.startsWith(far);
  return original(isQuestion ? `${String(near)}${input.slice(far.length)}` : input, init);
};
