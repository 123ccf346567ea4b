import { beforeAll, describe, expect, it } from 'vitest';
import type { EvidenceBundle } from '../../src/evidence/schemas/bundle-schema.ts';
import { emptyNotes } from '../../src/workspace/sessions/session-notes.ts';
import { writeNotes } from '../../src/workspace/sessions/write-notes.ts';
import { buildCast, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { useTestDatabase } from '../support/database.ts';
import { buildAuditRow, buildPaidPayment, buildRefund, buildSession, readBundle } from './support.ts';

const HOUR_MS = 3_600_000;

/**
 * The fields that a bundle prints and the database keeps from change: the key in the bundle, and its column
 * when that has another name.
 */
const FINAL = {
  users: ['id', 'email', 'created_at'],
  membership_periods: ['started_at', 'ended_at'],
  companies: ['id', 'name', 'subdomain', 'created_at'],
  legal_acceptances: ['accepted_at', 'ip_address', 'user_agent', 'request_id'],
  legal_documents: ['kind', 'version', 'locale', 'title'],
  audit_logs: [
    ...['id', 'timestamp', 'user_id', 'actor_type', 'action_type', 'success', 'resource_type', 'resource_id'],
    ...[
      'ip_address',
      'user_agent',
      'request_method',
      'request_path',
      'request_id',
      'details',
      'error_message',
    ],
  ],
  workspaces: ['workspace_name:name'],
  workspace_sessions: [
    ...['id', 'workspace_id', 'started_at', 'ended_at', 'end_reason', 'last_activity_at', 'activity_count'],
    ...['interactive_seconds', 'ip_address', 'user_agent', 'session_id', 'access_method'],
    ...['on_behalf_of_user_id:on_behalf_of', 'connected_minutes', 'active_minutes'],
  ],
  payments: [
    ...['id', 'merchant_oid', 'plan', 'status', 'currency', 'amount_minor', 'charged_minor', 'created_at'],
    ...['decided_at', 'paid_at', 'payment_type', 'installment_count', 'test_mode', 'failed_reason_code'],
    ...[
      'failed_reason_message',
      'review_reason',
      'started_by:user_id',
      'client_ip',
      'user_agent',
      'price_facts',
    ],
  ],
  order_consents: [
    ...['accepted_at', 'customer_type', 'locale', 'documents', 'text:terms_text', 'text_sha256'],
    ...['html_sha256', 'boxes', 'button', 'ip_address', 'user_agent', 'browser_session', 'request_id'],
  ],
  refunds: [
    ...['id', 'source', 'reference_no', 'amount_minor', 'currency', 'state', 'policy', 'reason'],
    ...['ends_paid_time', 'requested_at', 'confirmed_at', 'sent_at', 'decided_at', 'gateway_code'],
    'gateway_message',
  ],
  reversals: ['reversal_no', 'invoice_no', 'issued_at', 'currency', 'total_minor', 'tax_minor'],
  payment_callbacks: ['received_at', 'ip_address', 'outcome', 'fields:body'],
  invoices: [
    ...['id', 'invoice_no', 'payment_id', 'issued_at', 'plan', 'period_start', 'period_end', 'currency'],
    ...['total_minor', 'tax_minor', 'tax_percent', 'buyer', 'seller'],
  ],
} as const;

type Table = keyof typeof FINAL;

/**
 * The fields that are printed and may change, with the reason, or that follow from a column that is final.
 */
const NOT_FINAL = new Map<string, string>([
  ['users.full_name', 'a person may change it; an audit row keeps the one before'],
  ['users.email_confirmed_at', 'of the address today; each confirmation is in a list of its own'],
  ['users.invitation_handed_over_by', 'of the invitation'],
  ['users.email_confirmations', 'a list of its own'],
  ['users.email_changes', 'a list of its own'],
  ['users.role', 'what the person may do today'],
  ['users.deactivated_at', 'access is taken away and given back; another time of it is refused'],
  ['users.last_login_at', 'the newest sign-in; an older one is refused'],
  ['users.membership_periods', 'a list of its own'],
  ['companies.plan', 'the plan today'],
  ['companies.billing_currency', 'of the newest paid order'],
  ['companies.customer_type', 'as of today; what was accepted with an order has its own'],
  ['companies.billing_name', 'as of today; an invoice has its own'],
  ['companies.billing_address', 'as of today; an invoice has its own'],
  ['companies.billing_district', 'as of today; a legal invoice has its own'],
  ['companies.billing_city', 'as of today; a legal invoice has its own'],
  ['companies.billing_country', 'as of today; a legal invoice has its own'],
  ['companies.billing_tax_office', 'as of today; an invoice has its own'],
  ['companies.billing_tax_number', 'as of today; an invoice has its own'],
  ['legal_acceptances.email_confirmed_at', 'of the confirmation of that address'],
  ['legal_acceptances.email_was_confirmed', 'made from the two times'],
  ['legal_acceptances.content_sha256', 'made from the text'],
  ['legal_acceptances.text_path', 'made from kind, version and locale'],
  ['workspace_sessions.duration_seconds', 'made from start and end'],
  ['workspace_sessions.connected_seconds', 'made from connected_minutes and the length'],
  ['workspace_sessions.active_seconds', 'made from active_minutes and the length'],
  ['audit_logs.log_index', 'of the leaf, of a table to which the app can only add'],
  ['workspace_sessions.log_index', 'of the leaf, of a table to which the app can only add'],
  ['payments.amount', 'made from amount_minor'],
  ['payments.callbacks', 'a list of its own'],
  ['payments.terms', 'a record of its own'],
  ['payments.card', 'a record of its own, of a table to which the app can only add'],
  ['payments.refunds', 'a list of its own'],
  ['refunds.amount', 'made from amount_minor'],
  ['refunds.reversal', 'a record of its own'],
  ['payment_callbacks.last_received_at', 'a repeat counts up'],
  ['payment_callbacks.received_count', 'a repeat counts up'],
  ['invoices.total', 'made from total_minor'],
  ['invoices.merchant_oid', 'of the payment'],
]);

/** Another value of each type, so that an update is one. */
const ANOTHER: Record<string, string> = {
  text: `coalesce(??, '') || 'x'`,
  character: `case ?? when 'TRY' then 'USD' else 'TRY' end`,
  bigint: 'coalesce(??, 0) + 1',
  integer: 'coalesce(??, 0) + 1',
  numeric: 'coalesce(??, 0) + 1',
  boolean: 'not ??',
  inet: `coalesce(??, '192.0.2.1') + 1`,
  jsonb: `coalesce(??, '{}') || '{"a": 1}'`,
  bytea: `?? || 'x'::bytea`,
  'timestamp with time zone': `coalesce(??, now()) + interval '1 second'`,
};

const database = useTestDatabase();
let cast: Cast;
let bundle: EvidenceBundle;
let workspaceId: number;

beforeAll(async () => {
  const { db } = database;
  cast = await buildCast(db);
  workspaceId = (await buildWorkspace(db, { company_id: cast.acme.id, owner_user_id: cast.bob.id })).id;
  const [from, to] = [ago(50), ago(49)];
  await buildSession(db, cast.bob, workspaceId, { from, to }, { connected: 30, active: 12 });
  await buildAuditRow(db, cast.bob);
  await buildRefund(db, cast, await buildPaidPayment(db, cast.bob));
  const [period] = await db('membership_periods').where('user_id', cast.bob.id).select('ended_at');
  if (period?.ended_at === null)
    await db('membership_periods').where('user_id', cast.bob.id).update({ ended_at: new Date() });
  bundle = await readBundle(db, cast.alice, cast.bob);
});

function ago(hours: number): string {
  return new Date(Date.now() - hours * HOUR_MS).toISOString();
}

describe('what a bundle prints', () => {
  it('is decided on, column by column: final, or open for a reason', () => {
    const printed: Record<Exclude<Table, 'workspaces' | 'legal_documents'>, object | undefined> = {
      users: bundle.user,
      membership_periods: bundle.user.membership_periods[0],
      companies: bundle.company,
      legal_acceptances: bundle.legal_acceptance.history[0],
      audit_logs: bundle.audit_logs[0],
      workspace_sessions: bundle.workspace_sessions[0],
      payments: bundle.payments[0],
      order_consents: bundle.payments[0]?.terms ?? undefined,
      payment_callbacks: bundle.payments[0]?.callbacks[0],
      refunds: bundle.payments[0]?.refunds[0],
      reversals: bundle.payments[0]?.refunds[0]?.reversal ?? undefined,
      invoices: bundle.invoices[0],
    };
    const final = Object.values(FINAL)
      .flat()
      .map((entry) => entry.split(':')[0]);
    for (const [table, record] of Object.entries(printed)) {
      expect(record, table).toBeDefined();
      const undecided = Object.keys(record ?? {}).filter(
        (key) => !final.includes(key) && !NOT_FINAL.has(`${table}.${key}`),
      );
      expect(undecided, table).toEqual([]);
    }
  });

  const columns = Object.entries(FINAL).flatMap(([table, entries]) =>
    entries.map((entry): [string, string] => [table, entry.split(':').at(-1) ?? entry]),
  );
  it.each(columns)('cannot be rewritten by the app: %s.%s', async (table, column) => {
    const { db } = database;
    const type = await db('information_schema.columns')
      .where({ table_name: table, column_name: column })
      .first<{ data_type: string } | undefined>('data_type');
    const other = ANOTHER[type?.data_type ?? ''];
    if (other === undefined) throw new Error(`no other value of ${String(type?.data_type)}`);
    const row = await db(table)
      .modify((query) => {
        if (table === 'users') void query.where('id', cast.bob.id);
        if (table === 'companies') void query.where('id', cast.acme.id);
        if (table === 'membership_periods') void query.where('user_id', cast.bob.id);
      })
      .first<{ id: number }>('id');
    const update = db(table)
      .where('id', row.id)
      .update({ [column]: db.raw(other, [column]) });
    // 428C9: a key that Postgres gives is never anybody's to write.
    await expect(update).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|428C9)$/) as string });
  });
});

