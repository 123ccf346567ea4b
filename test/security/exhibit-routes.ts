import type { Knex } from 'knex';
import { buildExhibit } from '../disputes/exhibits/build.ts';
import { buildCase } from '../disputes/build.ts';
import { buildMail, buildPayment, type Cast } from '../support/programs/build.ts';
import { reading } from './finance-routes.ts';
import type { RouteRule } from './route-matrix.ts';

/** Admins read the cases of their own company; a case of another one does not exist for them. */
const readers = { stranger: 303, bob: 403, alice: 200, charlie: 404, olivia: 200 };
const staffPage: RouteRule['expect'] = { stranger: 303, bob: 403, alice: 403, charlie: 403, olivia: 200 };
const staff = (olivia: number): RouteRule['expect'] => ({
  ...{ stranger: 401, bob: 403, alice: 403, charlie: 403, olivia },
});
const forStaff = 'answering banks is the work of the platform’s staff';

const pathOf = (disputeId: number, below = ''): string =>
  `/admin/disputes/${String(disputeId)}/exhibits${below}`;

/** An exhibit of a new case of Acme's. */
const exhibitPath = async (db: Knex, cast: Cast, below: string): Promise<string> => {
  const disputeId = await buildCase(db, cast);
  const id = await buildExhibit(db, cast, { dispute_id: disputeId });
  return pathOf(disputeId, `/${String(id)}/${below}`);
};

/** A case about a payment with the terms that Alice accepted with it. */
const caseWithTerms = async (db: Knex, { acme, alice, ...cast }: Cast): Promise<number> => {
  const at = new Date();
  const payment = await buildPayment(db, {
    ...{ company_id: acme.id, user_id: alice.id, status: 'success', decided_at: at, paid_at: at },
    ...{ charged_minor: 149_900, charged_currency: 'TRY' },
  });
  await db('order_consents').insert({
    ...{ payment_id: payment.id, company_id: acme.id, user_id: alice.id, customer_type: 'company' },
    ...{ locale: 'tr', documents: '[]', boxes: '[]', button: 'Öde', request_id: 'r', accepted_at: at },
    ...{ terms_text: 'Sözleşme', terms_html: '<h2>Sözleşme</h2>' },
  });
  return buildCase(db, { acme, alice, ...cast }, { payment_id: payment.id });
};

/** A case with a mail to its payer. */
const mailPath = async (db: Knex, cast: Cast, below = ''): Promise<string> => {
  const disputeId = await buildCase(db, cast);
  const { payment_id } = await db('disputes').where('id', disputeId).first<{ payment_id: number }>();
  const mail = await buildMail(db, {
    company_id: cast.acme.id,
    user_id: cast.alice.id,
    ...causeOf(payment_id),
  });
  return pathOf(disputeId, `/mails/${String(mail.id)}${below}`);
};

const causeOf = (paymentId: number): Record<string, string> => ({
  ...{ cause_type: 'payment', cause_id: String(paymentId) },
});

const words = {
  locale: 'tr',
  subject: 'Ödemeniz',
  body: 'Merhaba',
  withdrawal: 'Geri çekiyorum',
  mailsBefore: '0',
};

/** The routes of the exhibits of a case. */
export const exhibitRules: RouteRule[] = [
  {
    route: 'GET /admin/disputes/:id/exhibits',
    target: async (db, cast) => ({ path: pathOf(await buildCase(db, cast)) }),
    expect: readers,
    audit: reading,
  },
  {
    // Its file comes with a multipart form, which these visitors do not send.
    route: 'POST /admin/disputes/:id/exhibits',
    target: async (db, cast) => ({ path: pathOf(await buildCase(db, cast)), form: { kind: 'notice' } }),
    expect: staff(422),
    audit: 'dispute_exhibit_added',
  },
  {
    route: 'GET /admin/disputes/:id/exhibits/:exhibitId/file',
    target: async (db, cast) => ({ path: await exhibitPath(db, cast, 'file') }),
    expect: readers,
    audit: 'dispute_exhibit_downloaded',
  },
  {
    route: 'GET /admin/disputes/:id/exhibits/:exhibitId/withdraw',
    target: async (db, cast) => ({ path: await exhibitPath(db, cast, 'withdraw') }),
    expect: staffPage,
    audit: reading,
  },
  {
    route: 'POST /admin/disputes/:id/exhibits/:exhibitId/withdraw',
    target: async (db, cast) => ({
      path: await exhibitPath(db, cast, 'withdraw'),
      form: { reason: 'the wrong file' },
    }),
    expect: staff(303),
    audit: 'dispute_exhibit_withdrawn',
    forStaff,
  },
  {
    route: 'GET /admin/disputes/:id/exhibits/seen/:name',
    target: async (db, cast) => ({ path: pathOf(await caseWithTerms(db, cast), '/seen/contract') }),
    expect: readers,
    audit: 'dispute_exhibit_downloaded',
  },
  {
    route: 'GET /admin/disputes/:id/exhibits/mails/:mailId',
    target: async (db, cast) => ({ path: await mailPath(db, cast) }),
    expect: readers,
    audit: 'dispute_exhibit_downloaded',
  },
  {
    route: 'GET /admin/disputes/:id/exhibits/mails/:mailId/report',
    target: async (db, cast) => ({ path: await mailPath(db, cast, '/report') }),
    expect: readers,
    audit: 'dispute_exhibit_downloaded',
  },
  {
    route: 'GET /admin/disputes/:id/exhibits/customer-mail',
    target: async (db, cast) => ({ path: pathOf(await buildCase(db, cast), '/customer-mail') }),
    expect: staffPage,
    audit: reading,
  },
  {
    route: 'POST /admin/disputes/:id/exhibits/customer-mail',
    target: async (db, cast) => ({ path: pathOf(await buildCase(db, cast), '/customer-mail'), form: words }),
    expect: staff(200),
    audit: { none: 'shows the mail as it would go; nothing is kept or sent' },
    forStaff,
  },
  {
    route: 'POST /admin/disputes/:id/exhibits/customer-mail/send',
    target: async (db, cast) => ({
      path: pathOf(await buildCase(db, cast), '/customer-mail/send'),
      form: words,
    }),
    expect: staff(303),
    audit: 'dispute_customer_asked',
    forStaff,
  },
];
