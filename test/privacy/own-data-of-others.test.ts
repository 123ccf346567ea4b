import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import {
  buildCast,
  buildPayment,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';

const test = useTestApp();
let cast: Cast;

beforeEach(async () => {
  cast = await buildCast(test.db, { nameOf: (name) => `${name} Qwxyz` });
});

type Row = Record<string, unknown>;

interface Evidence {
  company: Row;
  audit_logs: Row[];
  payments: Row[];
  workspace_sessions: Row[];
}

/** The file, and its part about the company and what happened there. */
async function copyOf(person: BuiltUser): Promise<{ text: string; evidence: Evidence }> {
  const { text } = await (await signIn(test.app, person)).get('/account/data/download.json');
  return { text, evidence: (JSON.parse(text) as { evidence: Evidence }).evidence };
}

/** A row of the trail about Bob. */
async function insertAudit(row: {
  user_id: number;
  action_type: string;
  actor_type?: string;
  details: Record<string, unknown>;
}): Promise<void> {
  await test.database.ownerDb('audit_logs').insert({
    ...{ timestamp: new Date(), company_id: cast.acme.id, success: true, actor_type: 'user' },
    ...{ resource_type: 'user', resource_id: String(cast.bob.id) },
    ...row,
    details: JSON.stringify(row.details),
  });
}

describe('the copy of a member’s own data', () => {
  it('lacks the orders of colleagues', async () => {
    const { id: company_id } = cast.acme;
    const ofAlice = await buildPayment(test.db, { company_id, user_id: cast.alice.id, status: 'failed' });
    const ofBob = await buildPayment(test.db, { company_id, user_id: cast.bob.id });
    const { text, evidence } = await copyOf(cast.bob);
    expect(evidence.payments.map(({ merchant_oid }) => merchant_oid)).toEqual([ofBob.merchant_oid]);
    expect(text).not.toContain(ofAlice.merchant_oid);
  });

  it('lacks the billing details of the company, which may name its owner; that of an admin has them', async () => {
    await test.db('billing_details').insert({
      ...{ company_id: cast.acme.id, billing_name: 'Veli Quartz', billing_address: 'Beryl Street 7' },
    });
    const [bob, alice] = [await copyOf(cast.bob), await copyOf(cast.alice)];
    for (const words of ['Veli Quartz', 'Beryl Street 7']) {
      expect(bob.text).not.toContain(words);
      expect(alice.text).toContain(words);
    }
  });

  it('says what a colleague did to the account, and not who, nor whose name the row has', async () => {
    const details = { old_role: 'member', new_role: 'admin', invited_by: 'Alice Qwxyz' };
    await insertAudit({ user_id: cast.alice.id, action_type: 'role_changed', details });
    const { text, evidence } = await copyOf(cast.bob);
    const row = evidence.audit_logs.find(({ action_type }) => action_type === 'role_changed');
    expect(row).toMatchObject({ user_id: null, details: { new_role: 'admin' } });
    expect(row?.details).not.toHaveProperty('invited_by');
    expect(text).not.toContain('Alice Qwxyz');
  });

  it('lacks the words in which the staff discussed a lost factor or a new password', async () => {
    const details = {
      reason: 'sounded nervous on the telephone',
      channel: 'telephone',
      identity_check: 'a passport',
    };
    for (const action_type of ['factor_reset_requested', 'recovery_requested'])
      await insertAudit({ user_id: cast.olivia.id, actor_type: 'operator', action_type, details });
    const { text, evidence } = await copyOf(cast.bob);
    const rows = evidence.audit_logs.filter(({ action_type }) => /_requested$/.test(String(action_type)));
    expect(rows.map(({ details: shown }) => shown)).toEqual([null, null]);
    for (const words of Object.values(details)) expect(text).not.toContain(words);
  });

  it('does not name the workspace of a colleague in which the person worked', async () => {
    const workspace = await buildWorkspace(test.db, {
      ...{ company_id: cast.acme.id, owner_user_id: cast.alice.id, name: 'secret-quartz' },
    });
    await test.database.ownerDb('workspace_sessions').insert({
      ...{ company_id: cast.acme.id, user_id: cast.bob.id, on_behalf_of: cast.alice.id },
      ...{ workspace_id: workspace.id, session_id: 'a'.repeat(64), access_method: 'web' },
      ...{ started_at: new Date(), last_activity_at: new Date() },
    });
    const { text, evidence } = await copyOf(cast.bob);
    expect(evidence.workspace_sessions.map(({ workspace_name }) => workspace_name)).toEqual(['[…]']);
    expect(text).not.toContain('secret-quartz');
  });
});
