import { beforeEach, describe, expect, it } from 'vitest';
import { WorkspaceSessionTracker } from '../../src/workspace/sessions/workspace-session-tracker.ts';
import { exportEvidence } from '../../src/evidence/export-evidence.ts';
import { deactivateUser } from '../../src/people/deactivate-user.ts';
import { buildCast, buildPayment, buildUser, buildWorkspace, type Cast } from '../support/programs/build.ts';
import { useTestDatabase } from '../support/database.ts';
import {
  buildAuditRow,
  buildPaidPayment,
  buildSession,
  contextOf,
  downloadText,
  readBundle,
  poolsOf,
} from './support.ts';
import { newestVersions } from '../legal/newest-versions.ts';

const database = useTestDatabase();
let cast: Cast;

beforeEach(async () => {
  cast = await buildCast(database.db);
});

const LONG_AGO = new Date('2026-01-01T00:00:00Z');

describe('an evidence bundle', () => {
  it('of somebody who never did anything is valid and says that there is nothing', async () => {
    const idle = await buildUser(database.db, { company_id: cast.acme.id, accepts: false });
    const bundle = await readBundle(database.db, cast.alice, idle);
    expect(Object.keys(bundle)).toEqual([
      'schema_version',
      'generated_at',
      'generated_by',
      'period',
      'user',
      'company',
      'legal_acceptance',
      'audit_logs',
      'workspace_sessions',
      'payments',
      'invoices',
      'proof',
      'summary',
    ]);
    expect(bundle.audit_logs).toEqual([]);
    expect(bundle.workspace_sessions).toEqual([]);
    expect(bundle.payments).toEqual([]);
    expect(bundle.invoices).toEqual([]);
    expect(bundle.legal_acceptance).toMatchObject({ terms_accepted_at: null, history: [] });
    expect(bundle.summary).toEqual({
      total_workspace_hours: 0,
      interactive_workspace_hours: 0,
      connected_workspace_hours: 0,
      active_workspace_hours: 0,
      counted_sessions: 0,
      partly_counted_sessions: 0,
      uncounted_sessions: 0,
      usage_explained: {
        en: expect.stringContaining('Two numbers bound') as string,
        tr: expect.stringContaining('iki sayı sınırlar') as string,
      },
      total_sessions: 0,
      sessions_by_admins: 0,
      successful_logins: 0,
      failed_logins: 0,
      failed_logins_known_device: 0,
      failed_logins_by_others: 0,
      failed_logins_explained: {
        en: expect.stringContaining('details.attempts') as string,
        tr: expect.stringContaining('details.attempts') as string,
      },
      first_activity: null,
      last_activity: null,
      total_payments_amount: 0,
      billing_currency: 'TRY',
      total_payments_by_currency: {},
      total_refunds_by_currency: {},
    });
  });

  it('says who it is about, for whom, and who asked for it', async () => {
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.user).toMatchObject({ id: cast.bob.id, full_name: 'Bob', role: 'member' });
    expect(bundle.user.membership_periods).toHaveLength(1);
    expect(bundle.company).toMatchObject({ id: cast.acme.id, name: 'Acme', billing_currency: 'TRY' });
    expect(bundle.generated_by).toEqual({
      id: cast.alice.id,
      full_name: 'Alice',
      email: cast.alice.email,
      role: 'admin',
    });
    expect(bundle.period).toEqual({ from: null, to: null });
  });

  it('has the newest acceptance of each text with address and hash, and all of them', async () => {
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.legal_acceptance).toMatchObject({
      terms_accepted_ip: '203.0.113.5',
      terms_accepted_version: newestVersions.terms,
      privacy_accepted_ip: '203.0.113.5',
      privacy_accepted_version: newestVersions.privacy,
    });
    expect(bundle.legal_acceptance.terms_accepted_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(bundle.legal_acceptance.history.map((entry) => entry.kind).toSorted()).toEqual([
      'privacy',
      'terms',
    ]);
  });

  it('lists sign-ins newest first in UTC, and counts those that worked and those that did not', async () => {
    const row = (at: string, overrides = {}): Promise<number> =>
      buildAuditRow(database.db, cast.bob, { timestamp: at, ...overrides });
    await row('2026-03-01T10:00:00+03:00');
    await row('2026-03-02T10:00:00+03:00');
    await row('2026-03-03T10:00:00+03:00', { success: false, actor_type: 'anonymous' });
    await row('2026-03-04T10:00:00+03:00', { action_type: 'logout' });
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.audit_logs.map((entry) => entry.timestamp)).toEqual([
      '2026-03-04T07:00:00.000Z',
      '2026-03-03T07:00:00.000Z',
      '2026-03-02T07:00:00.000Z',
      '2026-03-01T07:00:00.000Z',
    ]);
    expect(bundle.audit_logs[1]).toMatchObject({ ip_address: '203.0.113.20', user_agent: 'person browser' });
    expect(bundle.summary).toMatchObject({
      successful_logins: 2,
      failed_logins: 1,
      first_activity: '2026-03-01T07:00:00.000Z',
      last_activity: '2026-03-04T07:00:00.000Z',
    });
  });

  it('does not take a stranger’s wrong password for activity of the person', async () => {
    await buildAuditRow(database.db, cast.bob, { success: false, actor_type: 'anonymous' });
    const { summary } = await readBundle(database.db, cast.alice, cast.bob);
    expect(summary).toMatchObject({ failed_logins: 1, first_activity: null, last_activity: null });
  });

  it('counts overlapping workspace sessions once', async () => {
    const one = await buildWorkspace(database.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    const two = await buildWorkspace(database.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    await buildSession(database.db, cast.bob, one.id, {
      from: '2026-03-01T09:00:00Z',
      to: '2026-03-01T10:00:00Z',
    });
    await buildSession(database.db, cast.bob, two.id, {
      from: '2026-03-01T09:30:00Z',
      to: '2026-03-01T10:30:00Z',
    });
    await buildSession(database.db, cast.alice, two.id, {
      from: '2026-03-01T09:00:00Z',
      to: '2026-03-01T20:00:00Z',
    });
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.workspace_sessions.map((session) => session.workspace_name)).toEqual([two.name, one.name]);
    expect(bundle.summary).toMatchObject({ total_workspace_hours: 1.5, total_sessions: 2 });
    const stats = await WorkspaceSessionTracker.usageStats(database.db, null, {
      companyId: cast.acme.id,
      userId: cast.bob.id,
    });
    expect(bundle.summary.total_workspace_hours).toBe(stats.connected_seconds / 3600);
  });

  it('shows an active session as open and counts it to its last activity', async () => {
    const { id } = await buildWorkspace(database.db, {
      company_id: cast.acme.id,
      owner_user_id: cast.bob.id,
    });
    await buildSession(database.db, cast.bob, id, {
      from: '2026-03-01T09:00:00Z',
      to: '2026-03-01T09:15:00Z',
      isOpen: true,
    });
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.workspace_sessions[0]).toMatchObject({
      ended_at: null,
      duration_seconds: null,
      last_activity_at: '2026-03-01T09:15:00.000Z',
    });
    expect(bundle.summary.total_workspace_hours).toBe(0.25);
  });
});

