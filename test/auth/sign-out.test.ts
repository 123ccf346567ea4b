import { createHash } from 'node:crypto';
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import express from 'express';
import session from 'express-session';
import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../src/audit/request-context.ts';
import { deactivateUser } from '../../src/people/deactivate-user.ts';
import { sweepAuth } from '../../src/auth/sweep-auth.ts';
import { asPgPool } from '../../src/db/db.ts';
import { createBrowserSessions } from '../../src/web/sessions/browser-session.ts';
import { BrowserSessionStore, hashBrowserSessionId } from '../../src/web/sessions/browser-session-store.ts';
import { errorPages } from '../../src/web/error-pages.ts';
import { endBrowserSessions } from '../../src/auth/browser-sessions/end-browser-sessions.ts';
import { WorkspaceSessionTracker } from '../../src/workspace/sessions/workspace-session-tracker.ts';
import { useTestApp } from '../support/app.ts';
import {
  buildCast,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { PASSWORD, signIn } from '../support/sign-in.ts';
import { tokenIn, Visitor } from '../support/visitor.ts';
import { contextOf, cookieOf, rowsOf } from './rows.ts';

const testApp = useTestApp();
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(testApp.db);
});

/** Signs in and hands out the session cookie as well, as a thief would have it. */
async function signInWithCookie(
  person = cast.bob,
): Promise<{ browser: Visitor; cookie: string; sid: string }> {
  const browser = new Visitor(testApp.app);
  const response = await browser.post('/auth/login', { email: person.email, password: PASSWORD });
  const value = cookieOf(response, 'yac') ?? '';
  const id = decodeURIComponent(value).slice(2).split('.', 1)[0] ?? '';
  return { browser, cookie: `yac=${value}`, sid: createHash('sha256').update(id).digest('hex') };
}

describe('signing out', () => {
  it('destroys the session: the cookie is dead even for somebody who kept it', async () => {
    const { browser, cookie, sid } = await signInWithCookie();
    expect((await new Visitor(testApp.app).get('/workspace', { cookie })).status).toBe(200);
    const response = await browser.post('/auth/logout');
    expect(response.status).toBe(303);
    expect(response.headers.location).toBe('/');
    expect(cookieOf(response, 'yac')).toBe('');
    expect(await testApp.db('browser_sessions').where({ sid })).toEqual([]);
    expect((await new Visitor(testApp.app).get('/workspace', { cookie })).status).toBe(303);
  });

  it('leaves a row by the person', async () => {
    const { browser } = await signInWithCookie();
    const response = await browser.post('/auth/logout');
    expect(await rowsOf(testApp.db, 'logout', response)).toMatchObject([
      { success: true, actor_type: 'user', user_id: cast.bob.id, company_id: cast.acme.id },
    ]);
  });

  it('ends what is open in this browser, and nothing that is open in another', async () => {
    const workspace = await buildWorkspace(testApp.db, {
      company_id: cast.acme.id,
      owner_user_id: cast.alice.id,
    });
    const { browser, sid } = await signInWithCookie();
    for (const browserSessionHash of [sid, 'e'.repeat(64)]) {
      const context = { ...contextOf(testApp, cast.bob), browserSessionHash };
      await WorkspaceSessionTracker.startSession(testApp.db, context, {
        companyId: cast.acme.id,
        workspaceId: workspace.id,
        accessMethod: 'web',
      });
    }
    await browser.post('/auth/logout');
    const sessions = await testApp
      .db('workspace_sessions')
      .where({ user_id: cast.bob.id })
      .select(['session_id', 'end_reason']);
    expect(sessions).toContainEqual({ session_id: sid, end_reason: 'signed-out' });
    expect(sessions).toContainEqual({ session_id: 'e'.repeat(64), end_reason: null });
  });

  it('of somebody who is not signed in does nothing and leaves no row', async () => {
    const response = await new Visitor(testApp.app).post('/auth/logout');
    expect(response.headers.location).toBe('/');
    expect(await rowsOf(testApp.db, 'logout', response)).toEqual([]);
  });

  it('needs the form token, and cannot be done by a link', async () => {
    const { browser } = await signInWithCookie();
    expect((await browser.rawPost('/auth/logout').type('form').send({})).status).toBe(403);
    expect((await browser.get('/auth/logout')).status).toBe(404);
    expect((await browser.get('/workspace')).status).toBe(200);
  });
});

