import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogues } from '../../src/web/locales/catalogues.ts';
import { describe, expect, it } from 'vitest';
import { activities } from '../../src/privacy/purposes/activities.ts';
import { auditDetails } from '../../src/privacy/registry/audit-details.ts';
import { periods } from '../../src/privacy/purposes/periods.ts';
import { listPersonalColumns, registeredTables } from '../../src/privacy/registry/registry.ts';
import { tablesWithoutPersons } from '../../src/privacy/registry/tables-without-persons.ts';
import { useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();

/** Every column of the schema as `table.column`; a partition has those of its table. */
async function listSchema(): Promise<string[]> {
  const { rows } = await database.ownerDb.raw<{ rows: { name: string }[] }>(
    `select c.relname || '.' || a.attname as name
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped`,
  );
  return rows.map(({ name }) => name);
}

/** Every column of the registry in the same form, as often as it is listed. */
function listRegistry(): string[] {
  const personal = listPersonalColumns().map(({ table, column }) => `${table}.${column}`);
  const rest = [
    ...Object.entries(registeredTables).map(([table, { notPersonal }]) => ({ table, columns: notPersonal })),
    ...Object.entries(tablesWithoutPersons).map(([table, columns]) => ({ table, columns })),
  ];
  return [...personal, ...rest.flatMap(({ table, columns }) => columns.map((name) => `${table}.${name}`))];
}

describe('the registry of personal data', () => {
  it('names every column of a fresh database once, and none that is gone', async () => {
    const schema = await listSchema();
    const registry = listRegistry();
    expect(schema.length).toBeGreaterThan(300);
    expect(
      schema.filter((name) => !registry.includes(name)),
      'columns that src/privacy/registry lacks: see src/privacy/README.md',
    ).toEqual([]);
    expect(
      registry.filter((name) => !schema.includes(name)),
      'columns that are gone',
    ).toEqual([]);
    expect(
      registry.filter((name, index) => registry.indexOf(name) !== index),
      'columns that are listed twice',
    ).toEqual([]);
  });

  it('says for every personal column how a person leads to it', async () => {
    const { rows } = await database.ownerDb.raw<{ rows: { id: number; email: string }[] }>(
      `select 1 as id, 'nobody@example.com' as email`,
    );
    const [person] = rows;
    for (const { table, column, people } of listPersonalColumns()) {
      expect(people.length, `${table}.${column}`).toBeGreaterThan(0);
    }
    for (const [table, { people }] of Object.entries(registeredTables)) {
      for (const [name, condition] of Object.entries(people)) {
        const found = database.ownerDb(table).whereRaw(condition, { user: person!.id, email: person!.email });
        await expect(found.count('*'), `${table}: ${name}`).resolves.toBeTruthy();
      }
    }
  });

  it('puts names into its lists only that exist: of columns, people and keys', () => {
    for (const [table, entry] of Object.entries(registeredTables)) {
      const personal = Object.values(entry.personal).flat();
      const named = [
        ...Object.values(entry.about ?? {}).flat(),
        ...Object.values(entry.periodOf ?? {}).flat(),
        ...Object.values(entry.withheld ?? {}).flat(),
        ...Object.keys(entry.json ?? {}),
      ];
      expect(
        named.filter((column) => !personal.includes(column)),
        table,
      ).toEqual([]);
      expect(
        Object.keys(entry.about ?? {}).filter((person) => !(person in entry.people)),
        table,
      ).toEqual([]);
    }
  });

  it('lists each key of the audit trail’s details once, and none that no code writes any more', () => {
    const keys = [...auditDetails.personal, ...auditDetails.others, ...auditDetails.notPersonal];
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    const source = fileURLToPath(new URL('../../src', import.meta.url));
    const words = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/locales|registry/.test(path))
      .flatMap((path) => readFileSync(join(source, path), 'utf8').match(/\w+/g) ?? []);
    const written = new Set(words);
    expect(keys.filter((key) => !written.has(key))).toEqual([]);
  });

  it('has no purpose and no period for which nothing is kept', () => {
    const columns = listPersonalColumns();
    expect(new Set(columns.map(({ activity }) => activity))).toEqual(new Set(Object.keys(activities)));
    expect(new Set(columns.map(({ period }) => period))).toEqual(new Set(Object.keys(periods)));
  });

  it('has a title of every table in both languages, for the person who reads their own data', () => {
    const lacking = Object.keys(registeredTables).filter(
      (table) =>
        !Object.hasOwn(catalogues.en.privacy, `table_${table}`) ||
        !Object.hasOwn(catalogues.tr.privacy, `table_${table}`),
    );
    expect(lacking).toEqual([]);
  });
});
