import { beforeAll, describe, expect, it } from 'vitest';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { useTestDatabase } from '../support/database.ts';

const database = useTestDatabase();
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(database.db);
});

/** The id of a new open hold on Acme. */
async function insertHold(overrides: Record<string, unknown> = {}): Promise<number> {
  const [row] = await database
    .db('legal_holds')
    .insert({
      company_id: cast.acme.id,
      kind: 'dispute',
      reference: `CASE-${String(Math.random())}`,
      reason: 'the bank asks for proof',
      placed_at: new Date(),
      placed_by: cast.olivia.id,
      ...overrides,
    })
    .returning<{ id: number }[]>('id');
  if (row === undefined) throw new Error('no hold was made');
  return row.id;
}

describe('a hold in the database', () => {
  it('can be neither deleted nor emptied, by the app or by the owner', async () => {
    const id = await insertHold();
    for (const db of [database.db, database.ownerDb]) {
      await expect(db('legal_holds').where({ id }).delete()).rejects.toThrow(/append-only/);
      await expect(db.raw('truncate legal_holds')).rejects.toThrow(/append-only|permission denied/);
    }
    expect(await database.db('legal_holds').where({ id })).toHaveLength(1);
  });

  it('stays as it was placed, whoever asks', async () => {
    const id = await insertHold();
    const changes = {
      company_id: cast.globex.id,
      user_id: cast.bob.id,
      kind: 'legal-hold',
      reference: 'another case',
      reason: 'another reason',
      placed_at: new Date(0),
      placed_by: cast.alice.id,
    };
    for (const [column, value] of Object.entries(changes)) {
      for (const db of [database.db, database.ownerDb]) {
        await expect(db('legal_holds').where({ id }).update(column, value), column).rejects.toThrow(
          /kept as it was placed/,
        );
      }
    }
  });

  it('is released once, with who and why, and then stays as it is', async () => {
    const id = await insertHold();
    const hold = database.db('legal_holds').where({ id });
    await expect(hold.clone().update({ released_at: new Date() })).rejects.toThrow(/ck_legal_holds_release/);
    const release = { released_at: new Date(), released_by: cast.olivia.id, release_note: 'case closed' };
    await hold.clone().update(release);
    for (const change of [
      { released_at: null, released_by: null, release_note: null },
      { release_note: 'rewritten' },
      { released_by: cast.alice.id },
    ]) {
      await expect(hold.clone().update(change)).rejects.toThrow(/stays as it is/);
    }
    expect(await hold.clone().first('released_at', 'released_by', 'release_note')).toEqual(release);
  });

  it('is one for a case while it is open, whole company or person, and may be placed anew once released', async () => {
    const first = await insertHold({ reference: 'Bank-7' });
    await expect(insertHold({ reference: 'BANK-7' })).rejects.toThrow(/uq_legal_holds_open/);
    await insertHold({ reference: 'Bank-7', user_id: cast.bob.id });
    await insertHold({ reference: 'Bank-7', company_id: cast.globex.id });
    await database
      .db('legal_holds')
      .where({ id: first })
      .update({ released_at: new Date(), released_by: cast.olivia.id, release_note: 'case closed' });
    await insertHold({ reference: 'BANK-7' });
  });
});