describe('payments in a bundle', () => {
  it('are summed by currency, successful ones only, and only the billing currency makes the total', async () => {
    await buildPaidPayment(database.db, cast.bob, { amount_minor: 149_900, charged_minor: 155_001 });
    await buildPaidPayment(database.db, cast.bob, { amount_minor: 10 * 100 });
    await buildPaidPayment(database.db, cast.bob, { currency: 'USD', amount_minor: 4_999 });
    await buildPaidPayment(database.db, cast.bob, { currency: 'EUR', amount_minor: 4_510 });
    for (const status of ['pending', 'failed', 'expired', 'refused']) {
      await buildPayment(database.db, { company_id: cast.acme.id, user_id: cast.bob.id, status });
    }
    await buildPayment(database.db, {
      company_id: cast.acme.id,
      user_id: cast.bob.id,
      status: 'review',
      review_reason: 'amount_below_order',
      charged_minor: 100,
    });
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.payments).toHaveLength(9);
    expect(bundle.invoices).toHaveLength(4);
    expect(bundle.summary).toMatchObject({
      total_payments_amount: 1560.01,
      billing_currency: 'TRY',
      total_payments_by_currency: { TRY: 1560.01, USD: 49.99, EUR: 45.1 },
    });
  });

  it('carry what the gateway sent, without its signature', async () => {
    const paid = await buildPaidPayment(database.db, cast.bob);
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.payments[0]).toMatchObject({
      merchant_oid: paid.merchant_oid,
      status: 'success',
      amount: 1499,
      amount_minor: 149_900,
      currency: 'TRY',
      client_ip: '203.0.113.9',
      started_by: { id: cast.bob.id, full_name: 'Bob', email: cast.bob.email },
    });
    expect(bundle.payments[0]?.callbacks[0]?.fields).toEqual({
      merchant_oid: paid.merchant_oid,
      status: 'success',
      x: '1 | 2',
    });
    expect(bundle.invoices[0]).toMatchObject({ payment_id: paid.id, total: 1499, tax_percent: 20 });
    expect(JSON.stringify(bundle)).not.toContain('c2VjcmV0');
  });

  it('are those the person started, and those of the company while they were a member', async () => {
    const late = await buildUser(database.db, {
      company_id: cast.acme.id,
      created_at: new Date('2026-05-01T00:00:00Z'),
    });
    const before = await buildPaidPayment(database.db, cast.alice, {
      created_at: new Date('2026-04-01T00:00:00Z'),
    });
    const during = await buildPaidPayment(database.db, cast.alice, {
      created_at: new Date('2026-06-01T00:00:00Z'),
    });
    await buildPaidPayment(database.db, cast.charlie, { created_at: new Date('2026-06-01T00:00:00Z') });
    const bundle = await readBundle(database.db, cast.alice, late);
    expect(bundle.payments.map((payment) => payment.merchant_oid)).toEqual([during.merchant_oid]);
    expect(bundle.payments[0]).toMatchObject({
      started_by: { id: cast.alice.id, email: cast.alice.email },
      // A colleague's address is not this person's evidence.
      client_ip: null,
      user_agent: null,
    });
    const own = await readBundle(database.db, cast.alice, cast.alice);
    expect(own.payments.map((payment) => payment.merchant_oid)).toEqual([
      during.merchant_oid,
      before.merchant_oid,
    ]);
  });

  it('of a removed person stay, up to the day they left', async () => {
    const started = await buildPaidPayment(database.db, cast.bob, { created_at: new Date() });
    await buildAuditRow(database.db, cast.bob, { timestamp: new Date() });
    await deactivateUser(database.db, contextOf(cast.alice, new Date()), {
      companyId: cast.acme.id,
      userId: cast.bob.id,
    });
    await buildPaidPayment(database.db, cast.alice, { created_at: new Date(Date.now() + 60_000) });
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.user.deactivated_at).not.toBeNull();
    expect(bundle.user.membership_periods[0]?.ended_at).not.toBeNull();
    expect(bundle.payments.map((payment) => payment.merchant_oid)).toEqual([started.merchant_oid]);
    expect(bundle.summary).toMatchObject({ successful_logins: 1, total_payments_amount: 1499 });
    expect(bundle.audit_logs.map((row) => row.action_type)).toEqual(['user_deactivated', 'login']);
  });
});

