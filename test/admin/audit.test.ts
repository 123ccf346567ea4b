import { beforeAll, describe, expect, it } from 'vitest';
import { auditActions, type AuditAction } from '../../src/audit/actions.ts';
import { resourceTypes } from '../../src/admin/describe-audit-row.ts';
import { catalogues, locales } from '../../src/web/locales/catalogues.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, buildUser, type BuiltUser, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';
import { buildAuditRow } from '../evidence/support.ts';

const testApp = useTestApp({ hasOddDetails: true, databaseIsUnused: true });
let cast: Cast;
let alice: Visitor;
let charlie: Visitor;
let hostile: BuiltUser;

const HOSTILE = '<script>alert(1)</script>"\'&';

beforeAll(async () => {
  cast = await buildCast(testApp.db);
  hostile = await buildUser(testApp.db, { company_id: cast.acme.id, full_name: HOSTILE });
  alice = await signIn(testApp.app, cast.alice);
  charlie = await signIn(testApp.app, cast.charlie);
});

/** The numbers of the rows on a page, from top to bottom. */
function rowNumbers(page: { text: string }): number[] {
  return [...page.text.matchAll(/<dt>Row number<\/dt>\s*<dd>(\d+)<\/dd>/g)].map((match) => Number(match[1]));
}

async function listed(query: string): Promise<number[]> {
  const page = await alice.get(`/admin/audit?${query}`);
  expect(page.status).toBe(200);
  return rowNumbers(page);
}

describe('every audited action', () => {
  it.each(locales)('has a text of its own in %s', (locale) => {
    const texts = catalogues[locale].auditAction;
    const actions = Object.keys(auditActions) as AuditAction[];
    for (const action of actions) expect(texts[action], action).toMatch(/\S{2,}/);
    expect(new Set(actions.map((action) => texts[action])).size).toBe(actions.length);
    for (const type of resourceTypes) expect(catalogues[locale].admin[`resource_${type}`]).toMatch(/\S/);
  });
});

describe('the filters of the audit trail', () => {
  const ids: Record<string, number> = {};
  beforeAll(async () => {
    const at = (day: string): Date => new Date(`${day}T12:00:00+03:00`);
    const make = async (name: string, overrides: Record<string, unknown>): Promise<void> => {
      ids[name] = await buildAuditRow(testApp.db, cast.bob, { request_path: '/filtered', ...overrides });
    };
    await make('early', { timestamp: new Date('2025-03-01T00:00:00+03:00') });
    await make('late', { timestamp: new Date('2025-03-31T23:59:59.999+03:00') });
    await make('after', { timestamp: new Date('2025-04-01T00:00:00+03:00') });
    await make('failed', { timestamp: at('2025-05-01'), success: false });
    await make('workspace', {
      timestamp: at('2025-05-02'),
      action_type: 'workspace_access',
      resource_type: 'workspace',
      resource_id: '77',
    });
    await make('address', { timestamp: at('2025-05-03'), ip_address: '2001:db8::1' });
    await make('mapped', { timestamp: at('2025-05-04'), ip_address: '198.51.100.99' });
  });

  it('show whole days in Istanbul', async () => {
    expect(await listed('from=2025-03-01&to=2025-03-31')).toEqual([ids.late, ids.early]);
  });

  it.each([
    ['result=failure&to=2025-12-31', ['failed']],
    ['action=workspace_access&to=2025-12-31', ['workspace']],
    ['resource_type=workspace&resource_id=77', ['workspace']],
    ['ip=2001:DB8:0:0::1', ['address']],
    ['ip=::ffff:198.51.100.99', ['mapped']],
  ])('find what ?%s asks for', async (query, names) => {
    expect(await listed(query)).toEqual(names.map((name) => ids[name]));
  });

  it('find a person by e-mail address in any case, or by number', async () => {
    const byEmail = await listed(`user=${cast.bob.email.toUpperCase()}&to=2025-03-31`);
    expect(byEmail).toEqual([ids.late, ids.early]);
    expect(await listed(`user=${String(cast.bob.id)}&to=2025-03-31`)).toEqual(byEmail);
  });

  it.each([
    ['from=2025-02-30', 'from'],
    ['to=x', 'to'],
    ['from=2025-03-02&to=2025-03-01', 'to'],
    ['ip=300.1.1.1', 'ip'],
    ['ip=203.0.113.0/24', 'ip'],
    ['action=drop_table', 'action'],
    ['result=maybe', 'result'],
    ['user=nobody@example.com', 'user'],
    ['user=99999999999999999999', 'user'],
    ['user=%00', 'user'],
    ['resource_id=%00', 'resource_id'],
    [`resource_id=${'9'.repeat(500)}`, 'resource_id'],
    ['action=login&action=logout', 'action'],
  ])('say beside the field what is wrong with ?%s, and show no rows', async (query, field) => {
    const page = await alice.get(`/admin/audit?${query}`);
    expect(page.status).toBe(422);
    expect(page.text).toContain(`id="${field}-error"`);
    expect(rowNumbers(page)).toEqual([]);
    expect((await alice.get(`/admin/audit.csv?${query}`)).status).toBe(422);
  });

  it('cannot look into another company', async () => {
    const page = await charlie.get(`/admin/audit?user=${cast.bob.email}`);
    expect(page.status).toBe(422);
    const missing = await charlie.get('/admin/audit?user=missing@example.com');
    const errorOf = (text: string): string | undefined => /id="user-error">([\s\S]*?)<\/p>/.exec(text)?.[1];
    expect(errorOf(page.text)).toBe(errorOf(missing.text));
    expect(rowNumbers(await charlie.get('/admin/audit?resource_type=workspace&resource_id=77'))).toEqual([]);
    expect(rowNumbers(await charlie.get(`/admin/audit?next=${String(ids.late)}`))).toEqual([]);
  });
});

