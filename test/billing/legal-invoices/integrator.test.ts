import express from 'express';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createIntegratorSandbox,
  INTEGRATOR_TOKEN,
} from '../../../scripts/integrator-sandbox/integrator-routes.ts';
import { issueLegalInvoices } from '../../../src/billing/legal-invoices/issuing/issue-legal-invoices.ts';
import { useTestApp } from '../../support/app.ts';
import { readPdfText } from '../../support/pdf-text.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';
import { buildBuyer } from '../order.ts';
import { auditOf, contextAt } from '../scene.ts';
import { buildLegalInvoice, newEntry } from './scene.ts';

const PATH = '/admin/finance/invoices';
const test = useTestApp({
  env: {
    ...{ INVOICE_ISSUER: 'integrator', INTEGRATOR_URL: 'http://127.0.0.1:9/', INTEGRATOR_TOKEN },
    ...{ SELLER_TAX_NUMBER: '1234567890', SELLER_DISTRICT: 'Çankaya', SELLER_CITY: 'Ankara' },
  },
});
const integrator = createIntegratorSandbox();
let server: Server;
let cast: Cast;
let olivia: Visitor;
let payer: { company_id: number; user_id: number };
let now: Date;
let id: number;

beforeAll(async () => {
  server = express().use('/integrator', integrator.router).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  cast = await buildCast(test.db);
  payer = { company_id: cast.acme.id, user_id: cast.alice.id };
  olivia = await signIn(test.app, cast.olivia);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  now = new Date();
  await buildBuyer(test.db, cast.acme.id);
  ({ id } = await buildLegalInvoice(test.db, payer));
});

