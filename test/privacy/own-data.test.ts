import { maskOthers } from '../../src/privacy/own-data/mask-others.ts';
import type { Knex } from 'knex';
import { beforeAll, describe, expect, it } from 'vitest';
import { listPersonalColumns, registeredTables } from '../../src/privacy/registry/registry.ts';
import { formatFor } from '../../src/web/format.ts';
import { expectValid } from '../evidence/support.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { readPdfText } from '../support/pdf-text.ts';
import { signIn } from '../support/sign-in.ts';
import { type Visitor } from '../support/visitor.ts';
import { makeInsertsFree, seedPerson, type SeededRow } from './seed-person.ts';

/** Every letter that Turkish has beside those of English. */
const TURKISH = 'Çağrı Şükrü İğdır Öz, ÇĞIİÖŞÜ çğıiöşü';

const testApp = useTestApp();
let cast: Cast;
let alice: Visitor;
let olivia: Visitor;
let seeded: SeededRow[];
let ofColleague: SeededRow[];

interface OwnData {
  evidence: unknown;
  records: { table: string; as: string; rows: Record<string, unknown>[] }[];
}

beforeAll(async () => {
  cast = await buildCast(testApp.db, { nameOf: (name) => `${name} Qwxyz` });
  alice = await signIn(testApp.app, cast.alice);
  olivia = await signIn(testApp.app, cast.olivia);
  const { ownerDb } = testApp.database;
  await makeInsertsFree(ownerDb);
  const company = cast.acme.id;
  seeded = await seedPerson(ownerDb, { ...cast.alice, company, isAdmin: true, mark: 'own' });
  ofColleague = await seedPerson(ownerDb, { ...cast.bob, company, isAdmin: false, mark: 'alien' });
});

/** The columns of Alice's rows whose values a copy lacks, though the registry does not say why. */
function missingIn(copy: string): string[] {
  const columns = listPersonalColumns();
  return seeded.flatMap(({ table, as, values }) =>
    Object.entries(values)
      .filter(([column]) =>
        columns.some(
          (personal) =>
            personal.table === table &&
            personal.column === column &&
            personal.withheld === null &&
            personal.json === null &&
            personal.people.includes(as),
        ),
      )
      .filter(([, value]) => !copy.includes(value))
      .map(([column]) => `${table}.${column} as ${as}`),
  );
}

describe('the ways from a person to the rows of the registry', () => {
  it('find the rows of that person, by number or address, and no colleague’s', async () => {
    for (const { table, as, marker } of seeded) {
      if (marker === '') continue;
      const condition = registeredTables[table]?.people[as] ?? 'false';
      const find = (person: { id: number; email: string }): Knex.QueryBuilder =>
        testApp.database
          .ownerDb(table)
          .whereRaw(`(${condition})`, { user: person.id, email: person.email })
          .whereRaw(`${table}::text like ?`, [`%${marker}%`])
          .count('* as count');
      expect(await find(cast.alice), `${table} as ${as}`).toEqual([{ count: 1 }]);
      expect(await find(cast.bob), `${table} as ${as}`).toEqual([{ count: 0 }]);
    }
  });
});

