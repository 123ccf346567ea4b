import type autocannon from 'autocannon';
import { startApp } from '../apps/app-process.ts';
import { signInAll, type Browser } from '../browser.ts';
import { runStatement, type BenchDatabase } from '../lab.ts';
import { latencyOf, runLoad } from '../load.ts';
import { watchMemory } from '../memory.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { interleave } from '../rounds.ts';
import { medianLatency } from '../statistics.ts';

const CONNECTIONS = 16;

/** The time of the page with an order's texts, filled and hashed for each look. */
export const orderPage: BenchRow = {
  name: 'order-page',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('order_page');
    const people = Array.from({ length: CONNECTIONS }, (_, n) => n + 1);
    await letThemOrder(database);
    const app = await startApp(lab, database, 'product');
    const browsers = await signInAll(app.url, people);
    const load = async (path: (person: number) => string) => {
      const requests = browsers.map((browser) => looksOf(browser, path));
      const result = await runLoad({
        url: app.url,
        seconds: lab.options.seconds,
        expectedStatus: 200,
        requests,
      });
      return { latency: latencyOf(result.latenciesMs) };
    };
    const withTexts = () => load(() => '/billing/order/team?currency=TRY');
    const withoutTexts = () => load((person) => `/billing/checkout/${openOrderOf(person)}`);
    await withTexts();
    await withoutTexts();
    const memory = watchMemory(app.pid);
    const { subject, reference } = await interleave(lab, withTexts, withoutTexts);
    const peakMemoryMiB = memory.stop();
    await app.stop();
    return [
      {
        name: 'order-page',
        what: `GET /billing/order/team, ${String(CONNECTIONS)} connections of as many people, 99th percentile`,
        against: 'the page of an open order, which has the same summary and no texts',
        unit: 'ms',
        subject: subject.map(({ latency }) => latency.p99),
        reference: reference.map(({ latency }) => latency.p99),
        target: { atMost: 2 },
        limits: [],
        subjectLatency: medianLatency(subject),
        referenceLatency: medianLatency(reference),
        peakMemoryMiB,
        notes: ['every answer has status 200: what stands in the way of an order would lead elsewhere'],
      },
    ];
  },
};

const openOrderOf = (person: number): string => `BENCHOPEN${String(person)}`;

/** Gives the companies an address, time to buy, and an open order whose page the gateway has opened. */
async function letThemOrder({ superUrl }: BenchDatabase): Promise<void> {
  const statements = [
    `insert into billing_details (company_id, customer_type, billing_address, billing_tax_office, billing_tax_number)
     select n, 'company', 'Bench street ' || n, 'Ankara', '1234567890' from generate_series(1, $1::int) as n`,
    `update subscriptions set period_ends_at = now() + interval '1 month' where company_id <= $1::int`,
    `insert into payments (company_id, user_id, merchant_oid, plan, currency, amount_minor, status, created_at,
       client_ip, user_agent, test_mode, gateway_token)
     select n, n, 'BENCHOPEN' || n, 'team', 'TRY', 149900, 'pending', now(), '203.0.113.9', 'bench browser', false, 'bench'
     from generate_series(1, $1::int) as n`,
  ];
  for (const statement of statements) await runStatement(superUrl, statement, [CONNECTIONS]);
}

function looksOf({ person, headers }: Browser, path: (person: number) => string): autocannon.Request[] {
  return [{ method: 'GET', path: path(person), headers }];
}
