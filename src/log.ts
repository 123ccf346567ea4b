import { pino, type Logger } from 'pino';
import { createLogOutput } from './log-output.ts';
import type { Metrics } from './metrics.ts';

export type Log = Logger;

/** Names whose values are never printed, at the top of a logged object and one level down. */
const NEVER_PRINTED = [
  'password',
  'password_hash',
  'token',
  'hash',
  'paytr_token',
  'merchantKey',
  'merchantSalt',
  'cookie',
  'authorization',
  '_csrf',
  'sessionSecret',
  'card_number',
  'cvv',
];

/**
 * Creates the JSON logger on stdout, which replaces secrets by "[redacted]" (see `NEVER_PRINTED`). Lines that
 * cannot be written are counted in `log_lines_lost_total`. Once writing works again, a line says how many
 * were lost.
 */
export function createLog(options: { level: string; metrics?: Pick<Metrics, 'logLinesLost'> }): Log {
  const output = createLogOutput({
    onLost: () => options.metrics?.logLinesLost.inc(),
    onWorking: (lostLines) => {
      log.warn({ lostLines }, 'log lines were lost: they could not be written');
    },
  });
  const log = pino(
    {
      level: options.level,
      redact: {
        paths: [
          ...NEVER_PRINTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
          'req.headers.cookie',
          'req.headers.authorization',
          'res.headers["set-cookie"]',
        ],
        censor: '[redacted]',
      },
    },
    output,
  );
  return log;
}
