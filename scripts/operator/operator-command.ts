import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Knex } from 'knex';
import type { z } from 'zod';
import type { RequestContext } from '../../src/audit/request-context.ts';
import { createOperator } from '../../src/people/create-operator.ts';
import { deactivateOperator } from '../../src/people/deactivate-operator.ts';
import { makeOperatorLink } from '../../src/people/password/make-operator-link.ts';
import { resetLink } from '../../src/people/password/password-mails.ts';
import { formErrors } from '../../src/web/form-errors.ts';
import { emailAddress, newPassword } from '../../src/auth/input.ts';
import { acceptInvitationForm } from '../../src/people/input.ts';
import { listOperators } from '../../src/people/operator-queries.ts';
import { formatFor } from '../../src/web/format.ts';
import { CommandError } from '../command-error.ts';

/** The text that a wrong call or `help` prints. */
export const USAGE = `Operators are the platform's own staff. They see every company and exist only by this command.

  npm run operator -- create <email> [--name "Full name"] [--locale tr|en] [--password-stdin]
  npm run operator -- list
  npm run operator -- new-password <email>
  npm run operator -- deactivate <email>

create prints a random password once, or takes one from standard input. At the first sign-in the operator sets
up a second factor (an authenticator app or a passkey); before that, nothing else opens. new-password
prints a link that is good once, for an hour: the way back for an operator who forgot the password or whose account was locked. The
database is DATABASE_URL, else the embedded one that "npm start" made; links begin with BASE_URL.`;

/** A parsed call. Nothing is looked up yet. */
interface OperatorCall {
  command: 'create' | 'list' | 'new-password' | 'deactivate' | 'help';
  email: string | undefined;
  name: string | undefined;
  locale: 'tr' | 'en';
  passwordFromStdin: boolean;
}

/** The output of the command, and the input from which it reads a password when asked to. */
export interface Terminal {
  say(line: string): void;
  readInput(): Promise<string>;
  /** The address of the app, for links. */
  baseUrl: string;
}

/** Parses the arguments of a call. Throws `CommandError` for a wrong one. */
export function readOperatorCall(args: string[]): OperatorCall {
  const { values, positionals } = parseWords(args);
  const [command, email, ...rest] = positionals;
  if (command === undefined) throw new CommandError(USAGE, 2);
  if (!isCommand(command)) throw new CommandError(`unknown command "${command}"\n\n${USAGE}`, 2);
  if (rest.length > 0) throw new CommandError(`too many words: ${rest.join(' ')}\n\n${USAGE}`, 2);
  if (values.locale !== 'tr' && values.locale !== 'en') throw new CommandError('--locale is tr or en', 2);
  const { name, locale } = values;
  return { command, email, name, locale, passwordFromStdin: values['password-stdin'] };
}

/** Runs the command. Throws `CommandError` when it is refused. */
export async function runOperatorCommand(
  db: Knex,
  context: RequestContext,
  call: OperatorCall,
  terminal: Terminal,
): Promise<void> {
  if (call.command === 'create') await create(db, context, call, terminal);
  else if (call.command === 'list') await list(db, terminal);
  else if (call.command === 'new-password') await makeLink(db, context, call, terminal);
  else if (call.command === 'deactivate') await deactivate(db, context, call, terminal);
  else terminal.say(USAGE);
}

async function create(
  db: Knex,
  context: RequestContext,
  call: OperatorCall,
  terminal: Terminal,
): Promise<void> {
  const email = parse(emailAddress, call.email, '<email>');
  const chosen = call.passwordFromStdin ? (await terminal.readInput()).replace(/\r?\n$/, '') : null;
  const password =
    chosen === null ? randomBytes(15).toString('base64url') : parse(newPassword, chosen, 'password');
  const { fullName: nameRule } = acceptInvitationForm.shape;
  const fullName = parse(nameRule, call.name ?? email.split('@', 1)[0], '--name');
  const outcome = await createOperator(db, context, { email, fullName, password, locale: call.locale });
  if (!outcome.ok) throw new CommandError(`${email} has an account already`);
  terminal.say(`Operator ${email} created.`);
  if (chosen === null) terminal.say(`Password (shown only now): ${password}`);
  terminal.say('The first sign-in leads to setting up a second factor; nothing else opens before.');
}

async function list(db: Knex, terminal: Terminal): Promise<void> {
  const operators = await listOperators(db);
  if (operators.length === 0) terminal.say('There is no operator yet.');
  for (const operator of operators) {
    const state = operator.deactivated_at === null ? 'active' : 'deactivated';
    const lastSignIn = operator.last_login_at?.toISOString() ?? 'never signed in';
    terminal.say([state.padEnd(11), operator.email, operator.full_name, lastSignIn].join('  '));
  }
}

async function makeLink(
  db: Knex,
  context: RequestContext,
  call: OperatorCall,
  terminal: Terminal,
): Promise<void> {
  const email = parse(emailAddress, call.email, '<email>');
  const outcome = await makeOperatorLink(db, context, { email });
  if (!outcome.ok) throw refusal(outcome.reason, email, 'is deactivated');
  terminal.say(`A new password for ${email}, once, until ${outcome.expiresAt.toISOString()}:`);
  terminal.say(resetLink(terminal.baseUrl, outcome.token));
}

async function deactivate(
  db: Knex,
  context: RequestContext,
  call: OperatorCall,
  terminal: Terminal,
): Promise<void> {
  const email = parse(emailAddress, call.email, '<email>');
  const outcome = await deactivateOperator(db, context, { email });
  if (!outcome.ok) throw refusal(outcome.reason, email, 'is deactivated already');
  terminal.say(`Operator ${email} deactivated, and signed out everywhere.`);
}

function refusal(reason: string, email: string, otherwise: string): CommandError {
  return new CommandError(
    reason === 'unknown' ? `no operator has the address ${email}` : `${email} ${otherwise}`,
  );
}

function parseWords(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        locale: { type: 'string', default: 'en' },
        'password-stdin': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2);
  }
}

function isCommand(word: string): word is OperatorCall['command'] {
  return ['create', 'list', 'new-password', 'deactivate', 'help'].includes(word);
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CommandError(`${what}: ${formErrors(parsed.error, formatFor('en'))['form'] ?? 'is wrong'}`, 2);
}
