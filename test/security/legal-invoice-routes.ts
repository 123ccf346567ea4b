import type { Knex } from 'knex';
import { buildLegalInvoice, newEntry } from '../billing/legal-invoices/scene.ts';
import type { Cast } from '../support/programs/build.ts';
import type { RouteRule } from './route-matrix.ts';

const reading = { none: 'changes nothing' };
const desk = '/admin/finance/invoices';
const theirs = 'theirs alone';

const readByStaff = { stranger: 303, bob: 404, alice: 404, charlie: 404, olivia: 200 };
const writtenByStaff = { stranger: 401, bob: 404, alice: 404, charlie: 404, olivia: 303 };

const legalOf = async (
  db: Knex,
  { acme, alice }: Cast,
  isIssued: boolean,
): Promise<{ path: string; file: string }> => {
  const payer = { company_id: acme.id, user_id: alice.id };
  const { id, fileId } = await buildLegalInvoice(db, payer, { isIssued });
  return { path: `${desk}/${String(id)}`, file: `${String(id)}/files/${String(fileId)}` };
};

/** The routes of legal invoices: the operators' desk, and a company's downloads. */
export const legalInvoiceRules: RouteRule[] = [
  { route: `GET ${desk}`, target: () => ({ path: desk }), expect: readByStaff, audit: reading },
  {
    route: `GET ${desk}/month.zip`,
    target: async (db, cast) => {
      await legalOf(db, cast, true);
      return { path: `${desk}/month.zip?month=${newEntry().issuedOn.slice(0, 7)}` };
    },
    expect: readByStaff,
    audit: 'legal_invoice_month_exported',
    follows: 'legal_invoice_month_export_finished',
    isAboutNoCompany: true,
    forStaff: theirs,
  },
  {
    route: `GET ${desk}/:id`,
    target: async (db, cast) => ({ path: (await legalOf(db, cast, false)).path }),
    expect: readByStaff,
    audit: reading,
  },
  {
    route: `GET ${desk}/:id/files/:fileId`,
    target: async (db, cast) => ({ path: `${desk}/${(await legalOf(db, cast, true)).file}` }),
    expect: readByStaff,
    audit: reading,
  },
  {
    route: `POST ${desk}/:id/entry`,
    target: async (db, cast) => ({
      path: `${(await legalOf(db, cast, false)).path}/entry`,
      form: newEntry(),
    }),
    expect: writtenByStaff,
    audit: 'legal_invoice_issued',
    forStaff: theirs,
  },
  {
    route: `POST ${desk}/:id/files`,
    target: async (db, cast) => ({ path: `${(await legalOf(db, cast, true)).path}/files` }),
    // Without a file the form is shown again: test/billing/legal-invoices sends one.
    expect: { ...writtenByStaff, olivia: 422 },
    audit: { none: 'see test/billing/legal-invoices/desk.test.ts' },
  },
  {
    route: `POST ${desk}/:id/delivery`,
    target: async (db, cast) => ({
      path: `${(await legalOf(db, cast, true)).path}/delivery`,
      form: { how: 'portal' },
    }),
    expect: writtenByStaff,
    audit: 'legal_invoice_delivered',
    forStaff: theirs,
  },
  {
    route: `POST ${desk}/:id/retry`,
    target: async (db, cast) => {
      const { path } = await legalOf(db, cast, false);
      await db('legal_invoices')
        .where({ id: path.split('/').at(-1) })
        .update({ problem: 'no-rate' });
      return { path: `${path}/retry` };
    },
    expect: writtenByStaff,
    audit: 'legal_invoice_retried',
    forStaff: theirs,
  },
  {
    route: `POST ${desk}/:id/end`,
    target: async (db, cast) => ({
      path: `${(await legalOf(db, cast, true)).path}/end`,
      form: { as: 'cancelled', reason: 'Wrong buyer' },
    }),
    expect: writtenByStaff,
    audit: 'legal_invoice_ended',
    forStaff: theirs,
  },
  {
    route: 'GET /billing/legal-invoices/:id/files/:fileId',
    target: async (db, cast) => ({ path: `/billing/legal-invoices/${(await legalOf(db, cast, true)).file}` }),
    expect: { stranger: 303, bob: 403, alice: 200, charlie: 404, olivia: 403 },
    audit: reading,
  },
];
