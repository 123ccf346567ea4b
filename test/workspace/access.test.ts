import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import {
  buildCast,
  buildUser,
  buildWorkspace,
  type BuiltUser,
  type Cast,
} from '../support/programs/build.ts';
import { listRoutes } from '../support/routes.ts';
import { signIn } from '../support/sign-in.ts';
import { PRINTED_AT, Visitor } from '../support/visitor.ts';

const site = useTestApp();

type Who = 'stranger' | 'operator' | 'otherAdmin' | 'otherMember' | 'colleague' | 'owner' | 'admin';
const everybody: Who[] = ['stranger', 'operator', 'otherAdmin', 'otherMember', 'colleague', 'owner', 'admin'];

let cast: Cast;
let people: Record<Exclude<Who, 'stranger'>, BuiltUser>;
let visitors: Record<Who, Visitor>;
let place: { id: number; name: string };

beforeAll(async () => {
  cast = await buildCast(site.db);
  people = {
    operator: cast.olivia,
    otherAdmin: cast.charlie,
    otherMember: await buildUser(site.db, { company_id: cast.globex.id }),
    colleague: await buildUser(site.db, { company_id: cast.acme.id }),
    owner: cast.bob,
    admin: cast.alice,
  };
  const entries = Object.entries(people).map(
    async ([who, person]) => [who, await signIn(site.app, person)] as const,
  );
  const signedIn = Object.fromEntries(await Promise.all(entries)) as Record<
    Exclude<Who, 'stranger'>,
    Visitor
  >;
  visitors = { stranger: new Visitor(site.app), ...signedIn };
});

beforeEach(async () => {
  // Another test may have deleted the last one.
  await deletePlace();
  place = await buildWorkspace(site.db, { company_id: cast.acme.id, owner_user_id: cast.bob.id });
  await site.db('workspace_hosts').insert({
    label: `at-${String(place.id)}`,
    workspace_id: place.id,
    company_id: cast.acme.id,
    created_at: new Date(),
  });
});

const ofOneWorkspace: Record<Who, number> = {
  stranger: 0,
  operator: 403,
  otherAdmin: 404,
  otherMember: 404,
  colleague: 404,
  owner: 303,
  admin: 303,
};
const page = { ...ofOneWorkspace, stranger: 303, owner: 200, admin: 200 };
const form = { ...ofOneWorkspace, stranger: 401 };
const ofTheCompany = {
  operator: 403,
  otherAdmin: 303,
  otherMember: 303,
  colleague: 303,
  owner: 303,
  admin: 303,
};

const list = {
  ...ofTheCompany,
  otherAdmin: 200,
  otherMember: 200,
  colleague: 200,
  owner: 200,
  admin: 200,
  stranger: 303,
};

/** Every route of the feature, and what it answers to whom about a workspace of Bob, member of Acme. */
const matrix: Record<string, Record<Who, number>> = {
  'GET /workspace': list,
  'GET /workspace/deleted': list,
  'GET /workspace/now': list,
  'GET /workspace/sessions': list,
  'POST /workspace': { ...ofTheCompany, stranger: 401 },
  // A stranger who is no trusted proxy.
  'GET /workspace/forward-auth': {
    ...ofTheCompany,
    stranger: 403,
    otherAdmin: 403,
    otherMember: 403,
    colleague: 403,
    owner: 403,
    admin: 403,
  },
  'GET /workspace/at/:label': { ...ofOneWorkspace, stranger: 303 },
  // Back from a workspace's host, with nothing that anybody has begun.
  'GET /workspace/entry': {
    ...ofTheCompany,
    stranger: 303,
    otherAdmin: 403,
    otherMember: 403,
    colleague: 403,
    owner: 403,
    admin: 403,
  },
  'POST /workspace/:id/enter': form,
  'POST /workspace/:id/start': form,
  'POST /workspace/:id/stop': form,
  'POST /workspace/:id/restart': form,
  'GET /workspace/:id': page,
  'GET /workspace/:id/delete': page,
  'GET /workspace/:id/sessions': page,
  'GET /workspace/:id/state': page,
  'POST /workspace/:id/delete': form,
  'POST /workspace/:id/restore': form,
  'POST /workspace/:id/open': form,
  'POST /workspace/:id/activity': form,
  'POST /workspace/:id/close': form,
};

it('no route of the feature is missing in the matrix', () => {
  const mounted = listRoutes(site.app)
    .filter(({ path }) => path.startsWith('/workspace'))
    .map(({ method, path }) => `${method} ${path}`);
  // A report of use is answered before the pages' middleware, and after it when it is not noted there.
  expect([...new Set(mounted)].sort()).toEqual(Object.keys(matrix).sort());
});

const cases = Object.entries(matrix).flatMap(([route, answers]) =>
  everybody.map((who) => ({ route, who, status: answers[who] })),
);

describe.each(cases)('$route as $who', ({ route, who, status }) => {
  it(`answers ${String(status)}`, async () => {
    if (route === 'POST /workspace/:id/restore') await deletePlace();
    const before = await countEverything();
    const answer = await ask(route, who);
    expect(answer.status).toBe(status);
    if (status === 303 && who === 'stranger') expect(answer.headers.location).toContain('/auth/login');
    if (status >= 400) {
      expect(await countEverything()).toEqual(before);
      expect(answer.text).not.toContain(place.name);
    }
  });
});

it.each(['otherAdmin', 'otherMember', 'colleague'] as const)(
  'what is not there and what may not be seen look the same to %s',
  async (who) => {
    const hidden = await visitors[who].get(`/workspace/${String(place.id)}`);
    const missing = await visitors[who].get('/workspace/999999999');
    const bare = (text: string): string =>
      text.replace(/[\w-]{36}|nonce="[^"]+"|\/workspace\/\d+|value="[^"]*"/g, '').replace(PRINTED_AT, '');
    expect(hidden.status).toBe(missing.status);
    expect(bare(hidden.text)).toBe(bare(missing.text));
  },
);

it('another company’s sessions are never in a history, even with an id in the address', async () => {
  const theirs = await buildWorkspace(site.db, {
    company_id: cast.globex.id,
    owner_user_id: cast.charlie.id,
  });
  await visitors.otherAdmin.post(`/workspace/${String(theirs.id)}/open`);
  const session = await site
    .db('workspace_sessions')
    .where({ workspace_id: theirs.id })
    .first<{ id: number }>();
  await visitors.owner.post(`/workspace/${String(place.id)}/open`);
  const answer = await visitors.admin.get(`/workspace/${String(place.id)}?after=${String(session.id)}`);
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain('Charlie');
});

async function deletePlace(): Promise<void> {
  const gone = { deleted_at: new Date(), deleted_by: cast.alice.id };
  await site.db('workspaces').where({ company_id: cast.acme.id }).whereNull('deleted_at').update(gone);
}

function ask(route: string, who: Who) {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern.replace(':id', String(place.id)).replace(':label', `at-${String(place.id)}`);
  const visitor = visitors[who];
  return method === 'GET' ? visitor.get(path) : visitor.post(path, { name: `made by ${who}` });
}

async function countEverything(): Promise<unknown> {
  const { rows } = await site.db.raw<{ rows: unknown[] }>(
    `select (select count(*) from workspaces) as workspaces,
            (select count(*) from workspaces where deleted_at is null) as live,
            (select count(*) from workspace_sessions) as sessions,
            (select coalesce(sum(activity_count), 0) from workspace_sessions) as activity,
            (select count(*) from audit_logs where action_type like 'workspace%') as evidence`,
  );
  return rows[0];
}
