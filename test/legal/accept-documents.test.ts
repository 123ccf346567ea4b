import type { Knex } from 'knex';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { type RequestContext, systemContext } from '../../src/audit/request-context.ts';
import { acceptDocuments } from '../../src/legal/accept-documents.ts';
import { findCurrentDocument, findMissingAcceptances, listAcceptances } from '../../src/legal/queries.ts';
import type { Locale } from '../../src/web/locales/catalogues.ts';
import { buildUser, type BuiltUser } from '../support/programs/build.ts';
import { useTestDatabase } from '../support/database.ts';
import { newestVersions } from './newest-versions.ts';

const database = useTestDatabase();
let person: BuiltUser;

beforeEach(async () => {
  person = await buildUser(database.db, { accepts: false });
});

const context: RequestContext = {
  ...systemContext({
    name: 'test',
    at: new Date('2026-11-20T10:00:00.123Z'),
    log: pino({ level: 'silent' }),
  }),
  requestId: 'request-0001',
  actorType: 'anonymous',
  ip: '2001:db8::7',
  userAgent: 'A browser',
};

function accept(locale: Locale, overrides: Partial<RequestContext> = {}): Promise<void> {
  const { id, company_id } = person;
  return database.db.transaction((trx) =>
    acceptDocuments(trx, { ...context, ...overrides }, { userId: id, companyId: company_id, locale }),
  );
}

function listAuditRows(db: Knex = database.db): Promise<Record<string, unknown>[]> {
  return db('audit_logs')
    .where({ user_id: person.id, action_type: 'legal_document_accepted' })
    .orderBy('id')
    .select(['company_id', 'actor_type', 'resource_type', 'resource_id', 'request_id', 'success', 'details']);
}

describe('accepting the documents', () => {
  it('keeps version, language, hash, time, address, browser and request of both texts', async () => {
    expect(await findMissingAcceptances(database.db, person.id)).toEqual(['terms', 'privacy']);
    await accept('tr');
    const acceptances = await listAcceptances(database.db, person.id);
    expect(acceptances.map(({ kind }) => kind).sort()).toEqual(['privacy', 'terms']);
    for (const acceptance of acceptances) {
      const document = await findCurrentDocument(database.db, acceptance.kind, 'tr');
      expect(acceptance).toMatchObject({
        version: document?.version,
        locale: 'tr',
        content_sha256: document?.content_sha256,
        accepted_at: context.at,
        ip_address: '2001:db8::7',
        user_agent: 'A browser',
        request_id: 'request-0001',
      });
    }
    const companies = database.db('legal_acceptances').where('user_id', person.id).distinct('company_id');
    expect(await companies).toEqual([{ company_id: person.company_id }]);
    expect(await findMissingAcceptances(database.db, person.id)).toEqual([]);
  });

  it('leaves an audit row of each text that names the person, although nobody was signed in yet', async () => {
    await accept('en');
    const document = await findCurrentDocument(database.db, 'terms', 'en');
    const rows = await listAuditRows();
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      company_id: person.company_id,
      actor_type: 'user',
      resource_type: 'legal_document',
      resource_id: String(document?.id),
      request_id: 'request-0001',
      success: true,
      details: {
        kind: 'terms',
        version: newestVersions.terms,
        locale: 'en',
        content_sha256: document?.content_sha256,
      },
    });
  });

  it('a second time changes nothing, in whatever language', async () => {
    await accept('en');
    await accept('en');
    await accept('tr');
    expect(await listAcceptances(database.db, person.id)).toHaveLength(2);
    expect(await listAuditRows()).toHaveLength(2);
  });

  it('eight times at once is one acceptance and one audit row of each text', async () => {
    await Promise.all(Array.from({ length: 8 }, () => accept('en')));
    expect(await listAcceptances(database.db, person.id)).toHaveLength(2);
    expect(await listAuditRows()).toHaveLength(2);
  });

  it('of one text is not an acceptance of the other, though they bear the same version', async () => {
    const terms = await findCurrentDocument(database.db, 'terms', 'en');
    await database.db('legal_acceptances').insert({
      user_id: person.id,
      company_id: person.company_id,
      document_id: terms?.id,
      accepted_at: context.at,
      request_id: 'request-0000',
    });
    expect(await findMissingAcceptances(database.db, person.id)).toEqual(['privacy']);
    await accept('en');
    const acceptances = await listAcceptances(database.db, person.id);
    expect(acceptances.map(({ kind }) => kind).sort()).toEqual(['privacy', 'terms']);
  });

  it('leaves nothing behind when the caller’s transaction rolls back', async () => {
    const attempt = database.db.transaction(async (trx) => {
      await acceptDocuments(trx, context, {
        userId: person.id,
        companyId: person.company_id,
        locale: 'en',
      });
      throw new Error('the company could not be created');
    });
    await expect(attempt).rejects.toThrow('the company could not be created');
    expect(await listAcceptances(database.db, person.id)).toEqual([]);
    expect(await listAuditRows()).toEqual([]);
  });

  it('is kept without an address when it was unusable, and with a browser name of any length cut', async () => {
    await accept('en', { ip: null, userAgent: 'ü'.repeat(100_000) });
    for (const acceptance of await listAcceptances(database.db, person.id)) {
      expect(acceptance.ip_address).toBeNull();
      expect(acceptance.user_agent).toBe('ü'.repeat(1024));
    }
  });

  it.each([
    ['changed', (db: Knex) => db('legal_acceptances').update({ accepted_at: new Date() })],
    ['deleted', (db: Knex) => db('legal_acceptances').delete()],
    ['emptied', (db: Knex) => db.raw('truncate legal_acceptances')],
    ['orphaned', (db: Knex) => db('users').where('id', person.id).delete()],
  ])('cannot be %s afterwards, by the app or by the owner of the tables', async (_what, run) => {
    await accept('en');
    await expect(run(database.ownerDb)).rejects.toThrow(/append-only|never deleted/);
    await expect(run(database.db)).rejects.toThrow(/permission denied|append-only|never deleted/);
    expect(await listAcceptances(database.db, person.id)).toHaveLength(2);
  });
});

describe('when a new version is in force', () => {
  it('only the changed text is missing, and accepting it keeps the earlier acceptance', async () => {
    await accept('en');
    await database
      .ownerDb('legal_documents')
      .insert({ kind: 'terms', version: '2026-12-01', locale: 'en', title: 'Terms of use', body: 'New.' });
    expect(await findMissingAcceptances(database.db, person.id)).toEqual(['terms']);
    await accept('tr', { at: new Date('2026-12-02T08:00:00Z'), requestId: 'request-0002' });
    expect(await findMissingAcceptances(database.db, person.id)).toEqual([]);
    const acceptances = await listAcceptances(database.db, person.id);
    expect(acceptances.map(({ kind, version }) => `${kind} ${version}`)).toEqual([
      'terms 2026-12-01',
      `privacy ${newestVersions.privacy}`,
      `terms ${newestVersions.terms}`,
    ]);
    // The new version has no Turkish text, so what was shown, and is kept, is the English one.
    expect(acceptances[0]).toMatchObject({ locale: 'en', request_id: 'request-0002' });
  });
});
