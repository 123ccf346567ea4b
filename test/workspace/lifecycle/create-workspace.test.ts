import { describe, expect, it } from 'vitest';
import { createWorkspace, type CreateOutcome } from '../../../src/workspace/lifecycle/create-workspace.ts';
import { deleteWorkspace } from '../../../src/workspace/lifecycle/delete-workspace.ts';
import { buildCompany, buildUser, type BuiltUser } from '../../support/programs/build.ts';
import { useTestDatabase } from '../../support/database.ts';
import { contextOf, unique } from '../scene.ts';

const database = useTestDatabase();
const ports = { min: 20_000, max: 29_999 };

describe('the plan', () => {
  it('allows three workspaces in the trial and no fourth, however many are asked for at once', async () => {
    const person = await buildPerson();
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => create(person)));
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(3);
    expect(reasons(outcomes)).toEqual(Array.from({ length: 9 }, () => 'plan-limit'));
    expect(await countRows(person)).toBe(3);
  });

  it('counts the whole company, whoever owns the workspaces', async () => {
    const person = await buildPerson();
    const colleague = await buildUser(database.db, { company_id: person.company_id });
    const outcomes = await Promise.all([person, colleague, person, colleague].map((who) => create(who)));
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(3);
    expect(await countRows(person)).toBe(3);
  });

  it('gives the place of a deleted workspace back', async () => {
    const person = await buildPerson();
    const first = await create(person);
    await create(person);
    await create(person);
    expect(await create(person)).toMatchObject({ reason: 'plan-limit' });
    if (!first.ok) throw new Error('the first workspace was refused');
    await deleteWorkspace(database.db, contextOf(person, new Date()), {
      workspaceId: first.workspaceId,
      isAdmin: false,
    });
    expect(await create(person)).toMatchObject({ ok: true });
  });

  it('that was paid for applies at once, and a larger one has more room', async () => {
    const person = await buildPerson({ plan: 'team', period_ends_at: later() });
    for (let index = 0; index < 5; index += 1) expect(await create(person)).toMatchObject({ ok: true });
    await database
      .ownerDb('subscriptions')
      .where({ company_id: person.company_id })
      .update({ plan: 'starter' });
    expect(await create(person)).toMatchObject({ reason: 'plan-limit' });
    await database
      .ownerDb('subscriptions')
      .where({ company_id: person.company_id })
      .update({ plan: 'enterprise' });
    expect(await create(person)).toMatchObject({ ok: true });
  });

  it('that has lapsed allows nothing, and the refusal is in the evidence', async () => {
    const person = await buildPerson({ trial_ends_at: new Date(Date.now() - 1000) });
    expect(await create(person, 'Late one')).toEqual({ ok: false, reason: 'subscription-lapsed' });
    expect(await auditRows(person)).toMatchObject([
      {
        action_type: 'workspace_create',
        success: false,
        error_message: 'subscription-lapsed',
        user_id: person.id,
        details: { name: 'Late one' },
      },
    ]);
  });
});

describe('the name', () => {
  it.each([
    ['API', 'api'],
    ['Ödeme Şubesi', 'ödeme şubesi'],
    ['IŞIK', 'IŞIK'],
  ])('%s is taken when %s exists', async (second, first) => {
    const person = await buildPerson();
    expect(await create(person, first)).toMatchObject({ ok: true });
    expect(await create(person, second)).toEqual({ ok: false, reason: 'name-taken' });
    expect(await auditRows(person)).toMatchObject([
      { success: true },
      { success: false, error_message: 'name-taken' },
    ]);
  });

  it.each(['İstanbul', 'istanbul', 'ISTANBUL', 'ıstanbul', 'I', 'ı', 'i', 'İ'])(
    '%s is the same as another exactly when the database says so',
    async (second) => {
      for (const first of ['İstanbul', 'ISTANBUL', 'i', 'ı']) {
        const person = await buildPerson();
        await create(person, first);
        const { rows } = await database.db.raw<{ rows: { same: boolean }[] }>(
          'select lower(?::text) = lower(?::text) as same',
          [first, second],
        );
        expect((await create(person, second)).ok, `${first} and ${second}`).toBe(rows[0]?.same === false);
      }
    },
  );

  it('asked for ten times at once is given once', async () => {
    const person = await buildPerson({ plan: 'enterprise', period_ends_at: later() });
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => create(person, 'double click')));
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    expect(new Set(reasons(outcomes))).toEqual(new Set(['name-taken']));
  });

  it('of another company, or of a deleted workspace, is free', async () => {
    const [person, stranger] = [await buildPerson(), await buildPerson()];
    const first = await create(person, 'web');
    expect(await create(stranger, 'web')).toMatchObject({ ok: true });
    if (!first.ok) throw new Error('the first workspace was refused');
    const input = { workspaceId: first.workspaceId, isAdmin: false };
    await deleteWorkspace(database.db, contextOf(person, new Date()), input);
    expect(await create(person, 'web')).toMatchObject({ ok: true });
  });
});

