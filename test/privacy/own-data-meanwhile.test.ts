import { beforeAll, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

const testApp = useTestApp();
let cast: Cast;
let alice: Visitor;

beforeAll(async () => {
  cast = await buildCast(testApp.db);
  alice = await signIn(testApp.app, cast.alice);
  // As many rows of one list as the PDF prints. They are read in one batch.
  await testApp.database.ownerDb.raw(
    `insert into audit_logs (timestamp, user_id, company_id, actor_type, action_type, success, user_agent)
     select now(), :user, :company, 'user', 'logout', true, repeat('Mozilla/5.0 ', 8) from generate_series(1, 100)`,
    { user: cast.alice.id, company: cast.acme.id },
  );
});

it('answers others between two rows of a list while it makes the PDF of somebody’s own data', async () => {
  const events: string[] = [];
  const { db } = testApp;
  db.on('query-response', (_rows, { sql }: { sql: string }) => {
    if (sql.startsWith('fetch forward')) events.push('rows read');
  });
  db.on('query', ({ sql }: { sql: string }) => {
    if (sql.startsWith('close admin_rows')) events.push('list printed');
  });
  const download = alice
    .rawGet('/account/data/download.pdf')
    .responseType('blob')
    .then((response) => {
      events.push('made');
      return response;
    });
  const other = new Visitor(testApp.app);
  while (!events.includes('made')) {
    expect((await other.get('/healthz')).status).toBe(200);
    events.push('other answered');
  }
  expect(((await download).body as Buffer).subarray(0, 5).toString()).toBe('%PDF-');
  // Without turns, at most an answer that was on its way comes between the rows and the end of their list.
  const [, first = ''] = events.join(', ').split('rows read');
  const meanwhile = first.split('list printed')[0]?.match(/other answered/g) ?? [];
  expect(meanwhile.length).toBeGreaterThan(3);
});
