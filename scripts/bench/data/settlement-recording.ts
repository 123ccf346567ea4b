import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import { systemContext } from '../../../src/audit/request-context.ts';
import { createPaytr } from '../../../src/billing/paytr/paytr.ts';
import { settlePayment } from '../../../src/billing/settlement/settle-payment.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { createDb } from '../../../src/db/db.ts';
import { appEnvironment } from '../apps/app-environment.ts';
import { runStatement, type BenchDatabase } from '../lab.ts';
import { notificationOf, type PendingPayment } from './pending-payments.ts';
import { recordStatements, type Statement } from '../statements.ts';

// The recorded settlement uses numbers that occur nowhere else, in its order as in its results. Wherever such
// a number stands in a later statement, also within a JSON text, a replay puts its own number.
const RECORDED = {
  company: 900_000_101,
  person: 900_000_102,
  payment: 900_000_103,
  callback: 900_000_104,
  invoiceNumber: 900_000_105,
  invoice: 900_000_106,
};
const RECORDED_ORDER = 'BENCHRECORDEDORDER';
const TOKEN = new RegExp(`${Object.values(RECORDED).join('|')}|${RECORDED_ORDER}`, 'g');
/** A random number, alone or as that of a mail: each payment has its own. */
const UUID = /^(<?)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=@|$)/;

/** The statements of one settlement, to be sent again for other payments. */
export type SettlementRecording = Statement[];

/** Lets the product settle one payment on a connection of our own, and keeps what it sent. */
export async function recordSettlement(
  database: BenchDatabase,
  { folder, gatewayUrl }: { folder: string; gatewayUrl: string },
): Promise<SettlementRecording> {
  for (const statement of PREPARATION) await runStatement(database.superUrl, statement);
  const config = loadConfig(appEnvironment(database.appUrl, folder));
  const db = createDb({ url: database.appUrl, poolMax: 1 });
  const rawBody = Buffer.from(notificationOf({ merchantOid: RECORDED_ORDER }));
  const paytr = createPaytr({ ...config.paytr, baseUrl: gatewayUrl });
  const reading = paytr.readNotification(rawBody);
  if (!reading.ok) throw new Error(`Bug! our own notification is refused: ${reading.reason}`);
  const { notification } = reading;
  const answer = await paytr.queryStatus(notification.merchantOid);
  if (!answer.ok) throw new Error(`Bug! the stand-in gives no answer: ${answer.gatewayMessage}`);
  const context = {
    ...systemContext({
      name: 'bench',
      at: new Date(),
      log: pino({ level: 'silent' }),
    }),
    ip: '203.0.113.9',
    method: 'POST',
    path: '/billing/callback',
  };
  try {
    const recording = await recordStatements(db, () =>
      settlePayment(db, context, { notification, rawBody, config, answer }),
    );
    await runStatement(database.superUrl, 'update invoice_counters set last_number = 0');
    return recording;
  } finally {
    await db.destroy();
  }
}

/** Sends the statements of a settlement again, one after the other, for another payment. */
export async function replaySettlement(
  client: pg.PoolClient,
  recording: SettlementRecording,
  payment: PendingPayment,
): Promise<void> {
  const own = new Map<string, string>([
    [RECORDED_ORDER, payment.merchantOid],
    [String(RECORDED.payment), String(payment.id)],
    [String(RECORDED.company), String(payment.companyId)],
    [String(RECORDED.person), String(payment.userId)],
  ]);
  for (const { name, text, values, rows } of recording) {
    const answer = await client.query<Record<string, unknown>>({
      ...(name === undefined ? {} : { name }),
      text,
      values: values.map((value) => replaced(value, own)),
    });
    learn(own, rows[0], answer.rows[0]);
  }
}

/** A number that Postgres gave to the recorded settlement stands for the one it has just given to this. */
function learn(
  own: Map<string, string>,
  recorded: Record<string, unknown> | undefined,
  answered: Record<string, unknown> | undefined,
): void {
  for (const [column, value] of Object.entries(recorded ?? {})) {
    const text = String(value);
    const isGiven = [RECORDED.callback, RECORDED.invoiceNumber, RECORDED.invoice].some(
      (n) => String(n) === text,
    );
    if (isGiven) own.set(text, String(answered?.[column]));
  }
}

function replaced(value: unknown, own: Map<string, string>): unknown {
  if (Buffer.isBuffer(value)) return Buffer.from(replacedText(value.toString('latin1'), own), 'latin1');
  if (Array.isArray(value)) return value.map((item: unknown) => replaced(item, own));
  if (typeof value === 'number') return own.get(String(value)) ?? value;
  if (typeof value !== 'string') return value;
  if (UUID.test(value)) return value.replace(UUID, (_found, bracket: string) => bracket + randomUUID());
  return replacedText(value, own);
}

function replacedText(text: string, own: Map<string, string>): string {
  return text.replaceAll(TOKEN, (token) => own.get(token) ?? token);
}

const { company, person, payment, callback, invoiceNumber, invoice } = RECORDED;

const PREPARATION = [
  `insert into companies (id, name, subdomain, created_at) overriding system value
   values (${String(company)}, 'Recorded', 'recorded', now())`,
  `insert into users (id, company_id, email, full_name, password_hash, role, locale, created_at) overriding system value
   values (${String(person)}, ${String(company)}, 'recorded@example.com', 'Recorded', 'none', 'admin', 'en', now())`,
  `insert into subscriptions
     (company_id, plan, billing_currency, trial_ends_at, period_started_at, period_ends_at, updated_at)
   select ${String(company)}, plan, billing_currency, trial_ends_at, period_started_at, now() + interval '1 month', updated_at
   from subscriptions where company_id = 1`,
  `insert into payments
     (id, company_id, user_id, merchant_oid, plan, currency, amount_minor, status, created_at, test_mode)
   overriding system value
   values (${String(payment)}, ${String(company)}, ${String(person)}, '${RECORDED_ORDER}', 'team', 'TRY', 149900,
           'pending', now(), false)`,
  `insert into invoice_counters (year, last_number)
   values (extract(year from now() at time zone 'Europe/Istanbul'), ${String(invoiceNumber - 1)})`,
  `select setval(pg_get_serial_sequence('payment_callbacks', 'id'), ${String(callback - 1)})`,
  `select setval(pg_get_serial_sequence('invoices', 'id'), ${String(invoice - 1)})`,
];