describe('the pages of the audit trail', () => {
  it('hold every row once, newest first, also while new rows arrive and when times are equal', async () => {
    const same = new Date('2024-06-01T00:00:00Z');
    for (let n = 0; n < 120; n += 1) {
      await buildAuditRow(testApp.db, cast.bob, { timestamp: same, action_type: 'locale_changed' });
    }
    const seen: number[] = [];
    let path: string | undefined = '/admin/audit?action=locale_changed';
    let newerOfSecond: string | undefined;
    for (let page = 0; path !== undefined; page += 1) {
      const response = await alice.get(path);
      seen.push(...rowNumbers(response));
      if (page === 1) newerOfSecond = linkTo(response.text, 'prev');
      path = linkTo(response.text, 'next');
      await buildAuditRow(testApp.db, cast.bob, { action_type: 'locale_changed' });
    }
    expect(seen).toHaveLength(120);
    expect(new Set(seen).size).toBe(120);
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    const back = await alice.get(newerOfSecond ?? '');
    expect(rowNumbers(back)).toEqual(seen.slice(0, 25));
  });

  it('start at the top for an address that nobody made, and are empty for a row that is not there', async () => {
    const top = rowNumbers(await alice.get('/admin/audit'));
    for (const odd of ['x', '-1', '1-', '1-x', '1-1-1', '0-5', `1-${'9'.repeat(20)}`, '1&next=2', "1'--"]) {
      expect(rowNumbers(await alice.get(`/admin/audit?next=${odd}`)), odd).toEqual(top);
    }
    const link = linkTo((await alice.get('/admin/audit')).text, 'next') ?? '';
    const [, id = '', time = ''] = /next=(\d+)-(\d+)$/.exec(link) ?? [];
    expect(rowNumbers(await alice.get(link))).toHaveLength(25);
    expect(rowNumbers(await alice.get(`/admin/audit?next=${id}`))).toHaveLength(25);
    expect(rowNumbers(await alice.get(`/admin/audit?next=${id}-${String(Number(time) - 5000)}`))).toEqual([]);
    expect(rowNumbers(await alice.get(`/admin/audit?next=1--99999999999999`))).toEqual([]);
    expect(rowNumbers(await charlie.get(link))).toEqual([]);
  });

  it('read an index at any depth instead of sorting the trail', async () => {
    await testApp.db.raw(
      `insert into audit_logs (timestamp, user_id, company_id, actor_type, action_type, success)
       select timestamptz '2024-01-02T00:00:00Z' + make_interval(secs => n), ?, ?, 'user', 'logout', true
       from generate_series(1, 5000) as n`,
      [cast.alice.id, cast.acme.id],
    );
    await testApp.database.ownerDb.raw('analyze audit_logs');
    const deep = await testApp
      .db('audit_logs')
      .where({ action_type: 'logout' })
      .orderBy('id')
      .first<{ id: number }>('id');
    const [first, plan] = await explainPage(`/admin/audit?next=${String(deep.id + 4000)}`);
    expect(first).toBe(deep.id + 3999);
    expect(plan).toMatch(/Index Scan .*company_id_timestamp_id_ip_addres/);
    expect(plan).toMatch(/Index Cond: .*ROW\(/);
    // Merging the partitions' indexes, which are in order each, has a sort key and sorts nothing.
    expect(plan).not.toMatch(/->\s+(Incremental )?Sort/);
    for (const group of ['payments', 'staff']) {
      const [, planOfGroup] = await explainPage(`/admin/audit?action=${group}&to=2024-12-31`);
      expect(planOfGroup, group).not.toMatch(/Seq Scan on audit_logs/);
    }
  });
});

/** The number of the first row of a page, and how Postgres reads its rows. */
async function explainPage(path: string): Promise<[number | undefined, string]> {
  const queries: { sql: string; bindings: unknown[] }[] = [];
  const note = (query: (typeof queries)[number]): void => void queries.push(query);
  testApp.db.on('query', note);
  const page = await alice.get(path);
  testApp.db.removeListener('query', note);
  const query = queries.find(({ sql }) => sql.includes('left join "users"'));
  const client = await testApp.db.client.acquireRawConnection();
  const { rows } = (await client.query(`explain ${query?.sql ?? ''}`, query?.bindings)) as {
    rows: { 'QUERY PLAN': string }[];
  };
  await client.end();
  return [rowNumbers(page)[0], rows.map((row) => row['QUERY PLAN']).join('\n')];
}

function linkTo(text: string, rel: 'prev' | 'next'): string | undefined {
  return new RegExp(`rel="${rel}" href="([^"]*)"`).exec(text)?.[1]?.replaceAll('&amp;', '&');
}

describe('what strangers wrote', () => {
  it('is shown as text and never runs', async () => {
    await buildAuditRow(testApp.db, hostile, {
      user_agent: HOSTILE,
      request_path: HOSTILE,
      error_message: HOSTILE,
      success: false,
      details: JSON.stringify({ [HOSTILE]: { nested: [HOSTILE] } }),
      resource_type: HOSTILE,
      resource_id: HOSTILE,
    });
    const pages = [
      '/admin/audit',
      '/admin',
      '/admin/users',
      `/admin/users/${String(hostile.id)}`,
      `/admin/users/${String(hostile.id)}/deactivate`,
      `/admin/users?q=${encodeURIComponent(HOSTILE)}`,
      `/admin/audit?user=${encodeURIComponent(HOSTILE)}`,
      `/admin/audit?resource_type=${encodeURIComponent(HOSTILE)}`,
    ];
    for (const path of pages) {
      const page = await alice.get(path);
      expect(page.text, path).toContain('&lt;script&gt;');
      expect(page.text, path).not.toContain('<script>alert');
    }
  });

  it('is shown in full, nested details by their path', async () => {
    const page = await alice.get(`/admin/audit?user=${hostile.email}`);
    expect(page.text).toContain('› nested › 0</dt>');
  });
});

describe('the CSV of the audit trail', () => {
  it('is UTF-8 for Excel with one line per row, in UTC, and audited', async () => {
    await buildAuditRow(testApp.db, cast.bob, {
      timestamp: new Date('2023-01-02T03:04:05.678Z'),
      user_agent: 'Çağrı "quoted", browser',
    });
    const response = await alice.get('/admin/audit.csv?to=2023-12-31');
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(response.headers['content-disposition']).toMatch(/^attachment; filename="audit-[a-z0-9-]+\.csv"$/);
    expect(response.text.startsWith('\uFEFFid,timestamp,')).toBe(true);
    const lines = response.text.split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('2023-01-02T03:04:05.678Z');
    expect(lines[1]).toContain('"Çağrı ""quoted"", browser"');
    const [row] = await testApp
      .db('audit_logs')
      .where({ action_type: 'audit_exported' })
      .orderBy('id', 'desc');
    expect(row).toMatchObject({
      user_id: cast.alice.id,
      company_id: cast.acme.id,
      details: { filters: { to: '2023-12-31T21:00:00.000Z' } },
    });
  });

  it('is the same by ?format=csv', async () => {
    const response = await alice.get('/admin/audit?format=csv&to=2023-12-31');
    expect(response.text.split('\r\n')).toHaveLength(3);
  });

  it('disarms what a spreadsheet would run', async () => {
    const formulas = ['=HYPERLINK("http://evil.example.com")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'];
    for (const formula of formulas) {
      await buildAuditRow(testApp.db, cast.bob, {
        timestamp: new Date('2022-01-01T00:00:00Z'),
        user_agent: formula,
      });
    }
    const { text } = await alice.get('/admin/audit.csv?to=2022-12-31');
    for (const formula of formulas) {
      const shown = formula.replaceAll('"', '""').replace(/^([\t\r])/, "$1'");
      expect(text).toContain(`'${shown}`);
    }
    expect(text).not.toMatch(/(,|\r\n)"?[=+\-@\t\r]/);
  });

  it('has no row of another company', async () => {
    const { text } = await charlie.get('/admin/audit.csv');
    expect(text).not.toContain(cast.bob.email);
    expect(text).toContain(cast.charlie.email);
  });
});