/** The job, some minutes later. */
const run = (minutesLater = 0): ReturnType<typeof issueLegalInvoices> => {
  now = new Date(now.getTime() + minutesLater * 60_000);
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/integrator/`;
  const config = { ...test.config, integrator: { url, token: INTEGRATOR_TOKEN, timeoutSeconds: 0.5 } };
  return issueLegalInvoices(test.db, contextAt(now), { config });
};

interface Row {
  state: string;
  number: string;
  ettn: string;
  problem: string | null;
}

const row = (): Promise<Row> => test.db('legal_invoices').where({ id }).first<Row>('*');
const sent = async (): Promise<{ puts: number; number: string | null } | undefined> => {
  const { ettn } = await row();
  return integrator.invoices().find((each) => each.ettn === ettn);
};
const actions = async (): Promise<string[]> =>
  (await auditOf(test.db, cast.acme.id))
    .filter((each) => each.resource_type === 'legal_invoice' && each.resource_id === String(id))
    .map(({ action_type }) => action_type);

describe('a legal invoice by an integrator', () => {
  it('is sent once, gets number and files, and counts as handed over when the integrator says so', async () => {
    await run();
    const legal = await row();
    expect(legal).toMatchObject({ state: 'delivered', issuer: 'integrator', delivered_how: 'integrator' });
    expect(legal.number).toBe((await sent())?.number);
    const files = await test
      .db('legal_invoice_files')
      .where({ legal_invoice_id: id })
      .orderBy('id')
      .select<{ kind: string; content: Buffer }[]>('kind', 'content');
    const pdf = files.filter(({ kind }) => kind === 'pdf').at(-1)!;
    expect(await readPdfText(pdf.content)).toContain(legal.number);
    expect(files.find(({ kind }) => kind === 'xml')?.content.toString()).toContain(legal.ettn);
    expect(await actions()).toEqual([
      ...[
        'legal_invoice_sent',
        'legal_invoice_issued',
        'legal_invoice_file_added',
        'legal_invoice_file_added',
      ],
      'legal_invoice_delivered',
    ]);
    await run(120);
    expect(await sent()).toMatchObject({ puts: 1 });
  });

  it.each([
    ['silent', 1],
    ['cut', 1],
    ['working', 1],
    ['lost', 1],
    ['error', 1],
  ] as const)('is issued once when it is %s: the product asks before it sends again', async (fault, puts) => {
    integrator.failNext(fault);
    await run();
    expect(await row()).toMatchObject({ state: 'due', problem: expect.any(String) as string });
    // Its turn has not come.
    await run();
    expect(await row()).toMatchObject({ state: 'due' });
    await run(2);
    expect(await row()).toMatchObject({ state: 'delivered', problem: null });
    expect(await sent()).toMatchObject({ puts });
    expect((await actions()).filter((action) => action === 'legal_invoice_issued')).toHaveLength(1);
  });

  it('is never issued twice by processes at once, nor after a crash between sending and answer', async () => {
    integrator.failNext('silent');
    await Promise.all([run(), run(), run()]);
    await run(2);
    await Promise.all([run(120), run(), run()]);
    expect(await row()).toMatchObject({ state: 'delivered' });
    expect(await sent()).toMatchObject({ puts: 1 });
    const numbers = integrator.invoices().flatMap(({ number }) => (number === null ? [] : [number]));
    expect(new Set(numbers).size).toBe(numbers.length);
    const counted = numbers.map((number) => Number(number.slice(-9))).sort((a, b) => a - b);
    expect(counted).toEqual(counted.map((_, index) => index + 1));
  });

  it('that nobody answers for is asked about ever more seldom, and sent in the end', async () => {
    integrator.failNext('error', 'error', 'error');
    await run();
    await run(2);
    await run(4);
    expect(await row()).toMatchObject({ problem: expect.stringContaining('HTTP 500') as string });
    await run(2);
    await run(16);
    expect(await row()).toMatchObject({ state: 'delivered' });
  });

  it('that was refused waits for a person, who sends it again with the buyer of now, under the same ETTN', async () => {
    integrator.failNext('refuse');
    await run();
    const refused = await row();
    expect(refused).toMatchObject({ state: 'due', problem: 'The tax office of the buyer is unknown' });
    await run(600);
    expect(await sent()).toMatchObject({ puts: 1 });
    expect((await olivia.get(`${PATH}/${String(id)}`)).text).toContain(
      'The tax office of the buyer is unknown',
    );
    const other = await olivia.post(`${PATH}/${String(id)}/entry`, newEntry());
    expect([other.status, other.text]).toEqual([422, expect.stringContaining('under another ETTN')]);
    await buildBuyer(test.db, cast.acme.id, { billing_tax_office: 'Ulus' });
    expect((await olivia.post(`${PATH}/${String(id)}/retry`, {})).status).toBe(303);
    await run(1);
    expect(await row()).toMatchObject({ state: 'delivered', ettn: refused.ettn });
    expect(integrator.invoices().find(({ ettn }) => ettn === refused.ettn)?.xml).toContain('Ulus');
    expect(await actions()).toEqual(
      expect.arrayContaining(['legal_invoice_refused', 'legal_invoice_retried']),
    );
  });

  it('that is on its way is neither entered by hand nor ended: it would be there twice', async () => {
    integrator.failNext('silent');
    await run();
    const entered = await olivia.post(`${PATH}/${String(id)}/entry`, newEntry());
    const ended = await olivia.post(`${PATH}/${String(id)}/end`, { as: 'withdrawn', reason: 'x' });
    for (const page of [entered, ended]) {
      expect(page.status).toBe(422);
      expect(page.text).toContain('The integrator is still working on it');
    }
    await run(2);
    expect(await row()).toMatchObject({ state: 'delivered' });
  });

  it('with a number that another one has is not taken, and a person sees it', async () => {
    await run();
    const taken = await row();
    const { id: next } = await buildLegalInvoice(test.db, payer);
    const first = id;
    id = next;
    integrator.failNext('working');
    await run();
    const kept = integrator.invoices().at(-1) as unknown as { number: string };
    kept.number = taken.number;
    await run(2);
    expect(first).not.toBe(id);
    expect(await row()).toMatchObject({ state: 'due', problem: `integrator: ${taken.number}, number-taken` });
  });
});