describe('the copy of a person’s own data', () => {
  let text: string;
  let data: OwnData;

  beforeAll(async () => {
    const response = await alice.get('/account/data/download.json');
    expect(response.status).toBe(200);
    text = response.text;
    data = JSON.parse(text) as OwnData;
  });

  it('is an attachment that has the bundle of evidence in its published form', () => {
    expectValid(data.evidence);
  });

  it('has every personal value that a row of any table holds, unless the registry says why not', () => {
    expect(missingIn(text)).toEqual([]);
    expect(seeded.length).toBeGreaterThanOrEqual(40);
  });

  it('has nothing that is withheld, and nothing of a colleague: no value, no name, no address', () => {
    const withheld = listPersonalColumns().filter((column) => column.withheld !== null);
    for (const { table, as, values } of seeded)
      for (const { column } of withheld.filter((one) => one.table === table && one.people.includes(as)))
        if (values[column] !== undefined)
          expect(text.includes(values[column]), `${table}.${column}`).toBe(false);
    const words = ofColleague.flatMap(({ values }) => Object.values(values));
    expect(words.length).toBeGreaterThan(100);
    expect(words.filter((word) => text.includes(word))).toEqual([]);
    for (const name of ['Bob Qwxyz', 'Charlie Qwxyz', 'Olivia Qwxyz', cast.bob.email, cast.charlie.email])
      expect(text).not.toContain(name);
  });

  it('is audited as the person’s own, at its beginning and its end', async () => {
    const readRows = async () =>
      testApp
        .db('audit_logs')
        .where({ user_id: cast.alice.id })
        .whereIn('action_type', ['own_data_exported', 'own_data_export_finished'])
        .orderBy('id')
        .select('action_type', 'success', 'resource_id', 'company_id');
    // The file is complete for its reader a moment before its end can be written down.
    await expect.poll(readRows).toHaveLength(2);
    expect(await readRows()).toEqual([
      {
        action_type: 'own_data_exported',
        success: true,
        resource_id: String(cast.alice.id),
        company_id: cast.acme.id,
      },
      {
        action_type: 'own_data_export_finished',
        success: true,
        resource_id: String(cast.alice.id),
        company_id: cast.acme.id,
      },
    ]);
  });

  it('is there for operators as well, without a bundle', async () => {
    const response = await olivia.get('/account/data/download.json');
    const own = JSON.parse(response.text) as OwnData;
    expect(own.evidence).toBeNull();
    expect(own.records.find(({ table }) => table === 'users')?.rows).toMatchObject([
      { email: cast.olivia.email },
    ]);
    expect(own.records.find(({ table, as }) => table === 'audit_logs' && as === 'person')?.rows).not.toEqual(
      [],
    );
    expect(response.text).not.toContain(cast.bob.email);
  });

  it('comes as a PDF too, tagged and in the language of its reader', async () => {
    await testApp.db('users').where('id', cast.alice.id).update({ full_name: TURKISH, locale: 'tr' });
    const response = await alice.rawGet('/account/data/download.pdf').responseType('blob');
    const pdf = response.body as Buffer;
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1')).toMatch(/\/MarkInfo/);
    expect(pdf.toString('latin1')).toMatch(/\/Lang \(tr\)/);
    // A value may go on after the foot of a page.
    const printed = (await readPdfText(pdf)).replaceAll(/Sayfa\d+\/\d+/g, '');
    const { t } = formatFor('tr');
    for (const words of [TURKISH, cast.alice.email, t('privacy.pdfTitle'), t('privacy.purpose_trail')])
      expect(printed).toContain(words.replaceAll(/\s/g, ''));
    expect(missingIn(printed)).toEqual([]);
    expect(printed).not.toContain('\uFFFD');
    const words = ofColleague.flatMap(({ values }) => Object.values(values));
    expect(words.filter((word) => printed.includes(word))).toEqual([]);
    for (const other of ['BobQwxyz', 'CharlieQwxyz', 'OliviaQwxyz', cast.bob.email, cast.charlie.email])
      expect(printed).not.toContain(other);
  });

  it('is refused to a HEAD, and after ten copies in an hour', async () => {
    expect((await alice.head('/account/data/download.json')).status).toBe(405);
    const statuses: number[] = [];
    for (let copy = 0; copy < 10; copy += 1)
      statuses.push((await olivia.get('/account/data/download.json')).status);
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.filter((status) => status === 200).length).toBe(9);
  });
});

describe('the address of a colleague', () => {
  it.each(["o'brien", 'a/b', 'x=y', 'şule', 'first.last+tag', '#1!'])(
    'is masked whole, whatever is in it: %s',
    (name) => {
      const text = `from me@example.com to <${name}@acme.example>, and "${name}@acme.example"`;
      expect(maskOthers(text, 'me@example.com')).toBe('from me@example.com to <[…]>, and "[…]"');
    },
  );
});
