import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Knex } from 'knex';
import type { z } from 'zod';
import { systemContext, type RequestContext } from '../src/audit/request-context.ts';
import { createOperator } from '../src/auth/create-operator.ts';
import { deactivateOperator } from '../src/auth/deactivate-operator.ts';
import { formErrors } from '../src/auth/form-errors.ts';
import { emailAddress, newPassword } from '../src/auth/input.ts';
import { listOperators } from '../src/auth/queries.ts';
import { createDb } from '../src/db.ts';
import { createLog } from '../src/log.ts';
import { createMetrics } from '../src/metrics.ts';
import { formatFor } from '../src/web/format.ts';
import { findDatabase } from './find-database.ts';

const USAGE = `Operators are the platform's own staff. They see every company and exist only by this command.

  npm run operator -- create <email> [--name "Full name"] [--locale tr|en] [--password-stdin]
  npm run operator -- list
  npm run operator -- deactivate <email>

create prints a random password once, or takes one from standard input. The database is DATABASE_URL, else the
embedded one that "npm start" made.`;

/** Something the caller can mend: one line, no stack. Exit code 2 for a wrong call, 1 for a refusal. */
class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Call {
  command: string;
  email: string | undefined;
  name: string | undefined;
  locale: 'tr' | 'en';
  passwordFromStdin: boolean;
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<void> {
  const call = readCall(process.argv.slice(2));
  if (call.command === 'help') {
    say(USAGE);
    return;
  }
  const run = commands.get(call.command);
  if (run === undefined) throw new CommandError(`unknown command "${call.command}"\n\n${USAGE}`, 2);
  readEnvFile();
  const database = await findDatabase(process.env, (line) => process.stderr.write(`${line}\n`));
  const db = createDb({ url: database.appUrl, poolMax: 2, applicationName: 'youarecoder-operator' });
  try {
    await run(db, commandContext(), call);
  } finally {
    await db.destroy();
    await database.stop();
  }
}

type Command = (db: Knex, context: RequestContext, call: Call) => Promise<void>;

const commands = new Map<string, Command>([
  ['create', create],
  ['list', list],
  ['deactivate', deactivate],
]);

async function create(db: Knex, context: RequestContext, call: Call): Promise<void> {
  const email = parse(emailAddress, call.email, '<email>');
  const chosen = call.passwordFromStdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : null;
  const password =
    chosen === null ? randomBytes(15).toString('base64url') : parse(newPassword, chosen, 'password');
  const fullName = call.name ?? email.split('@', 1)[0] ?? email;
  const outcome = await createOperator(db, context, { email, fullName, password, locale: call.locale });
  if (!outcome.ok) throw new CommandError(`${email} has an account already`);
  say(`Operator ${email} created.`);
  if (chosen === null) say(`Password (shown only now): ${password}`);
}

async function list(db: Knex): Promise<void> {
  const operators = await listOperators(db);
  if (operators.length === 0) say('There is no operator yet.');
  for (const operator of operators) {
    const state = operator.deactivated_at === null ? 'active' : 'deactivated';
    const lastSignIn = operator.last_login_at?.toISOString() ?? 'never signed in';
    say([state.padEnd(11), operator.email, operator.full_name, lastSignIn].join('  '));
  }
}

async function deactivate(db: Knex, context: RequestContext, call: Call): Promise<void> {
  const email = parse(emailAddress, call.email, '<email>');
  const outcome = await deactivateOperator(db, context, { email });
  if (!outcome.ok) {
    const isUnknown = outcome.reason === 'unknown';
    throw new CommandError(
      isUnknown ? `no operator has the address ${email}` : `${email} is deactivated already`,
    );
  }
  say(`Operator ${email} deactivated, and signed out everywhere.`);
}

function readCall(args: string[]): Call {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        locale: { type: 'string', default: 'en' },
        'password-stdin': { type: 'boolean', default: false },
      },
    });
    const [command, email, ...rest] = positionals;
    if (rest.length > 0) throw new CommandError(`too many words: ${rest.join(' ')}\n\n${USAGE}`, 2);
    if (values.locale !== 'tr' && values.locale !== 'en') throw new CommandError('--locale is tr or en', 2);
    if (command === undefined) throw new CommandError(USAGE, 2);
    const { name, locale } = values;
    return { command, email, name, locale, passwordFromStdin: values['password-stdin'] };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2);
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CommandError(`${what}: ${formErrors(parsed.error, formatFor('en'))['form'] ?? 'is wrong'}`, 2);
}

function commandContext(): RequestContext {
  const log = createLog({ level: 'warn' });
  return systemContext({ name: 'operator-command', at: new Date(), log, metrics: createMetrics() });
}

function readEnvFile(): void {
  try {
    process.loadEnvFile('.env');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** A refused connection is an AggregateError without a message of its own. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ');
  return error.message;
}

main().catch((error: unknown) => {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = error instanceof CommandError ? error.exitCode : 1;
});