describe('a bundle keeps to the person', () => {
  it('leaves out what colleagues did', async () => {
    await buildAuditRow(database.db, cast.alice, { user_agent: 'alice browser' });
    const { id } = await buildWorkspace(database.db, {
      company_id: cast.acme.id,
      owner_user_id: cast.alice.id,
    });
    await buildSession(database.db, cast.alice, id, {
      from: '2026-03-01T09:00:00Z',
      to: '2026-03-01T10:00:00Z',
    });
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.audit_logs).toEqual([]);
    expect(bundle.workspace_sessions).toEqual([]);
    expect(bundle.summary.total_sessions).toBe(0);
  });

  it('leaves out whatever belongs to another company, even where it names the person', async () => {
    const { db } = database;
    const inGlobex = { company_id: cast.globex.id };
    await buildAuditRow(db, cast.charlie, { resource_id: String(cast.bob.id) });
    await buildAuditRow(db, cast.bob, inGlobex);
    await buildPaidPayment(db, cast.bob, inGlobex);
    const { id } = await buildWorkspace(db, { ...inGlobex, owner_user_id: cast.charlie.id });
    const times = { from: '2026-03-01T09:00:00Z', to: '2026-03-01T10:00:00Z' };
    await buildSession(db, { ...cast.bob, ...inGlobex }, id, times);
    const bundle = await readBundle(db, cast.alice, cast.bob);
    expect(bundle.audit_logs).toEqual([]);
    expect(bundle.payments).toEqual([]);
    expect(bundle.workspace_sessions).toEqual([]);
    expect(bundle.summary).toMatchObject({
      total_sessions: 0,
      total_payments_amount: 0,
      successful_logins: 0,
    });
  });

  it('shows what an admin did to the person, without the admin’s address', async () => {
    await buildAuditRow(database.db, cast.alice, {
      action_type: 'user_role_changed',
      resource_id: String(cast.bob.id),
      details: JSON.stringify({ new_role: 'admin' }),
    });
    const bundle = await readBundle(database.db, cast.alice, cast.bob);
    expect(bundle.audit_logs[0]).toMatchObject({
      action_type: 'user_role_changed',
      user_id: cast.alice.id,
      ip_address: null,
      user_agent: null,
      details: { new_role: 'admin' },
    });
  });

  it('names what the person did to others, without the others’ particulars', async () => {
    await buildAuditRow(database.db, cast.alice, {
      action_type: 'user_deactivated',
      resource_id: String(cast.bob.id),
      details: JSON.stringify({ email: cast.bob.email }),
    });
    await buildAuditRow(database.db, cast.alice, {
      action_type: 'invitation_sent',
      resource_type: 'invitation',
      resource_id: '1',
      details: JSON.stringify({ email: cast.bob.email }),
    });
    const bundle = await readBundle(database.db, cast.alice, cast.alice);
    expect(bundle.audit_logs.map((row) => row.details)).toEqual([null, null]);
    expect(JSON.stringify(bundle)).not.toContain(cast.bob.email);
  });

  it('has no password hash and no token', async () => {
    await buildPaidPayment(database.db, cast.bob, { gateway_token: 'gateway-token-in-a-row' });
    const text = await downloadText(database.db, cast.alice, cast.bob);
    expect(text).not.toContain('argon2');
    expect(text).not.toContain('gateway-token-in-a-row');
    expect(text).not.toMatch(/"(password|token)[^"]*":/);
  });
});

