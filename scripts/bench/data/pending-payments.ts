import { callbackHash } from '../../paytr-sandbox/signatures.ts';
import { benchStore } from '../apps/app-environment.ts';
import { COMPANIES } from './fill-people.ts';
import { runStatement, type BenchDatabase } from '../lab.ts';

/** A payment that waits for its notification. */
export interface PendingPayment {
  id: number;
  companyId: number;
  userId: number;
  merchantOid: string;
}

/** The amount of every payment of the benchmark, in kuruş. */
const AMOUNT_MINOR = '149900';

let batches = 0;

/** Makes so many new pending payments, each of another company as far as there are companies. */
export async function makePendingPayments(
  { superUrl }: BenchDatabase,
  count: number,
): Promise<PendingPayment[]> {
  batches += 1;
  // Leaves room for one more month, since nobody may pay for more than twelve.
  await runStatement(
    superUrl,
    `update subscriptions set period_ends_at = now() + interval '1 month' where company_id <= $1::int`,
    [count],
  );
  const rows = await runStatement<{ id: string; company_id: string; user_id: string; merchant_oid: string }>(
    superUrl,
    `insert into payments
       (company_id, user_id, merchant_oid, plan, currency, amount_minor, status, created_at, client_ip, user_agent, test_mode)
     select (n - 1) % $1::int + 1, (n - 1) % $1::int + 1, 'BENCH' || $2::text || 'N' || n, 'team', 'TRY', $3::bigint,
            'pending', now(), '203.0.113.9', 'bench browser', false
     from generate_series(1, $4::int) as n
     returning id, company_id, user_id, merchant_oid`,
    [COMPANIES, String(batches), AMOUNT_MINOR, count],
  );
  return rows.map(({ id, company_id, user_id, merchant_oid }) => ({
    id: Number(id),
    companyId: Number(company_id),
    userId: Number(user_id),
    merchantOid: merchant_oid,
  }));
}

/** The signed notification that the payment succeeded, as the gateway posts it. */
export function notificationOf({ merchantOid }: Pick<PendingPayment, 'merchantOid'>): string {
  const fields = {
    merchant_oid: merchantOid,
    status: 'success',
    total_amount: AMOUNT_MINOR,
    payment_amount: AMOUNT_MINOR,
    payment_type: 'card',
    currency: 'TL',
    installment_count: '1',
    merchant_id: benchStore.merchantId,
    test_mode: '0',
  };
  return new URLSearchParams({ ...fields, hash: callbackHash(benchStore, fields) }).toString();
}

/** Throws unless each of these is paid and has one invoice and one kept notification. */
export async function checkAllPaid({ superUrl }: BenchDatabase, payments: PendingPayment[]): Promise<void> {
  const [row] = await runStatement<{ paid: string; invoices: string; callbacks: string; numbers: string }>(
    superUrl,
    `select count(*) filter (where payments.status = 'success') as paid,
            count(invoices.id) as invoices,
            count(distinct invoices.number) as numbers,
            count(payment_callbacks.id) as callbacks
     from payments
     left join invoices on invoices.payment_id = payments.id
     left join payment_callbacks on payment_callbacks.payment_id = payments.id and payment_callbacks.outcome = 'paid'
     where payments.id = any($1::bigint[])`,
    [payments.map(({ id }) => id)],
  );
  const isRight = Object.values(row ?? {}).every((count) => Number(count) === payments.length);
  if (row === undefined || !isRight) {
    throw new Error(`of ${String(payments.length)} payments: ${JSON.stringify(row)}`);
  }
}
