import type { Knex } from 'knex';
import { PAGE_SIZE, readPage, type Cursor, type KeysetOrder, type Page } from '../db/keyset.ts';
import type { HoldKind, HoldList } from './input.ts';

/** A hold with the names of the people in it. */
export interface HoldEntry {
  id: number;
  company_id: number;
  company_name: string;
  kind: HoldKind;
  reference: string;
  reason: string;
  /** Null when the hold is about the whole company. */
  user_id: number | null;
  person_name: string | null;
  person_email: string | null;
  placed_at: Date;
  /** Null for the hold of a case that the link of a mail opened. */
  placer_name: string | null;
  /** The case that placed it; null: an operator did. */
  dispute_id: number | null;
  /** Null while the hold is open; `releaser_name` also when the schedule released it. */
  released_at: Date | null;
  releaser_name: string | null;
  release_note: string | null;
}

/**
 * The holds of a company, newest first: open ones by the time they were placed, released ones by the time
 * they were released.
 */
export async function listHolds(
  db: Knex,
  input: { companyId: number; list: HoldList; cursor: Cursor },
): Promise<Page<HoldEntry>> {
  const { companyId, list, cursor } = input;
  const query = holds(db).where('legal_holds.company_id', companyId);
  void (list === 'open'
    ? query.whereNull('legal_holds.released_at')
    : query.whereNotNull('legal_holds.released_at'));
  const order: KeysetOrder = {
    keys: [list === 'open' ? 'legal_holds.placed_at' : 'legal_holds.released_at', 'legal_holds.id'],
    direction: 'desc',
    // The start of the page is looked up among all holds: its hold may have been released since.
    startsAmong: db('legal_holds').where('legal_holds.company_id', companyId),
    size: PAGE_SIZE,
  };
  return readPage<HoldEntry>(db, query, order, cursor);
}

/** The open holds of every company, newest first. For operators only. */
export async function listOpenHolds(db: Knex, cursor: Cursor): Promise<Page<HoldEntry>> {
  const order: KeysetOrder = {
    keys: ['legal_holds.placed_at', 'legal_holds.id'],
    direction: 'desc',
    startsAmong: db('legal_holds'),
    size: PAGE_SIZE,
  };
  return readPage<HoldEntry>(db, holds(db).whereNull('legal_holds.released_at'), order, cursor);
}

/** A hold of a company, open or released. */
export async function findHold(
  db: Knex,
  input: { companyId: number; holdId: number },
): Promise<HoldEntry | undefined> {
  return holds(db)
    .where({ 'legal_holds.company_id': input.companyId, 'legal_holds.id': input.holdId })
    .first<HoldEntry | undefined>();
}

/** How many holds of a company are open and how many were released. */
export async function countHolds(db: Knex, companyId: number): Promise<Record<HoldList, number>> {
  const ofCompany = db('legal_holds').where({ company_id: companyId }).count('*');
  return db
    .select({
      open: ofCompany.clone().whereNull('released_at'),
      released: ofCompany.clone().whereNotNull('released_at'),
    })
    .first<Record<HoldList, number>>();
}

/** How many holds are open, of all companies. */
export async function countOpenHolds(db: Knex): Promise<number> {
  const row = await db('legal_holds')
    .whereNull('released_at')
    .count('* as count')
    .first<{ count: number } | undefined>();
  return row?.count ?? 0;
}

function holds(db: Knex): Knex.QueryBuilder {
  return db('legal_holds')
    .join('companies', 'companies.id', 'legal_holds.company_id')
    .leftJoin('users as placers', 'placers.id', 'legal_holds.placed_by')
    .leftJoin('users as releasers', 'releasers.id', 'legal_holds.released_by')
    .leftJoin('users as people', 'people.id', 'legal_holds.user_id')
    .select([
      'legal_holds.id',
      'legal_holds.company_id',
      'companies.name as company_name',
      'legal_holds.kind',
      'legal_holds.reference',
      'legal_holds.reason',
      'legal_holds.user_id',
      'people.full_name as person_name',
      'people.email as person_email',
      'legal_holds.placed_at',
      'placers.full_name as placer_name',
      'legal_holds.released_at',
      'releasers.full_name as releaser_name',
      'legal_holds.release_note',
      'legal_holds.dispute_id',
    ]);
}