describe('a period', () => {
  it('limits events, sessions and payments, and cuts hours at its edges', async () => {
    const { db } = database;
    const { id } = await buildWorkspace(db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    for (const day of ['2026-02-28', '2026-03-10', '2026-04-01']) {
      await buildAuditRow(db, cast.bob, { timestamp: `${day}T00:00:00Z` });
      await buildPaidPayment(db, cast.bob, { created_at: new Date(`${day}T00:00:00Z`) });
    }
    // An hour of it lies before the period, an hour within.
    await buildSession(db, cast.bob, id, { from: '2026-02-28T23:00:00Z', to: '2026-03-01T01:00:00Z' });
    await buildSession(db, cast.bob, id, { from: '2026-04-01T00:00:00Z', to: '2026-04-01T01:00:00Z' });
    const bundle = await readBundle(db, cast.alice, cast.bob, {
      from: new Date('2026-03-01T00:00:00Z'),
      to: new Date('2026-04-01T00:00:00Z'),
    });
    expect(bundle.period).toEqual({ from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' });
    expect(bundle.audit_logs).toHaveLength(1);
    expect(bundle.workspace_sessions).toHaveLength(1);
    expect(bundle.payments).toHaveLength(1);
    expect(bundle.invoices).toHaveLength(1);
    expect(bundle.summary).toMatchObject({
      total_workspace_hours: 1,
      total_sessions: 1,
      successful_logins: 1,
      first_activity: '2026-03-01T00:00:00.000Z',
      last_activity: '2026-03-10T00:00:00.000Z',
      total_payments_amount: 1499,
    });
    expect(bundle.legal_acceptance.history).toHaveLength(2);
  });

  it('holds a payment that was started before it and paid in it', async () => {
    await buildPaidPayment(database.db, cast.bob, {
      created_at: new Date('2026-02-28T23:59:00Z'),
      paid_at: new Date('2026-03-01T00:01:00Z'),
    });
    const bundle = await readBundle(database.db, cast.alice, cast.bob, {
      from: new Date('2026-03-01T00:00:00Z'),
    });
    expect(bundle.payments).toHaveLength(1);
  });
});

describe('the download of a bundle', () => {
  it('is audited with period and form before the first byte, and is not inside itself', async () => {
    const { db } = database;
    await buildAuditRow(database.db, cast.bob, { timestamp: LONG_AGO });
    await buildPaidPayment(database.db, cast.bob, { created_at: LONG_AGO });
    const context = contextOf(cast.alice);
    const input = { userId: cast.bob.id, companyId: cast.acme.id, from: LONG_AGO, to: null, by: cast.alice };
    const download = await exportEvidence(poolsOf(db), context, input);
    const [row] = await database
      .db('audit_logs')
      .where({ action_type: 'evidence_exported', request_id: context.requestId });
    expect(row).toMatchObject({
      user_id: cast.alice.id,
      company_id: cast.acme.id,
      resource_type: 'user',
      resource_id: String(cast.bob.id),
      success: true,
      details: {
        period: { from: LONG_AGO.toISOString(), to: null },
        format: 'json',
      },
    });
    let text = '';
    for await (const chunk of download.chunks) text += chunk.toString();
    expect((JSON.parse(text) as { audit_logs: unknown[] }).audit_logs).toHaveLength(1);
    const next = await readBundle(database.db, cast.alice, cast.bob);
    expect(next.audit_logs.map((entry) => entry.action_type)).toEqual(['evidence_exported', 'login']);
  });

  it('has an ASCII file name', async () => {
    const download = await exportEvidence(
      poolsOf(database.db),
      contextOf(cast.alice, new Date('2026-03-04T05:06:07Z')),
      { userId: cast.bob.id, companyId: cast.acme.id, from: null, to: null, by: cast.alice },
    );
    await download.chunks[Symbol.asyncIterator]().return?.();
    expect(download.fileName).toBe(
      `evidence-${cast.acme.subdomain}-user-${String(cast.bob.id)}-2026-03-04.json`,
    );
  });

  it('refuses a person of another company and an operator’s account like one who does not exist', async () => {
    const ask = (userId: number, companyId: number | null): Promise<unknown> =>
      exportEvidence(poolsOf(database.db), contextOf(cast.charlie), {
        userId,
        companyId,
        from: null,
        to: null,
        by: cast.charlie,
      });
    await expect(ask(cast.bob.id, cast.globex.id)).rejects.toMatchObject({ status: 404 });
    await expect(ask(cast.olivia.id, null)).rejects.toMatchObject({ status: 404 });
    await expect(ask(999_999_999, null)).rejects.toMatchObject({ status: 404 });
    const rows = await database
      .db('audit_logs')
      .where({ action_type: 'evidence_exported', user_id: cast.charlie.id });
    expect(rows).toEqual([]);
  });
});
