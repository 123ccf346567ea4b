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
import { listKeys } from '../../src/transparency/sequence/list-keys.ts';
import { logSigner } from '../../src/transparency/sequence/log-signer.ts';
import { CommandError } from '../command-error.ts';
import { USAGE, type LogCall } from './read-log-call.ts';

interface Terminal {
  say(line: string): void;
  readInput(): Promise<Buffer>;
  showProgress(done: number, total: number): void;
  config: Pick<Config, 'transparency'>;
}

/** The shortest reason that the database takes, in characters. */
const REASON_MIN = 10;

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
  for (const vkey of await listKeys(db, signer, signer.originOf(log.log_uuid))) terminal.say(vkey);
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
