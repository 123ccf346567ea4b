import { beforeAll, describe, expect, it } from 'vitest';
import { actionGroups } from '../../src/admin/audit-action-groups.ts';
import { auditNotes } from '../../src/admin/audit-notes.ts';
import type { AuditEntryRow } from '../../src/audit/audit-record.ts';
import { auditSentence, type Teller } from '../../src/admin/audit-sentence.ts';
import { auditActions, type AuditAction } from '../../src/audit/actions.ts';
import { auditCauses, auditReasons, type AuditCause, type AuditReason } from '../../src/audit/reasons.ts';
import { actorTypes } from '../../src/audit/request-context.ts';
import type { TokenRefusal } from '../../src/credentials/authenticate-token.ts';
import { reviewReasons } from '../../src/billing/settlement/decide-settlement.ts';
import { formatFor } from '../../src/web/format.ts';
import { catalogues, locales, type Locale } from '../../src/web/locales/catalogues.ts';
import type { AccessRefusal } from '../../src/workspace/access/decide-access.ts';
import type { StartOutcome, StopCause } from '../../src/workspace/runtime-types.ts';
import { endReasons, type Ending } from '../../src/workspace/session-row.ts';
import type { SshRefusal } from '../../src/workspace/ssh/open-ssh-connection.ts';
import { useTestApp } from '../support/app.ts';
import {
  buildCast,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';
import { buildAuditRow } from '../evidence/support.ts';

const actions = Object.keys(auditActions) as AuditAction[];
const reasons = Object.keys(auditReasons) as AuditReason[];

/** A row with nothing in it but what every row has. */
function rowOf(overrides: Partial<AuditEntryRow>): AuditEntryRow {
  return {
    id: 1,
    timestamp: new Date('2026-03-01T09:30:00Z'),
    user_id: 1,
    user_name: 'Mert Kaya',
    user_email: 'mert@example.com',
    actor_type: 'user',
    action_type: 'login',
    success: true,
    resource_type: null,
    resource_id: null,
    ip_address: null,
    user_agent: null,
    request_method: null,
    request_path: null,
    request_id: null,
    details: {},
    error_message: null,
    ...overrides,
  };
}

function tellerOf(locale: Locale): Teller {
  const nothing = { find: () => undefined };
  return { format: formatFor(locale), names: nothing, scope: { isOperator: false, query: '' } };
}

function tell(row: Partial<AuditEntryRow>, locale: Locale = 'en'): string {
  return auditSentence(rowOf(row), tellerOf(locale))
    .map(({ text }) => text)
    .join('');
}

/** Does not compile when a reason or a cause that the code gives is missing from the lists. */
function listed(
  reason: TokenRefusal | AccessRefusal | SshRefusal['reason'] | Exclude<StartOutcome, { ok: true }>['reason'],
  cause: NonNullable<Ending['cause']> | StopCause,
): [Exclude<typeof reason, 'unknown'>, typeof cause] extends [AuditReason, AuditCause] ? boolean : never {
  return reason !== 'unknown' && reasons.includes(reason) && auditCauses.includes(cause);
}

describe('the sentences of the audit trail', () => {
  it.each(locales)(
    'say every action in %s, done and not done, by anybody, also of a row without details',
    (locale) => {
      for (const action_type of actions) {
        for (const success of [true, false]) {
          for (const actor_type of actorTypes) {
            const row = { action_type, success, actor_type };
            const texts = [tell(row, locale), tell({ ...row, user_id: null, user_name: null }, locale)];
            for (const text of texts) {
              expect(text, action_type).not.toContain(action_type);
              expect(text, action_type).toMatch(/^\S+( \S+)+$/);
              expect(text, action_type).not.toMatch(/undefined|null|\[object|[{}]/);
            }
          }
        }
      }
    },
  );

  it.each(locales)('have a text of its own for every action in %s', (locale) => {
    const { auditSentence: sentences } = catalogues[locale];
    expect(new Set(actions.map((action) => sentences[action])).size).toBe(actions.length);
  });

  it.each(locales)('give every reason in words in %s', (locale) => {
    expect(listed('expired', 'unused')).toBe(true);
    expect(reasons).toEqual(expect.arrayContaining([...reviewReasons]));
    expect(auditCauses).toEqual(expect.arrayContaining([...endReasons]));
    for (const reason of reasons) {
      const text = tell({ success: false, error_message: reason }, locale);
      expect(text).not.toMatch(new RegExp(`: ${reason}$`));
      expect(text, reason).toMatch(/: \S/);
    }
    for (const cause of auditCauses) {
      const text = tell({ action_type: 'workspace_session_expired', details: { reason: cause } }, locale);
      expect(text, cause).toMatch(/: [^:]{4,}$/);
    }
  });

  it.each<[Partial<AuditEntryRow>, string, string]>([
    [
      { action_type: 'workspace_access', resource_type: 'workspace', details: { name: 'mobil-uygulama' } },
      'Mert Kaya opened mobil-uygulama',
      'Mert Kaya, mobil-uygulama çalışma alanını açtı',
    ],
    [
      { actor_type: 'anonymous', success: false, error_message: 'wrong-password' },
      'Somebody who was not signed in tried to sign in as Mert Kaya: wrong password',
      'Giriş yapmamış biri, Mert Kaya hesabıyla giriş yapmaya çalıştı: parola yanlıştı',
    ],
    [
      {
        actor_type: 'gateway',
        action_type: 'payment_callback_failure',
        success: false,
        error_message: 'declined: 6 kart limiti yetersiz',
        details: { plan: 'team', amount_minor: 149_900, currency: 'TRY', failed_reason_code: '6' },
      },
      'The payment service reported a payment of ₺1,499.00 for Professional that did not go through: the card was declined (6 kart limiti yetersiz)',
      'Ödeme kuruluşu, Profesyonel planı için ₺1.499,00 tutarındaki ödemenin gerçekleşmediğini bildirdi: kart reddedildi (6 kart limiti yetersiz)',
    ],
    [
      {
        actor_type: 'system',
        action_type: 'workspace_session_expired',
        resource_type: 'workspace',
        details: { reason: 'revoked', cause: 'token-revoked' },
      },
      'Mert Kaya’s session in a workspace ended: the access token was revoked',
      'Mert Kaya kişisinin bir çalışma alanındaki oturumu sona erdi: erişim anahtarı geri alındı',
    ],
    [
      { actor_type: 'operator', action_type: 'operator_company_viewed', request_path: '/admin/audit' },
      'Mert Kaya (platform staff) looked at the audit trail',
      'Mert Kaya (platform görevlisi) şu sayfaya baktı: denetim kaydı',
    ],
    [
      { action_type: 'token_revoked', details: { name: 'ci', reason: 'by-owner' } },
      'Mert Kaya revoked the access token ci',
      'Mert Kaya, ci adlı erişim anahtarını geri aldı',
    ],
    [
      { error_message: 'words of another hand', success: false },
      'Mert Kaya tried to sign in as Mert Kaya: words of another hand',
      'Mert Kaya, Mert Kaya hesabıyla giriş yapmaya çalıştı: words of another hand',
    ],
  ])('read well: %j', (row, english, turkish) => {
    expect(tell(row, 'en')).toBe(english);
    expect(tell(row, 'tr')).toBe(turkish);
  });

  it('say below how often it was tried, and from what browser', () => {
    const details = {
      attempts: 14,
      first_attempt_at: '2026-03-01T09:00:00Z',
      last_attempt_at: '2026-03-01T09:14:00Z',
      known_device: false,
    };
    const notes = auditNotes(rowOf({ success: false, details }), tellerOf('en'));
    expect(notes.map((parts) => parts.map(({ text }) => text).join(''))).toEqual([
      '14 attempts from 1 Mar 2026, 12:00 to 1 Mar 2026, 12:14',
      'From a browser that had not signed in to this account before',
    ]);
  });
});

describe('the pages of the audit trail', () => {
  const testApp = useTestApp();
  let cast: Cast;
  let alice: Visitor;
  let olivia: Visitor;
  let leaver: BuiltUser;
  let workspace: { id: number; name: string };
  const old = new Date('2025-03-01T09:00:00Z');
  const later = (minutes: number): Date => new Date(old.getTime() + minutes * 60_000);
  const about = (id: number): Record<string, unknown> => ({
    resource_type: 'workspace',
    resource_id: String(id),
  });

  beforeAll(async () => {
    cast = await buildCast(testApp.db);
    alice = await signIn(testApp.app, cast.alice);
    olivia = await signIn(testApp.app, cast.olivia);
    leaver = await buildUser(testApp.db, { company_id: cast.acme.id, full_name: 'Ayşe Demir' });
    workspace = await buildWorkspace(testApp.db, {
      company_id: cast.acme.id,
      owner_user_id: cast.bob.id,
      name: 'mobil-uygulama',
    });
  });

  /** The sentences of a page, as they are marked up. */
  const sentencesOf = (page: { text: string }): string[] =>
    [...page.text.matchAll(/<span class="sentence">([\s\S]*?)<\/span>/g)].map((match) => match[1] ?? '');

  it('lead from a name to its page where the reader has one, and nowhere else', async () => {
    const theirs = await buildWorkspace(testApp.db, {
      company_id: cast.globex.id,
      owner_user_id: cast.charlie.id,
      name: 'secret-of-globex',
    });
    const gone = await buildWorkspace(testApp.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
    await testApp
      .db('workspaces')
      .where({ id: gone.id })
      .update({ deleted_at: new Date(), deleted_by: cast.bob.id });
    for (const [minutes, id] of [workspace.id, theirs.id, gone.id].entries())
      await buildAuditRow(testApp.db, cast.bob, {
        // A row from before the names were settled is found and shown as the others are.
        action_type: minutes === 1 ? 'workspace_close' : 'workspace_closed',
        timestamp: later(minutes),
        ...about(id),
      });
    const bob = `<a href="/admin/users/${String(cast.bob.id)}">${cast.bob.full_name}</a>`;
    const page = await alice.get('/admin/audit?action=workspace_closed&to=2025-03-01');
    expect(sentencesOf(page)).toEqual([
      `${bob} closed ${gone.name}`,
      `${bob} closed a workspace`,
      `${bob} closed <a href="/workspace/${String(workspace.id)}">mobil-uygulama</a>`,
    ]);
    const company = String(cast.acme.id);
    const seen = await olivia.get(`/admin/audit?company=${company}&action=workspace_closed&to=2025-03-01`);
    expect(sentencesOf(seen)[2]).toBe(
      `<a href="/admin/users/${String(cast.bob.id)}?company=${company}">${cast.bob.full_name}</a> closed mobil-uygulama`,
    );
  });

  it('read the names in all rows by one query', async () => {
    for (let n = 0; n < 30; n += 1)
      await buildAuditRow(testApp.db, n % 2 === 0 ? cast.bob : leaver, {
        action_type: n % 3 === 0 ? 'user_deactivated' : 'workspace_restarted',
        timestamp: later(60 + n),
        ...(n % 3 === 0 ? { resource_id: String(leaver.id) } : about(workspace.id)),
      });
    const queries: string[] = [];
    const note = ({ sql }: { sql: string }): void => void queries.push(sql);
    testApp.db.on('query', note);
    const page = await alice.get('/admin/audit?from=2025-03-01&to=2025-03-01');
    testApp.db.removeListener('query', note);
    expect(sentencesOf(page)).toHaveLength(25);
    expect(page.text).toMatch(/ended <a href="[^"]*">Ayşe Demir<\/a>’s access/);
    expect(queries.filter((sql) => sql.includes('"workspaces"'))).toHaveLength(1);
  });

  it('put repeated looks of one person into one line that says how often and when', async () => {
    const look = async (by: BuiltUser, minutes: number, request_path: string): Promise<number> =>
      buildAuditRow(testApp.db, by, {
        company_id: cast.acme.id,
        actor_type: 'operator',
        action_type: 'operator_company_viewed',
        timestamp: later(1440 + minutes),
        request_path,
      });
    const oscar = await buildUser(testApp.db, { role: 'operator', full_name: 'Oscar' });
    await look(cast.olivia, 0, '/admin/users');
    const ids = [await look(cast.olivia, 20, '/admin'), await look(cast.olivia, 25, '/admin/audit')];
    await look(oscar, 30, '/admin/holds');
    await buildAuditRow(testApp.db, cast.bob, { timestamp: later(1440 + 10) });
    const page = await alice.get('/admin/audit?from=2025-03-02&to=2025-03-02');
    expect(sentencesOf(page).map((text) => text.replaceAll(/<[^>]*>/g, ''))).toEqual([
      'Oscar (platform staff) looked at the holds',
      'Olivia (platform staff) looked into the company',
      `${cast.bob.full_name} signed in`,
      'Olivia (platform staff) looked at the list of people',
    ]);
    expect(page.text).toContain('2 times, 2 Mar 2025, 12:20 – 2 Mar 2025, 12:25');
    for (const each of ['the company’s overview', 'the audit trail'])
      expect(page.text).toContain(`Olivia (platform staff) looked at ${each}`);
    for (const id of ids) expect(page.text).toContain(`<dd>${String(id)}</dd>`);
  });

  it('offer what is asked for most often, as links, and the same rows as CSV', async () => {
    const day = later(4320);
    const make = (action_type: string, more: Record<string, unknown> = {}): Promise<number> =>
      buildAuditRow(testApp.db, cast.bob, { action_type, timestamp: day, ...more });
    await make('payment_initiated', { resource_type: 'payment' });
    await make('invoice_issued', { actor_type: 'gateway' });
    await make('legal_hold_placed', { actor_type: 'operator', user_id: cast.olivia.id });
    await make('user_deactivated');
    await make('login', { actor_type: 'anonymous', success: false, error_message: 'wrong-password' });
    const page = await alice.get('/admin/audit');
    const links = [...page.text.matchAll(/<a href="([^"]*)"( aria-current="page")?>([^<]*)<\/a>/g)]
      .filter((match) => match[1]?.startsWith('/admin/audit'))
      .map((match) => [match[3], match[1]?.replaceAll('&amp;', '&'), match[2] !== undefined]);
    expect(links).toEqual([
      ['Everything', '/admin/audit', true],
      ['Failed sign-ins', '/admin/audit?action=login&result=failure', false],
      ['Payments', '/admin/audit?action=payments', false],
      ['Platform staff', '/admin/audit?action=staff', false],
    ]);
    const countOf = async (query: string): Promise<number[]> => {
      const period = 'from=2025-03-04&to=2025-03-04';
      const csv = await alice.get(`/admin/audit.csv?${query}&${period}`);
      return [
        sentencesOf(await alice.get(`/admin/audit?${query}&${period}`)).length,
        csv.text.split('\r\n').length - 2,
      ];
    };
    expect(await countOf('action=payments')).toEqual([2, 2]);
    expect(await countOf('action=staff')).toEqual([1, 1]);
    expect(await countOf('action=login&result=failure')).toEqual([1, 1]);
    expect((await alice.get('/admin/audit?action=payments')).text).toMatch(
      /href="[^"]*" aria-current="page">Payments</,
    );
  });

  it('know every action of money and of staff by its group', () => {
    expect(actionGroups.payments).toContain('payment_reconciled');
    expect(actionGroups.payments).toEqual(
      expect.arrayContaining(actions.filter((action) => action.startsWith('payment_'))),
    );
    expect(actionGroups.staff).toEqual(
      expect.arrayContaining(['operator_company_viewed', 'legal_hold_released', 'user_deactivated']),
    );
  });

  it('keep the row as it was written within reach: its action, its numbers, its details', async () => {
    const id = await buildAuditRow(testApp.db, cast.bob, {
      action_type: 'workspace_stopped',
      timestamp: later(5760),
      success: false,
      error_message: 'cannot-stop',
      details: JSON.stringify({ name: 'mobil-uygulama', because: 'unused', port: 30_001 }),
      ...about(workspace.id),
    });
    const { text } = await alice.get('/admin/audit?from=2025-03-05&to=2025-03-05');
    const facts = [...text.matchAll(/<dt>([^<]*)<\/dt>\s*<dd[^>]*>([^<]*)<\/dd>/g)].map((match) => match[2]);
    expect(facts).toEqual(
      expect.arrayContaining([
        'workspace_stopped',
        `Workspace ${String(workspace.id)}`,
        'cannot-stop',
        'unused',
        '30001',
        String(id),
      ]),
    );
  });

  it('tell the same on the page of a person and on the overview', async () => {
    await buildAuditRow(testApp.db, leaver, {
      action_type: 'workspace_access',
      details: JSON.stringify({ name: 'mobil-uygulama', access_method: 'ssh' }),
      ...about(workspace.id),
    });
    const name = `<a href="/admin/users/${String(leaver.id)}">Ayşe Demir</a>`;
    const opened = `${name} opened <a href="/workspace/${String(workspace.id)}">mobil-uygulama</a> over SSH`;
    for (const path of ['/admin', `/admin/users/${String(leaver.id)}`])
      expect((await alice.get(path)).text, path).toContain(opened);
  });
});