describe('a session that has just ended', () => {
  it('still takes what was counted before its end, and is otherwise final', async () => {
    const { db } = database;
    await buildSession(db, cast.bob, workspaceId, { from: ago(2), to: ago(1) });
    const session = await db('workspace_sessions')
      .orderBy('id', 'desc')
      .first<{ id: number; started_at: Date }>();
    const row = db('workspace_sessions').where('id', session.id);
    const minute = Math.floor((Date.now() - HOUR_MS) / 60_000);
    const traffic = {
      ...emptyNotes({ id: session.id, startedAt: session.started_at }),
      lastAt: new Date(),
      connected: new Set([minute, minute + 30]),
      active: new Set([minute]),
    };
    await writeNotes(db, [traffic]);
    expect(await row.clone().first()).toMatchObject({ connected_minutes: 1, active_minutes: 1 });
    for (const change of [
      { connected_minutes: 0, active_minutes: 0 },
      { active_until: null },
      { activity_count: 1 },
      { ended_at: new Date() },
      { end_reason: 'idle' },
      { last_activity_at: new Date() },
      { disconnected_at: new Date() },
      { started_at: ago(3) },
    ])
      await expect(row.clone().update(change), JSON.stringify(change)).rejects.toMatchObject({
        code: '42501',
      });
  });

  it('is final after a day: traffic that comes then is left out, and holds up nobody else’s', async () => {
    const { db } = database;
    const sessions = await db('workspace_sessions')
      .orderBy('id')
      .select<{ id: number; started_at: Date }[]>();
    await buildSession(db, cast.bob, workspaceId, { from: ago(0.5), to: ago(0.4), isOpen: true });
    const open = await db('workspace_sessions')
      .whereNull('ended_at')
      .first<{ id: number; started_at: Date }>();
    const minute = Math.floor((Date.now() - 49.5 * HOUR_MS) / 60_000);
    const traffic = [sessions[0]!, open].map(({ id, started_at }) => ({
      ...emptyNotes({ id, startedAt: started_at }),
      lastAt: new Date(),
      connected: new Set([id === open.id ? Math.floor(Date.now() / 60_000) : minute]),
      isPartlySeen: true,
    }));
    await writeNotes(db, traffic);
    expect(await db('workspace_sessions').where('id', sessions[0]!.id).first()).toMatchObject({
      connected_minutes: 30,
      is_partly_seen: false,
    });
    expect(await db('workspace_sessions').where('id', open.id).first()).toMatchObject({
      connected_minutes: 1,
    });
  });
});

describe('an open session, an account and a membership', () => {
  it('only go forward', async () => {
    const { db } = database;
    const open = db('workspace_sessions').whereNull('ended_at');
    await open.clone().update({ connected_minutes: 3, active_minutes: 2, is_partly_seen: true });
    for (const change of [
      { last_activity_at: ago(0.45) },
      { activity_count: 0 },
      { started_at: ago(1) },
      { connected_minutes: 2 },
      { active_minutes: 1 },
      { is_partly_seen: false },
    ])
      await expect(open.clone().update(change), JSON.stringify(change)).rejects.toMatchObject({
        code: '42501',
      });
    const bob = db('users').where('id', cast.bob.id);
    await bob.clone().update({ deactivated_at: ago(2), last_login_at: ago(1) });
    for (const change of [{ deactivated_at: ago(1) }, { last_login_at: ago(2) }, { last_login_at: null }])
      await expect(bob.clone().update(change), JSON.stringify(change)).rejects.toMatchObject({
        code: '42501',
      });
    await bob.clone().update({ deactivated_at: null, role: 'admin' });
    const reopened = db('membership_periods').where('user_id', cast.bob.id).update({ ended_at: null });
    await expect(reopened).rejects.toMatchObject({ code: '42501' });
  });
});