describe('a browser session', () => {
  it('ends seven days after its sign-in, however much it is used', async () => {
    const { browser, sid } = await signInWithCookie();
    const age = (days: number) =>
      testApp.db.raw(
        "update browser_sessions set sess = jsonb_set(sess::jsonb, '{signedInAt}', to_jsonb(?::bigint)) where sid = ?",
        [Date.now() - days * 86_400_000, sid],
      );
    await age(6.9);
    expect((await browser.get('/workspace')).status).toBe(200);
    await age(7.1);
    expect((await browser.get('/workspace')).status).toBe(303);
  });

  it('without a time of its sign-in is none', async () => {
    const { browser, sid } = await signInWithCookie();
    await testApp.db.raw("update browser_sessions set sess = sess - 'signedInAt' where sid = ?", [sid]);
    expect((await browser.get('/workspace')).status).toBe(303);
  });

  it('keeps pages out of every cache, while those of strangers may be kept', async () => {
    const { browser } = await signInWithCookie();
    expect((await browser.get('/legal/terms')).headers['cache-control']).toBe('no-store');
    const stranger = await new Visitor(testApp.app).get('/legal/terms');
    expect(stranger.headers['cache-control']).not.toBe('no-store');
  });
});

describe('a request that is still being answered when its browser session is deleted', () => {
  const endings: Record<string, (browser: Visitor, person: BuiltUser) => Promise<unknown>> = {
    'the person signed out': (browser) => browser.post('/auth/logout'),
    'they signed in again': (browser, { email }) =>
      browser.post('/auth/login', { email, password: PASSWORD }),
    'their access was ended': (_browser, person) =>
      deactivateUser(testApp.db, contextOf(testApp, cast.alice), {
        companyId: cast.acme.id,
        userId: person.id,
      }),
    'it was swept': async () => {
      const { log } = testApp.deps;
      const at = new Date(Date.now() + 86_400_000 * 1.1);
      await sweepAuth(testApp.db, systemContext({ name: 'sweep', at, log }));
    },
    'an operator’s access was ended': (_browser, { id }) => endBrowserSessions(testApp.db, id),
  };

  it.each(Object.keys(endings))(
    'brings neither the session nor its cookie back: %s, 8 of 8',
    async (ending) => {
      const person = await buildUser(testApp.db, { company_id: cast.acme.id });
      const { browser, cookie, sid } = await signInWithCookie(person);
      const late = new Visitor(testApp.app, { cookie });
      // Half of them only move the session’s end, half store a message for the next page in it.
      const form = { _csrf: tokenIn(await browser.get('/workspace')) };
      const release = await holdReadersOf('legal_documents');
      const answers = Array.from({ length: 8 }, (_, index) =>
        index % 2 === 0
          ? late.get('/workspace').then((response) => response)
          : late
              .rawPost('/workspace')
              .type('form')
              .send({ ...form, name: `late-${String(index)}-${String(person.id)}` })
              .then((response) => response),
      );
      const rowsThen = await release
        .whenHeld(8)
        .then(() => endings[ending]?.(browser, person))
        .then(() => testApp.db('browser_sessions').pluck<string[]>('sid'))
        .finally(release.go);
      for (const answer of await Promise.all(answers)) expect(cookieOf(answer, 'yac')).toBeUndefined();
      expect(rowsThen).not.toContain(sid);
      expect(await testApp.db('browser_sessions').pluck('sid')).toEqual(rowsThen);
      expect((await new Visitor(testApp.app).get('/workspace', { cookie })).status).toBe(303);
      if (ending === 'they signed in again') expect((await browser.get('/workspace')).status).toBe(200);
    },
  );

  it('is answered with its own cookie, for some hours more, while the session is there', async () => {
    const { cookie, sid } = await signInWithCookie();
    await testApp
      .db('browser_sessions')
      .where({ sid })
      .update({ expire: new Date(Date.now() + 60_000) });
    const response = await new Visitor(testApp.app).get('/workspace', { cookie });
    expect(`yac=${cookieOf(response, 'yac') ?? ''}`).toBe(cookie);
    const row = await testApp.db('browser_sessions').where({ sid }).first<{ expire: Date }>('expire');
    expect(row.expire.getTime()).toBeGreaterThan(Date.now() + 3_600_000);
  });

  it('is not stored anew even when it is deleted after the question, just before the save', async () => {
    const store = new BrowserSessionStore(asPgPool(testApp.db));
    const data = { cookie: new session.Cookie() };
    data.cookie.maxAge = 60_000;
    const save = promisify((done: (error?: unknown) => void) => {
      store.set('an-id', data, done);
    });
    const rows = () => testApp.db('browser_sessions').where({ sid: hashBrowserSessionId('an-id') });
    store.noteUnstored(data, { at: new Date(), ip: null, userAgent: null });
    await save();
    expect(await rows()).toHaveLength(1);
    expect(await store.continue('an-id', data)).toBe(true);
    await rows().delete();
    await save();
    expect(await store.continue('an-id', data)).toBe(false);
    expect(await rows()).toEqual([]);
  });

  it('sends a download without the cookie, since its headers do not wait', async () => {
    const { cookie } = await signInWithCookie(cast.alice);
    const response = await new Visitor(testApp.app).get('/admin/audit.csv', { cookie });
    expect([response.status, cookieOf(response, 'yac')]).toEqual([200, undefined]);
  });

  it('is cut when its answer cannot be sent, and nobody else notices', async () => {
    const { cookie } = await signInWithCookie();
    const app = express();
    app.use((req, _res, next) => {
      req.log = testApp.deps.log;
      next();
    });
    app.use(createBrowserSessions(testApp.config, testApp.database.sessionsDb));
    app.use((_req, res) => {
      res.statusCode = 99;
      res.end('no such status');
    });
    await expect(supertest(app).get('/').set('cookie', cookie)).rejects.toThrow('socket hang up');
  });

  it('is cut when its handler fails afterwards, as without us: never an error page in its stead', async () => {
    const { cookie } = await signInWithCookie();
    const app = express();
    app.use((req, _res, next) => {
      req.log = testApp.deps.log;
      next();
    });
    app.use(createBrowserSessions(testApp.config, testApp.database.sessionsDb));
    app.use((_req, res) => {
      res.send('the whole answer');
      throw new Error('too late');
    });
    app.use(errorPages(testApp.db));
    await expect(supertest(app).get('/').set('cookie', cookie)).rejects.toThrow('socket hang up');
  });

  it('keeps the connection on which a download was sent, since nothing went wrong', async () => {
    const { cookie } = await signInWithCookie(cast.alice);
    const server = createServer(testApp.app).listen(0);
    let opened = 0;
    server.on('connection', () => (opened += 1));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    for (let downloads = 0; downloads < 3; downloads += 1) {
      const response = await new Visitor(address, { cookie }, agent).get('/admin/audit.csv');
      expect([response.status, response.text.endsWith('\r\n')]).toEqual([200, true]);
    }
    agent.destroy();
    server.close();
    expect(opened).toBe(1);
  });
});

