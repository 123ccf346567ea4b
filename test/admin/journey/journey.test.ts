import { buildCase } from '../../disputes/build.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildAuditRow } from '../../evidence/support.ts';
import { rowsOf } from '../../auth/rows.ts';
import { useTestApp } from '../../support/app.ts';
import {
  buildCast,
  buildMail,
  buildPayment,
  buildWorkspace,
  type Cast,
} from '../../support/programs/build.ts';
import { signIn } from '../../support/sign-in.ts';
import { type Visitor } from '../../support/visitor.ts';

const test = useTestApp();
const ADDRESS_OF_ALICE = '198.51.100.77';
let cast: Cast;
let alice: Visitor;

beforeAll(async () => {
  cast = await buildCast(test.db);
  const { acme, bob } = cast;
  const visitor = await signIn(test.app, bob);
  const workspace = await buildWorkspace(test.db, {
    company_id: acme.id,
    owner_user_id: bob.id,
    name: 'lab',
  });
  for (let n = 0; n < 3; n += 1) {
    await visitor.post(`/workspace/${String(workspace.id)}/open`);
    await visitor.post(`/workspace/${String(workspace.id)}/close`);
  }
  await buildPayment(test.db, {
    company_id: acme.id,
    user_id: bob.id,
    status: 'success',
    paid_at: new Date(),
  });
  await buildPayment(test.db, { company_id: acme.id, user_id: cast.alice.id });
  await buildMail(test.db, { company_id: acme.id, user_id: bob.id, recipient: bob.email });
  await buildMail(test.db, { company_id: acme.id, user_id: cast.alice.id, recipient: cast.alice.email });
  await buildAuditRow(test.db, cast.alice, {
    action_type: 'user_role_changed',
    resource_type: 'user',
    resource_id: String(bob.id),
    ip_address: ADDRESS_OF_ALICE,
  });
  await buildAuditRow(test.db, bob, {
    action_type: 'login',
    success: false,
    error_message: 'wrong-password',
  });
  alice = await signIn(test.app, cast.alice);
});

const path = (): string => `/admin/users/${String(cast.bob.id)}/journey`;
const kindsOn = (text: string): string[] =>
  [...text.matchAll(/<li class="is-\w+" data-kind="([\w-]+)"/g)].map(([, kind = '']) => kind);
const timesOn = (text: string): string[] =>
  [...text.matchAll(/class="trail-meta"><time datetime="([^"]+)"/g)].map(([, at = '']) => at);

type Records = Record<string, string | null>[];
type Bundle = Record<'audit_logs' | 'workspace_sessions' | 'payments' | 'invoices', Records> & {
  legal_acceptance: { history: Records };
  user: { membership_periods: Records };
};

/** The times of some records: of each the first field that is set. */
const timesOf = (records: Records, ...fields: string[]): string[] =>
  records.map(
    (record) => fields.map((field) => record[field]).find((time) => typeof time === 'string') ?? '',
  );

describe('the journey of a person', () => {
  it('has the facts of the evidence bundle, row for row, in one line of time', async () => {
    const { text } = await alice.get(path());
    const file = await alice.get(`/admin/users/${String(cast.bob.id)}/export-logs`);
    const bundle = JSON.parse(file.text) as Bundle;
    const lengthOf = (list: 'audit_logs' | 'workspace_sessions' | 'payments' | 'invoices'): number =>
      bundle[list].length;
    expect(text).toContain(
      `${String(lengthOf('audit_logs'))} rows of the audit trail, ${String(lengthOf('workspace_sessions'))} sessions, ${String(lengthOf('payments'))} payments, ${String(lengthOf('invoices'))} receipts`,
    );
    expect([lengthOf('workspace_sessions'), lengthOf('payments')]).toEqual([3, 2]);
    // Each fact of the bundle at its time, and nothing else but the mail.
    const facts = [
      ...timesOf(bundle.audit_logs, 'timestamp'),
      ...timesOf(bundle.workspace_sessions, 'started_at'),
      ...timesOf(bundle.payments, 'paid_at', 'created_at'),
      ...timesOf(bundle.legal_acceptance.history, 'accepted_at'),
      ...timesOf(bundle.user.membership_periods, 'started_at'),
    ];
    const kinds = kindsOn(text);
    // What a colleague did to Bob stands there, but not from where.
    expect(text).toContain(cast.alice.full_name);
    expect(text).not.toContain(ADDRESS_OF_ALICE);
    const times = timesOn(text);
    expect(times).toEqual([...times].sort());
    expect(kinds.filter((kind) => kind === 'mails')).toHaveLength(1);
    expect(times.filter((_time, at) => kinds[at] !== 'mails')).toEqual(facts.sort());
    expect(times.filter((_time, at) => kinds[at] === 'sessions')).toEqual(
      timesOf(bundle.workspace_sessions, 'started_at').sort(),
    );
  });

  it('tells of the disputes about the payments of the person, and of nobody else’s', async () => {
    const [payment] = await test.db('payments').where({ user_id: cast.bob.id }).pluck<number[]>('id');
    await buildCase(test.db, cast, { payment_id: payment, user_id: cast.bob.id, reference: 'TR-77' });
    await buildCase(test.db, cast, { reference: 'TR-78' });
    const { text } = await alice.get(`${path()}?kind=cases`);
    expect(kindsOn(text)).toEqual(['cases']);
    expect(text).toContain('TR-77');
    expect(text).not.toContain('TR-78');
  });

  it('is narrowed by kind and by time, and says so when nothing is left', async () => {
    const { text } = await alice.get(`${path()}?kind=payments`);
    expect(new Set(kindsOn(text))).toEqual(new Set(['payments']));
    expect(text).toMatch(/class="print-head"[\s\S]*Kind: Payments/);
    const early = await alice.get(`${path()}?from=2020-01-01&to=2020-02-01`);
    expect(early.text).toContain('Nothing in this time');
    const backwards = await alice.get(`${path()}?from=2026-02-01&to=2020-02-01`);
    expect(backwards.status).toBe(422);
    expect(backwards.text).toContain('value="2026-02-01"');
  });

  it('is no page for Bob himself or for Charlie, and a look of staff is on record', async () => {
    expect((await (await signIn(test.app, cast.bob)).get(path())).status).toBe(403);
    expect((await (await signIn(test.app, cast.charlie)).get(path())).status).toBe(404);
    const olivia = await signIn(test.app, cast.olivia);
    const response = await olivia.get(`${path()}?company=${String(cast.acme.id)}`);
    expect(response.status).toBe(200);
    expect(await rowsOf(test.db, 'operator_company_viewed', response)).toHaveLength(1);
  });
});
