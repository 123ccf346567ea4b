import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { PASSWORD, signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const root = resolve(import.meta.dirname, '../..');

/** The requirements of levels 1 and 2 in OWASP ASVS 5.0, chapters V6, V7, V8, V14 and V16. */
const REQUIREMENTS: Record<string, number[]> = {
  '6.1': [1, 2, 3],
  '6.2': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  '6.3': [1, 2, 3, 4],
  '6.4': [1, 2, 3, 4],
  '6.5': [1, 2, 3, 4, 5],
  '6.6': [1, 2, 3],
  '6.8': [1, 2, 3, 4],
  '7.1': [1, 2, 3],
  '7.2': [1, 2, 3, 4],
  '7.3': [1, 2],
  '7.4': [1, 2, 3, 4, 5],
  '7.5': [1, 2],
  '7.6': [1, 2],
  '8.1': [1, 2],
  '8.2': [1, 2, 3],
  '8.3': [1],
  '8.4': [1],
  '14.1': [1, 2],
  '14.2': [1, 2, 3, 4],
  '14.3': [1, 2, 3],
  '16.1': [1],
  '16.2': [1, 2, 3, 4, 5],
  '16.3': [1, 2, 3, 4],
  '16.4': [1, 2, 3],
  '16.5': [1, 2, 3],
};

/** Rows without a test say why. */
const REASON = /^(Does not apply|\*\*Not met)|Nothing to test/;

const readme = readFileSync(join(root, 'src/auth/README.md'), 'utf8');
const rows = [...readme.matchAll(/^\| (\d+\.\d+\.\d+) \[[12]\] \| (.*) \| (.*) \|$/gm)].map(
  ([, id = '', how = '', proof = '']) => ({ id, how, proof }),
);

describe('the table of ASVS 5.0 in src/auth/README.md', () => {
  it('has every requirement of level 2 once', () => {
    const expected = Object.entries(REQUIREMENTS).flatMap(([section, numbers]) =>
      numbers.map((number) => `${section}.${String(number)}`),
    );
    expect(rows.map(({ id }) => id)).toEqual(expected);
  });

  it.each(rows)('names a test that is there, or says why not: $id', ({ how, proof }) => {
    if (REASON.test(how) || REASON.test(proof)) return;
    const [, path = '', title = ''] = /^`(test\/[^`]+)` · (.+)$/.exec(proof) ?? [];
    expect(path).not.toBe('');
    expect(existsSync(join(root, path))).toBe(true);
    expect(readFileSync(join(root, path), 'utf8')).toContain(title);
  });
});

describe('a form', () => {
  it('masks every password and stops nobody who pastes', () => {
    const fields = listFiles('views', '.ejs').flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/include\('[./]*partials\/field', \{([^}]*)\}/g)]
        .map(([, of = '']) => of)
        .filter((of) => /name: '\w*[pP]assword'/.test(of)),
    );
    expect(fields.length).toBeGreaterThan(5);
    const odd = fields.filter(
      (of) => !of.includes("type: 'password'") || !/autocomplete: '(current|new)-password'/.test(of),
    );
    expect(odd).toEqual([]);
    expect(scripts().filter(({ text }) => /paste/i.test(text))).toEqual([]);
  });
});

describe('a script', () => {
  it('keeps nothing about a person in the storage of the browser', () => {
    const stored = scripts().flatMap(({ text }) =>
      [...text.matchAll(/(?:localStorage|sessionStorage|indexedDB|document\.cookie)\S*/g)].map(
        ([use]) => use,
      ),
    );
    expect(new Set(stored)).toEqual(
      new Set([
        'sessionStorage.getItem(key)',
        'sessionStorage.setItem(key,',
        'sessionStorage.removeItem(key);',
      ]),
    );
  });
});

describe('the pages', () => {
  const test = useTestApp();
  let cast: Cast;
  beforeAll(async () => {
    cast = await buildCast(test.db);
  });

  it('has the way out on every page for somebody signed in', async () => {
    const alice = await signIn(test.app, cast.alice);
    for (const path of ['/workspace', '/account', '/billing', '/admin/users', '/legal/terms', '/nowhere'])
      expect((await alice.get(path)).text, path).toContain('action="/auth/logout"');
  });

  it('is over when nobody has used it for its hours', async () => {
    const bob = await signIn(test.app, cast.bob);
    expect((await bob.get('/account')).status).toBe(200);
    await test.database.ownerDb('browser_sessions').update({ expire: new Date(Date.now() - 1000) });
    expect((await bob.get('/account')).headers['location']).toMatch(/^\/auth\/login/);
  });

  it('answers an error of ours with a number and nothing else', async () => {
    const { ownerDb } = test.database;
    await ownerDb.raw('alter table known_devices add constraint broken check (id is null) not valid');
    const visitor = new Visitor(test.app);
    const answer = await visitor.post('/auth/login', { email: cast.bob.email, password: PASSWORD });
    await ownerDb.raw('alter table known_devices drop constraint broken');
    expect(answer.status).toBe(500);
    expect(answer.text).toContain(answer.headers['x-request-id']);
    expect(answer.text).not.toMatch(/broken|constraint|known_devices|insert into|\.ts:|node_modules/);
  });
});

function scripts(): { path: string; text: string }[] {
  return listFiles('views/assets', '.js').map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

function listFiles(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(root, folder, name));
}