/** Makes every reader of that table wait until `go`. */
async function holdReadersOf(
  table: string,
): Promise<{ whenHeld: (count: number) => Promise<void>; go: () => Promise<void> }> {
  const trx = await testApp.database.ownerDb.transaction();
  await trx.raw(`lock table ${table} in access exclusive mode`);
  return {
    whenHeld: async (count) => {
      for (let held = 0; held < count;) {
        const { rows } = await trx.raw<{ rows: { held: number }[] }>(
          `select count(*)::int as held from pg_locks where relation = ?::regclass and not granted`,
          [table],
        );
        held = rows[0]?.held ?? 0;
      }
    },
    go: async () => {
      await trx.commit();
    },
  };
}

describe('the language switch', () => {
  it('is remembered for a stranger, and leaves no row', async () => {
    const stranger = new Visitor(testApp.app);
    const response = await stranger.post('/locale', { locale: 'tr', returnTo: '/legal/terms?x=1' });
    expect(response.status).toBe(303);
    expect(response.headers.location).toBe('/legal/terms?x=1');
    expect((await stranger.get('/auth/login')).text).toContain('<html lang="tr">');
    expect(await rowsOf(testApp.db, 'locale_changed', response)).toEqual([]);
  });

  it('is kept on a signed-in person wherever they sign in, with a row; the same again leaves none', async () => {
    const alice = await signIn(testApp.app, cast.alice);
    const response = await alice.post('/locale', { locale: 'tr', returnTo: '/workspace' });
    expect(response.headers.location).toBe('/workspace');
    expect(await rowsOf(testApp.db, 'locale_changed', response)).toMatchObject([
      { user_id: cast.alice.id, company_id: cast.acme.id, details: { locale: 'tr' } },
    ]);
    const again = await alice.post('/locale', { locale: 'tr' });
    expect(await rowsOf(testApp.db, 'locale_changed', again)).toEqual([]);
    const elsewhere = await signIn(testApp.app, cast.alice, { 'accept-language': 'en' });
    expect((await elsewhere.get('/legal/terms')).text).toContain('<html lang="tr">');
  });

  it('of a stranger does not change the language of the person who signs in after', async () => {
    const browser = new Visitor(testApp.app);
    await browser.post('/locale', { locale: 'tr' });
    await browser.post('/auth/login', { email: cast.charlie.email, password: PASSWORD });
    expect((await browser.get('/legal/terms')).text).toContain('<html lang="en">');
  });

  it('stays as it was after signing out', async () => {
    const olivia = await signIn(testApp.app, cast.olivia);
    await olivia.post('/locale', { locale: 'tr' });
    const response = await olivia.post('/auth/logout');
    expect((await olivia.follow(response)).text).toContain('<html lang="tr">');
  });

  it.each(['de', '', 'EN', '__proto__'])('knows no language %j', async (locale) => {
    expect((await new Visitor(testApp.app).post('/locale', { locale })).status).toBe(400);
  });

  it('never leads to another site, and needs the form token', async () => {
    const stranger = new Visitor(testApp.app);
    const response = await stranger.post('/locale', { locale: 'tr', returnTo: '//evil.example.com' });
    expect(response.headers.location).toBe('/');
    expect((await stranger.rawPost('/locale').type('form').send({ locale: 'tr' })).status).toBe(403);
  });
});