describe('the port', () => {
  it('of thirty workspaces made at once in several companies is never the same', async () => {
    const people = await Promise.all(
      Array.from({ length: 6 }, () => buildPerson({ plan: 'enterprise', period_ends_at: later() })),
    );
    const asked = people.flatMap((person) => Array.from({ length: 5 }, () => person));
    const outcomes = await Promise.all(asked.map((person) => create(person)));
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(30);
    const used = await database.db('workspaces').whereNull('deleted_at').pluck<number[]>('port');
    expect(new Set(used).size).toBe(used.length);
    expect(used.every((port) => port >= ports.min && port <= ports.max)).toBe(true);
  });

  it('comes from the range, and at its end creation is refused with evidence', async () => {
    const person = await buildPerson({ plan: 'enterprise', period_ends_at: later() });
    const range = { min: 31_000, max: 31_003 };
    const outcomes = await Promise.all(Array.from({ length: 7 }, () => create(person, undefined, range)));
    expect(reasons(outcomes)).toEqual(['no-free-port', 'no-free-port', 'no-free-port']);
    const used = await database
      .db('workspaces')
      .whereBetween('port', [31_000, 31_003])
      .pluck<number[]>('port');
    expect(used.sort()).toEqual([31_000, 31_001, 31_002, 31_003]);
    const refused = (await auditRows(person)).filter((row) => !row.success);
    expect(refused.map((row) => row.error_message)).toEqual(['no-free-port', 'no-free-port', 'no-free-port']);
  });

  it('of a deleted workspace is given again, the lowest first', async () => {
    const person = await buildPerson({ plan: 'enterprise', period_ends_at: later() });
    const range = { min: 32_000, max: 32_009 };
    const [first] = [await create(person, 'one', range), await create(person, 'two', range)];
    if (!first.ok) throw new Error('the first workspace was refused');
    const input = { workspaceId: first.workspaceId, isAdmin: false };
    await deleteWorkspace(database.db, contextOf(person, new Date()), input);
    await create(person, 'three', range);
    const live = database.db('workspaces').whereNull('deleted_at').whereBetween('port', [32_000, 32_009]);
    expect(await live.orderBy('port').pluck<string[]>('name')).toEqual(['three', 'two']);
  });

  it('is kept apart by the database, should two ever get past the lock', async () => {
    const person = await buildPerson();
    const row = {
      company_id: person.company_id,
      owner_user_id: person.id,
      port: 33_000,
      created_at: new Date(),
    };
    await database.db('workspaces').insert({ ...row, name: 'one' });
    await expect(database.db('workspaces').insert({ ...row, name: 'two' })).rejects.toThrow(
      'uq_workspaces_port',
    );
  });
});

it('a creation leaves its evidence in the same transaction', async () => {
  const person = await buildPerson();
  const outcome = await create(person, 'proven');
  if (!outcome.ok) throw new Error('refused');
  expect(await auditRows(person)).toMatchObject([
    {
      action_type: 'workspace_create',
      success: true,
      resource_type: 'workspace',
      resource_id: String(outcome.workspaceId),
      details: { name: 'proven', port: expect.any(Number) as number },
    },
  ]);
  await expect(
    database.db.transaction(async (trx) => {
      await createWorkspace(trx, contextOf(person, new Date()), { name: 'undone', ports });
      throw new Error('the caller failed');
    }),
  ).rejects.toThrow('the caller failed');
  expect(await auditRows(person)).toHaveLength(1);
});

function later(): Date {
  return new Date(Date.now() + 86_400_000);
}

async function buildPerson(company: Parameters<typeof buildCompany>[1] = {}): Promise<BuiltUser> {
  const { id } = await buildCompany(database.db, company);
  return buildUser(database.db, { company_id: id, role: 'member' });
}

function create(person: BuiltUser, name = unique('workspace'), range = ports): Promise<CreateOutcome> {
  return createWorkspace(database.db, contextOf(person, new Date()), { name, ports: range });
}

function reasons(outcomes: CreateOutcome[]): string[] {
  return outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.reason]));
}

async function countRows(person: BuiltUser): Promise<number> {
  const rows = await database
    .db('workspaces')
    .where({ company_id: person.company_id })
    .whereNull('deleted_at');
  return rows.length;
}

interface AuditRow {
  success: boolean;
  error_message: string | null;
}

async function auditRows(person: BuiltUser): Promise<AuditRow[]> {
  return database.db('audit_logs').where({ company_id: person.company_id, user_id: person.id }).orderBy('id');
}
