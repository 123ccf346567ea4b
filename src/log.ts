import { pino, type Logger } from 'pino';

export type Log = Logger;

/** What must never be printed, wherever it sits in a logged object (also one level down). */
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

/** Creates the JSON logger on stdout. Secrets are replaced by "[redacted]", see `NEVER_PRINTED`. */
export function createLog(options: { level: string }): Log {
  return pino({
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
  });
}
