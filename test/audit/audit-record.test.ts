import { beforeAll, describe, expect, it } from 'vitest';
import { auditRecord, AUDIT_CSV_COLUMNS, namedAuditRecord } from '../../src/audit/audit-record.ts';
import { toAuditRow } from '../../src/audit/audit-row.ts';
import { insertAuditEvents, insertInTransaction } from '../../src/audit/insert-audit-events.ts';
import { listFields } from '../../src/record-fields.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { useTestDatabase } from '../support/database.ts';
import { contextOf } from '../evidence/support.ts';

/** Columns of the table that no file and no page has, with the reason and the type. */
const LEFT_OUT = {
  event_id: { reason: 'how a row is recognised that is written a second time', type: 'uuid' },
  company_id: { reason: 'whose trail it is: a reader sees one company only', type: 'bigint' },
};

const database = useTestDatabase();
let cast: Cast;
/** The columns of the table: name and type. */
let columns: Record<string, string>;

beforeAll(async () => {
  const { db } = database;
  cast = await buildCast(db);
  const { rows } = await db.raw<{ rows: { name: string; type: string }[] }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = 'audit_logs'::regclass and attnum > 0 and not attisdropped`,
  );
  columns = Object.fromEntries(
    rows.map(({ name, type }) => [name, type.replace('timestamp with time zone', 'timestamptz')]),
  );
});

const inserted = (): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(LEFT_OUT).map(([name, { type }]) => [name, type])),
  ...Object.fromEntries(
    listFields(auditRecord).flatMap(({ name, column }) => (column === undefined ? [] : [[name, column]])),
  ),
});

describe('the description of an audit row', () => {
  it('has every column of the table, apart from those left out for a reason', () => {
    const described = [...Object.keys(auditRecord.shape), ...Object.keys(LEFT_OUT)];
    expect(described.sort()).toEqual(Object.keys(columns).sort());
  });

  it('has the type of every column that the app inserts: all but the number, which the database gives', () => {
    const { id, ...given } = columns;
    expect(id).toBe('bigint');
    expect(inserted()).toEqual(given);
  });

  it('has the parameters of write_audit_row', async () => {
    const { rows } = await database.db.raw<{ rows: { parameters: string }[] }>(
      `select pg_get_function_identity_arguments('write_audit_row'::regproc) as parameters`,
    );
    const parameters = (rows[0]?.parameters ?? '')
      .replaceAll('timestamp with time zone', 'timestamptz')
      .replace('happened_at', 'timestamp')
      .split(', ')
      .map((parameter) => parameter.split(' '));
    expect(Object.fromEntries(parameters)).toEqual(inserted());
  });

  it('gives every field one place in the CSV', () => {
    expect([...AUDIT_CSV_COLUMNS].sort()).toEqual(Object.keys(namedAuditRecord.shape).sort());
    const places = listFields(namedAuditRecord).map(({ csv }) => Number(csv));
    expect(places.sort((a, b) => a - b)).toEqual(places.map((_, index) => index + 1));
  });
});

describe('a row whose every column is filled', () => {
  it('is in the table as it was made, by either way of writing', async () => {
    const { db } = database;
    const make = (resourceId: string) =>
      toAuditRow(contextOf(cast.bob), {
        action: 'login',
        success: false,
        resourceType: 'user',
        resourceId,
        errorMessage: 'wrong-password',
        details: { attempts: 3 },
      });
    const [one, other] = [make('one'), make('other')];
    await insertAuditEvents(db, [one]);
    await db.transaction(async (trx) => {
      expect(await insertInTransaction(trx, other)).toBeNull();
    });
    for (const row of [one, other]) {
      const { id, ...kept } = await db('audit_logs').where('event_id', row.event_id).first<{ id: number }>();
      expect(Object.values(row)).not.toContain(null);
      expect(id).toBeGreaterThan(0);
      expect(kept).toEqual({ ...row, details: { attempts: 3 } });
    }
  });
});
