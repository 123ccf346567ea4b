import { localTime } from '../../src/local-calendar.ts';
import { buildCase, buildFrozen, buildPackage, chargedPayment } from '../disputes/build.ts';
import { reading } from './finance-routes.ts';
import type { RouteRule } from './route-matrix.ts';

/** Admins read the cases of their own company; a case of another one does not exist for them. */
const readers = { stranger: 303, bob: 403, alice: 200, charlie: 404, olivia: 200 };
/** Only the staff works on cases. */
const staff = (olivia: number): RouteRule['expect'] => ({
  ...{ stranger: 401, bob: 403, alice: 403, charlie: 403, olivia },
});
const staffPage: RouteRule['expect'] = { stranger: 303, bob: 403, alice: 403, charlie: 403, olivia: 200 };
/** A day in Istanbul, so many days from now. */
const dayIn = (days: number): string => localTime(new Date()).toPlainDate().add({ days }).toString();
const forStaff = 'answering banks is the work of the platform’s staff';

/** The routes of the dispute desk. */
export const disputeRules: RouteRule[] = [
  {
    route: 'GET /admin/disputes',
    target: () => ({ path: '/admin/disputes' }),
    expect: { stranger: 303, bob: 403, alice: 200, charlie: 200, olivia: 200 },
    audit: reading,
  },
  {
    route: 'GET /admin/disputes/new',
    target: () => ({ path: '/admin/disputes/new' }),
    expect: staffPage,
    audit: reading,
  },
  {
    route: 'POST /admin/disputes/new',
    target: async (db, cast) => ({
      path: '/admin/disputes/new',
      form: {
        order: (await chargedPayment(db, cast)).merchant_oid,
        reference: 'BANK-1',
        kind: 'complaint',
        receivedOn: dayIn(0),
      },
    }),
    expect: staff(303),
    audit: 'dispute_opened',
    forStaff,
  },
  {
    route: 'GET /admin/disputes/reasons',
    target: () => ({ path: '/admin/disputes/reasons?q=iptal' }),
    expect: staffPage,
    audit: reading,
  },
  {
    route: 'GET /admin/disputes/payments',
    target: () => ({ path: '/admin/disputes/payments' }),
    expect: staffPage,
    audit: reading,
  },
  {
    route: 'GET /admin/disputes/outcomes',
    target: () => ({ path: '/admin/disputes/outcomes' }),
    expect: staffPage,
    audit: reading,
  },
  {
    route: 'GET /admin/disputes/payments/:id',
    target: async (db, cast) => ({
      path: `/admin/disputes/payments/${String((await chargedPayment(db, cast)).id)}`,
    }),
    expect: staffPage,
    audit: reading,
  },
  {
    route: 'POST /admin/disputes/payments/:id/assess',
    target: async (db, cast) => ({
      path: `/admin/disputes/payments/${String((await chargedPayment(db, cast)).id)}/assess`,
    }),
    expect: staff(303),
    audit: { none: 'counts anew what is stored elsewhere' },
    forStaff,
  },
  {
    route: 'GET /admin/disputes/outcomes.csv',
    target: () => ({ path: '/admin/disputes/outcomes.csv' }),
    expect: staffPage,
    audit: 'dispute_outcomes_exported',
    isAboutNoCompany: true,
  },
  {
    route: 'GET /admin/disputes/:id',
    target: async (db, cast) => ({ path: `/admin/disputes/${String(await buildCase(db, cast))}` }),
    expect: readers,
    audit: reading,
  },
  {
    route: 'POST /admin/disputes/:id/packages',
    target: async (db, cast) => ({
      path: `/admin/disputes/${String(await buildCase(db, cast))}/packages`,
      form: {},
    }),
    expect: staff(303),
    audit: 'dispute_package_made',
    forStaff,
  },
  ...(['zip', 'pdf'] as const).map((format): RouteRule => ({
    route: `GET /admin/disputes/:id/packages/:packageId/${format}`,
    target: async (db, cast) => {
      const { disputeId, packageId } = await buildPackage(db, cast);
      return { path: `/admin/disputes/${String(disputeId)}/packages/${String(packageId)}/${format}` };
    },
    expect: readers,
    audit: 'dispute_package_downloaded',
    follows: 'dispute_package_download_finished',
  })),
  {
    route: 'GET /admin/chargeback/generate/:paymentId',
    target: async (db, cast) => ({
      path: `/admin/chargeback/generate/${String((await chargedPayment(db, cast)).id)}`,
    }),
    expect: readers,
    audit: 'dispute_package_downloaded',
    follows: 'dispute_package_download_finished',
  },
  {
    route: 'GET /admin/users/:id/package',
    target: async (db, cast) => {
      const { id } = await chargedPayment(db, cast);
      return { path: `/admin/users/${String(cast.alice.id)}/package?payment=${String(id)}` };
    },
    expect: readers,
    audit: 'dispute_package_downloaded',
    follows: 'dispute_package_download_finished',
  },
  {
    route: 'POST /admin/disputes/:id/freeze',
    target: async (db, cast) => ({
      path: `/admin/disputes/${String(await buildCase(db, cast))}/freeze`,
      form: {},
    }),
    expect: staff(303),
    audit: 'dispute_frozen',
    forStaff,
  },
  {
    route: 'POST /admin/disputes/:id/unfreeze',
    target: async (db, cast) => ({
      path: `/admin/disputes/${String((await buildFrozen(db, cast)).disputeId)}/unfreeze`,
      form: {},
    }),
    expect: staff(303),
    audit: 'dispute_reopened',
    forStaff,
  },
  {
    route: 'GET /admin/disputes/:id/send',
    target: async (db, cast) => ({
      path: `/admin/disputes/${String((await buildFrozen(db, cast)).disputeId)}/send`,
    }),
    expect: staffPage,
    audit: reading,
  },
  {
    route: 'POST /admin/disputes/:id/send',
    target: async (db, cast) => {
      const { disputeId, packageId } = await buildFrozen(db, cast);
      return {
        path: `/admin/disputes/${String(disputeId)}/send`,
        form: { packageId: String(packageId), channel: 'panel', once: 'on' },
      };
    },
    expect: staff(303),
    audit: 'dispute_sent',
    forStaff,
  },
  {
    route: 'POST /admin/disputes/:id/facts',
    target: async (db, cast) => ({
      path: `/admin/disputes/${String(await buildCase(db, cast))}/facts`,
      form: { network: 'visa', reasonCode: '13.1', amount: '100', currency: 'TRY', answerBy: dayIn(7) },
    }),
    expect: staff(303),
    audit: 'dispute_changed',
    forStaff,
  },
  {
    route: 'POST /admin/disputes/:id/review',
    target: async (db, cast) => ({
      path: `/admin/disputes/${String(await buildCase(db, cast, { state: 'sent', answer_by: null }))}/review`,
      form: {},
    }),
    expect: staff(303),
    audit: 'dispute_reviewed',
    forStaff,
  },
  {
    route: 'POST /admin/disputes/:id/taken',
    target: async (db, cast) => ({
      path: `/admin/disputes/${String(await buildCase(db, cast))}/taken`,
      form: {},
    }),
    expect: staff(303),
    audit: 'chargeback_posted',
    forStaff,
  },
  {
    route: 'POST /admin/disputes/:id/decision',
    target: async (db, cast) => ({
      path: `/admin/disputes/${String(await buildCase(db, cast))}/decision`,
      form: { decision: 'won' },
    }),
    expect: staff(303),
    audit: 'dispute_decided',
    forStaff,
  },
  {
    route: 'GET /admin/disputes/:id/accept',
    target: async (db, cast) => ({ path: `/admin/disputes/${String(await buildCase(db, cast))}/accept` }),
    expect: staffPage,
    audit: reading,
  },
  {
    route: 'POST /admin/disputes/:id/accept',
    target: async (db, cast) => ({
      path: `/admin/disputes/${String(await buildCase(db, cast))}/accept`,
      form: {},
    }),
    expect: staff(303),
    audit: 'dispute_accepted',
    forStaff,
  },
];
