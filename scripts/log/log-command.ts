import { parseArgs } from 'node:util';
import type { Knex } from 'knex';
import type { RequestContext } from '../../src/audit/request-context.ts';
import type { Config } from '../../src/config/config.ts';
import { readMessage } from '../../src/mail/read-message.ts';
import { checkLogs } from '../../src/transparency/check/check-logs.ts';
import { compareHead, type Comparison } from '../../src/transparency/heads/outside/compare-head.ts';
import { describeHalt } from '../../src/transparency/heads/outside/describe-halt.ts';
import { findNotes } from '../../src/transparency/heads/outside/find-notes.ts';
import { haltPublishing } from '../../src/transparency/heads/outside/halt-publishing.ts';
import { listOpenHalts } from '../../src/transparency/heads/outside/queries.ts';
import { resumePublishing } from '../../src/transparency/heads/outside/resume-publishing.ts';
import { findHead, findLog } from '../../src/transparency/queries.ts';
import { changeKey } from '../../src/transparency/sequence/change-key.ts';
import { logSigner } from '../../src/transparency/sequence/log-signer.ts';

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
                                       that is written down for good, and that every later proof shows.`;

/** A fault that the caller can mend: one line, no stack. Exit code 2 for a wrong call, 1 for a refusal. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const commands = ['head', 'check', 'keys', 'new-key', 'rotate', 'compare', 'resume', 'help'] as const;

/** A parsed call. */
interface LogCall {
  command: (typeof commands)[number];
  reason: string | undefined;
}

interface Terminal {
  say(line: string): void;
  readInput(): Promise<Buffer>;
  showProgress(done: number, total: number): void;
  config: Pick<Config, 'transparency'>;
}

/** The shortest reason that the database takes, in characters. */
const REASON_MIN = 10;

/** Parses the arguments of a call. Throws `CommandError` for a wrong one. */
export function readLogCall(args: string[]): LogCall {
  const { values, positionals } = parseWords(args);
  const [word, ...rest] = positionals;
  const command = commands.find((known) => known === word);
  if (command === undefined) throw new CommandError(USAGE, 2);
  if (rest.length > 0) throw new CommandError(`too many words: ${rest.join(' ')}\n\n${USAGE}`, 2);
  return { command, reason: values.reason };
}

/** Runs the command and returns the exit code. Throws `CommandError` when it is refused. */
export async function runLogCommand(
  db: Knex,
  context: RequestContext,
  call: LogCall,
  terminal: Terminal,
): Promise<number> {
  switch (call.command) {
    case 'compare':
      return compare(db, context, terminal);
    case 'resume':
      return resume(db, context, call, terminal);
    case 'check':
      return check(db, context, terminal);
    case 'head':
      return head(db, terminal);
    case 'keys':
      return keys(db, terminal);
    case 'rotate':
      return rotate(db, context, terminal);
    default:
      terminal.say(USAGE);
      return 0;
  }
}

async function check(db: Knex, context: RequestContext, terminal: Terminal): Promise<number> {
  const signer = logSigner(terminal.config);
  const { leaves, faults, faultCount, late } = await checkLogs(db, context, {
    signer,
    onProgress: terminal.showProgress,
  });
  for (const { origin, fault, index, type, recordId } of faults)
    terminal.say(
      `${fault}: ${origin}, index ${String(index)}${type === undefined ? '' : `, ${type} ${String(recordId)}`}`,
    );
  if (faultCount > faults.length) terminal.say(`and ${String(faultCount - faults.length)} more`);
  if (late > 0)
    terminal.say(`${String(late)} rows of evidence had no leaf and got one now: ask where they come from`);
  terminal.say(
    faultCount === 0
      ? `${String(leaves)} records verified: each is as it was when it was signed.`
      : `${String(leaves)} records looked at, ${String(faultCount)} faults.`,
  );
  return faultCount === 0 ? 0 : 1;
}

async function head(db: Knex, terminal: Terminal): Promise<number> {
  const newest = (await findHead(db, null))?.newest;
  if (newest === undefined) throw new CommandError('the platform has no signed checkpoint yet');
  terminal.say(newest.note.trimEnd());
  return 0;
}

async function keys(db: Knex, terminal: Terminal): Promise<number> {
  const log = await findLog(db, null);
  if (log === undefined) throw new CommandError('the platform has no log yet');
  const signer = logSigner(terminal.config);
  for (const vkey of signer.vkeysOf(signer.originOf(log.log_uuid))) terminal.say(vkey);
  return 0;
}

async function rotate(db: Knex, context: RequestContext, terminal: Terminal): Promise<number> {
  const change = await changeKey(db, context, logSigner(terminal.config));
  if (!change.ok) throw new CommandError(change.why, 2);
  terminal.say(`The change from ${change.from} to ${change.to} is in the platform's log.`);
  terminal.say('Remove the old key from LOG_SIGNING_KEYS once everybody who verifies has the new one.');
  return 0;
}

async function compare(db: Knex, context: RequestContext, terminal: Terminal): Promise<number> {
  const signer = logSigner(terminal.config);
  const input = await terminal.readInput();
  const { text } = await readMessage(input);
  const notes = [...new Set([...findNotes(input.toString('utf8')), ...findNotes(text)])];
  if (notes.length === 0) throw new CommandError('there is no signed checkpoint in the input', 2);
  let exitCode = 0;
  for (const note of notes) {
    const compared = await compareHead(db, signer, note);
    terminal.say(await judge(db, context, compared, note));
    if (compared.verdict !== 'same') exitCode = 1;
  }
  return exitCode;
}

async function judge(db: Knex, context: RequestContext, compared: Comparison, note: string): Promise<string> {
  if (compared.verdict === 'not_ours') return 'not ours: a checkpoint of a log of another host';
  const { origin, size, root } = compared.checkpoint;
  const name = `${origin}, ${String(size)} records`;
  if (compared.verdict === 'same') return `same: ${name}: the log here begins with them`;
  if (compared.verdict === 'unsigned')
    return `unsigned: ${name}: does not fit, but no key of the log has signed it, so it shows nothing`;
  const { verdict, ownSize } = compared;
  const misfit = { found_in: 'mail' as const, verdict, origin, size, root, note, own_size: ownSize };
  const isHalted = await haltPublishing(db, context, misfit);
  return `${verdict.replace('_', ' ')}: ${isHalted ? describeHalt(misfit) : `${name}: a known loss`}`;
}

async function resume(
  db: Knex,
  context: RequestContext,
  { reason }: LogCall,
  terminal: Terminal,
): Promise<number> {
  const halts = await listOpenHalts(db);
  if (halts.length === 0) {
    terminal.say('Nothing stops the publishing.');
    return 0;
  }
  for (const halt of halts) terminal.say(`${halt.halted_at.toISOString()}  ${describeHalt(halt)}`);
  if (reason === undefined) return 1;
  if (reason.trim().length < REASON_MIN || reason.length > 2000)
    throw new CommandError('--reason says in a sentence why the publishing may go on', 2);
  await resumePublishing(db, context, { reason: reason.trim() });
  terminal.say('Checkpoints are published again. The decision is written down in the platform’s log.');
  return 0;
}

function parseWords(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { reason: { type: 'string' } } });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2);
  }
}
