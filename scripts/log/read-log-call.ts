import { parseArgs } from 'node:util';
import { CommandError } from '../command-error.ts';

/** The text that a wrong call or `help` prints. */
export const USAGE = `The transparency log: see src/transparency/README.md.

  npm run log -- head                  prints the newest checkpoint of the platform's log.
  npm run log -- check                 verifies every log and every row of evidence against it. Exits with 1
                                       when something was changed, put in or taken away.
  npm run log -- keys                  prints the public keys of the platform's log, newest first.
  npm run log -- new-key               prints a new private key for LOG_SIGNING_KEYS.
  npm run log -- rotate                writes the change from the second key of LOG_SIGNING_KEYS to the first
                                       into the platform's log, signed by both.

  npm run log -- compare < mail.eml    compares the checkpoints in a mail, a text or a file of heads with the
                                       log here. One that does not fit stops the publishing, and exits with 1.
  npm run log -- resume [--reason "…"] shows what stops the publishing. With a reason it goes on: a decision
                                       that is written down for good, in the platform's log as well.`;

const commands = ['head', 'check', 'keys', 'new-key', 'rotate', 'compare', 'resume', 'help'] as const;

/** A parsed call. */
export interface LogCall {
  command: (typeof commands)[number];
  reason: string | undefined;
}

/** Parses the arguments of a call. Throws `CommandError` for a wrong one. */
export function readLogCall(args: string[]): LogCall {
  const { values, positionals } = parseWords(args);
  const [word, ...rest] = positionals;
  const command = commands.find((known) => known === word);
  if (command === undefined) throw new CommandError(USAGE, 2);
  if (rest.length > 0) throw new CommandError(`too many words: ${rest.join(' ')}\n\n${USAGE}`, 2);
  return { command, reason: values.reason };
}

function parseWords(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { reason: { type: 'string' } } });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2);
  }
}
