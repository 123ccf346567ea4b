import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLogCommand } from '../../../../scripts/log/log-command.ts';
import { readLogCall } from '../../../../scripts/log/read-log-call.ts';
import { followUpPayments } from '../../../../src/billing/follow-up/follow-up-payments.ts';
import { parseCheckpoint } from '../../../../src/transparency/notes/checkpoint.ts';
import { parseVkey, verifyNote } from '../../../../src/transparency/notes/signed-note.ts';
import { findLog, findNewestCheckpoint } from '../../../../src/transparency/queries.ts';
import { keepLogs } from '../../../../src/transparency/sequence/keep-logs.ts';
import { logSigner } from '../../../../src/transparency/sequence/log-signer.ts';
import { buildBuyer, orderPlan } from '../../../billing/order.ts';
import { contextAt, notify } from '../../../billing/scene.ts';
import { createTestApp, type TestApp } from '../../../support/app.ts';
import { signedCallback, startFakePaytr, type FakePaytr } from '../../../support/fake-paytr.ts';
import { readPdfText } from '../../../support/pdf-text.ts';
import { buildCast, type Cast } from '../../../support/programs/build.ts';
import type { ReadMail } from '../../../support/read-mails.ts';
import { signIn } from '../../../support/sign-in.ts';
import { type Visitor } from '../../../support/visitor.ts';

let gateway: FakePaytr;
let app: TestApp;
let cast: Cast;
let alice: Visitor;
/** The company's newest checkpoint when it ordered, and the public key that the contract named. */
let head = '';
let key = '';
let invoiceId = 0;

const publish = (): ReturnType<typeof keepLogs> =>
  keepLogs(app.db, { at: new Date() }, { signer: logSigner(app.config), publishSeconds: 0 });
const newestOf = async (companyId: number): Promise<string> => {
  const log = await findLog(app.db, companyId);
  return (await findNewestCheckpoint(app.db, log?.id ?? 0))?.note ?? '';
};

beforeAll(async () => {
  gateway = await startFakePaytr();
  app = await createTestApp({ env: { PAYTR_BASE_URL: gateway.url }, deps: { paytr: gateway.paytr } });
  cast = await buildCast(app.db);
  await buildBuyer(app.db, cast.acme.id, { customer_type: 'consumer', billing_name: 'Ada Lovelace' });
  alice = await signIn(app.app, cast.alice);
  await publish();
  return async () => {
    await app.close();
    await gateway.close();
  };
});

const mailWith = async (words: RegExp): Promise<ReadMail | undefined> =>
  (await app.mails()).find(({ subject }) => words.test(subject));

describe('the contract of an order', () => {
  it('names the public key of the company’s log, by which its checkpoints are verified', async () => {
    await orderPlan(alice);
    const consent = await app
      .db('order_consents')
      .join('payments', 'payments.id', 'order_consents.payment_id')
      .where('payments.company_id', cast.acme.id)
      .first<{ terms_text: string; documents: { kind: string; version: string }[] }>(
        'terms_text',
        'documents',
      );
    const log = await findLog(app.db, cast.acme.id);
    [, key = ''] = /account's log: (\S+)/.exec(consent.terms_text.replaceAll('’', "'")) ?? [];
    expect(key).toBe(logSigner(app.config).vkeysOf(`localhost:3000/log/${log?.log_uuid ?? ''}`)[0]);
    expect(consent.documents).toContainEqual(
      expect.objectContaining({ kind: 'distance-sales', version: '2026-12-01a' }),
    );
    const parsed = parseVkey(key);
    head = await newestOf(cast.acme.id);
    const verified = verifyNote(head, parsed === null ? [] : [parsed]);
    expect(parseCheckpoint(verified?.text ?? '')?.origin).toBe(parsed?.name);
  });

  it('has a version before, which knew of no log and stays readable', async () => {
    for (const kind of ['distance-sales', 'company-sales'])
      for (const [locale, words] of [
        ['en', 'public key of the account'],
        ['tr', 'hesabın günlüğünün açık anahtarı'],
      ]) {
        const read = (path: string): supertest.Test =>
          supertest(app.app)
            .get(path)
            .set('accept-language', locale ?? '');
        const now = await read(`/legal/${kind}`);
        expect(now.text, locale).toContain(`[${words ?? ''}`);
        const before = await read(`/legal/${kind}/2026-12-01`);
        expect(before.status).toBe(200);
        expect(before.text).not.toContain(`[${words ?? ''}`);
      }
  });
});

describe('every mail about a payment', () => {
  it('ends with the newest checkpoint of the company’s log and says what it is for: the receipt', async () => {
    const payment = await app
      .db('payments')
      .where({ company_id: cast.acme.id })
      .first<{ merchant_oid: string; amount_minor: number }>('merchant_oid', 'amount_minor');
    await app.forgetMails();
    await notify(
      app.app,
      signedCallback({ merchant_oid: payment.merchant_oid, total_amount: String(payment.amount_minor) }),
    );
    const invoice = await app.db('invoices').where({ company_id: cast.acme.id }).first<{ id: number }>('id');
    invoiceId = invoice.id;
    const mail = await mailWith(/^Receipt/);
    expect(mail?.text.replaceAll('\r\n', '\n')).toContain(
      `More: http://localhost:3000/log\n\n${head.trimEnd()}\n`,
    );
    expect(mail?.html).toContain(head.split('\n')[2]);
  });

  it('does so with the texts of the order as well', async () => {
    await app.forgetMails();
    await followUpPayments(app.db, contextAt(new Date()), { paytr: gateway.paytr, config: app.config });
    const mail = await mailWith(/./);
    expect(mail?.text.replaceAll('\r\n', '\n').trimEnd().endsWith(head.trimEnd())).toBe(true);
  });

  it('can be compared with the log by an operator, as it came', async () => {
    const stored = await app.db('mails').orderBy('id', 'desc').first<{ kept: Buffer }>('kept');
    const said: string[] = [];
    const code = await runLogCommand(app.db, contextAt(new Date()), readLogCall(['compare']), {
      say: (line) => said.push(line),
      readInput: () => Promise.resolve(stored.kept),
      showProgress: () => undefined,
      config: app.config,
    });
    expect([code, said]).toEqual([0, [expect.stringMatching(/^same: localhost:3000\/log\//)]]);
  });
});

describe('a receipt', () => {
  it('ends with the same checkpoint as its mail, on page and PDF, whenever it is opened', async () => {
    await publish();
    const newer = await newestOf(cast.acme.id);
    expect(newer).not.toBe(head);
    const [, size = '', root = ''] = head.split('\n');
    const page = await alice.get(`/billing/invoices/${String(invoiceId)}`);
    expect(page.text.replaceAll('&#43;', '+')).toContain(`${size}\n${root}`);
    expect(page.text).toContain('a signed checkpoint of our records');
    const path = `/billing/invoices/${String(invoiceId)}/receipt.pdf`;
    const pdfs = [];
    for (let count = 0; count < 2; count += 1)
      pdfs.push((await alice.rawGet(path).responseType('blob')).body as Buffer);
    const text = await readPdfText(pdfs[0] ?? Buffer.alloc(0));
    expect(text).toContain(root);
    expect(text).toContain((head.split('\n')[4] ?? '').replaceAll(' ', ''));
    expect(pdfs[0]?.equals(pdfs[1] ?? Buffer.alloc(0))).toBe(true);
  });
});
