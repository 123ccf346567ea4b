import pg from 'pg';
import { COMPANIES, PEOPLE } from './fill-people.ts';

/** Belongs to company 1 and did a tenth of everything: one million of ten. */
export const LOUD_PERSON = COMPANIES + 1;

/** Belongs to company 3 and did exactly `QUIET_ROWS` things, however large the table. */
export const QUIET_PERSON = 2 * COMPANIES + 3;
export const QUIET_ROWS = 1_000;

/**
 * About an eighth of everything happened here, over ten people: deep pages. Its admin has the same number.
 */
export const LOUD_COMPANY = 2;

/** Time over which the rows are spread. */
const MONTHS = 36;

/** Rows of one statement: a sign of life every second or two. */
const CHUNK_ROWS = 250_000;

/** As many as the machine of the targets has cores. */
const WORKERS = 2;

/**
 * Fills `audit_logs` with so many rows of the last three years, oldest first, and leaves it as a table that
 * has grown over time and been vacuumed. Quick, since the secondary indexes are made afterwards and foreign
 * keys are not checked row by row: every row is made from people that exist.
 */
export async function fillAuditLogs(
  superUrl: string,
  { rows, say }: { rows: number; say: (line: string) => void },
): Promise<void> {
  const clients = await Promise.all(Array.from({ length: WORKERS }, () => connect(superUrl)));
  const [first] = clients;
  if (first === undefined) throw new Error('Bug! no worker');
  try {
    await makeMonths(first);
    const indexes = await dropIndexes(first);
    await insertRows(clients, rows, say);
    await makeIndexes(clients, indexes, say);
    say(`audit table of ${String(rows)} rows: vacuum and analyze`);
    await first.query(`select setval(pg_get_serial_sequence('audit_logs', 'id'), $1)`, [rows]);
    await first.query('vacuum (analyze) audit_logs');
    await first.query('checkpoint');
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function connect(superUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: superUrl });
  await client.connect();
  // Without foreign keys and append-only triggers, and with enough memory to sort one index without files.
  await client.query(`set session_replication_role = replica`);
  await client.query(`set maintenance_work_mem = '512MB'`);
  await client.query(`set max_parallel_maintenance_workers = 0`);
  return client;
}

/**
 * The months as three years of use would have left them: the first partition, which has no beginning, gives
 * way to them.
 */
async function makeMonths(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ partition_name: string }>(
    `select partition_name from list_partitions('audit_logs') where starts_at is null and not is_default`,
  );
  for (const { partition_name } of rows) await client.query(`drop table ${partition_name}`);
  await client.query(
    `select make_month_partition('audit_logs', 'timestamp', month_start(now(), -n))
     from generate_series($1::int, 0, -1) as n
     where not exists (
       select from list_partitions('audit_logs') as made
       where made.starts_at <= month_start(now(), -n) and made.ends_at > month_start(now(), -n)
     )`,
    [MONTHS],
  );
}

/**
 * Drops what is no constraint, and returns the statements that make it again. On a partitioned table they
 * reach every part.
 */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i
     where i.indrelid = 'audit_logs'::regclass and not i.indisunique
       and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition.replace(' ON ONLY ', ' ON '));
}

async function insertRows(clients: pg.Client[], rows: number, say: (line: string) => void): Promise<void> {
  const firsts = Array.from({ length: Math.ceil(rows / CHUNK_ROWS) }, (_, chunk) => chunk * CHUNK_ROWS + 1);
  let done = 0;
  await inParallel(clients, firsts, async (client, first) => {
    const last = Math.min(first + CHUNK_ROWS - 1, rows);
    await client.query(INSERT, [first, last, rows]);
    done += last - first + 1;
    say(`audit table of ${String(rows)} rows: ${String(Math.floor((100 * done) / rows))} % filled`);
  });
}

async function makeIndexes(
  clients: pg.Client[],
  definitions: string[],
  say: (line: string) => void,
): Promise<void> {
  let done = 0;
  await inParallel(clients, definitions, async (client, definition) => {
    await client.query(definition);
    done += 1;
    say(`audit indexes: ${String(done)} of ${String(definitions.length)}`);
  });
}

async function inParallel<Job>(
  clients: pg.Client[],
  jobs: Job[],
  work: (client: pg.Client, job: Job) => Promise<void>,
): Promise<void> {
  const queue = [...jobs];
  await Promise.all(
    clients.map(async (client) => {
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) await work(client, job);
    }),
  );
}

// $1 and $2 are the first and the last number, $3 the number of all rows. u and v are evenly spread in [0, 1)
// and the same in every run. The cube of u gives a few people most of the rows.
const INSERT = `
  insert into audit_logs
    (id, event_id, timestamp, user_id, company_id, actor_type, action_type, resource_type, resource_id, ip_address, user_agent,
     request_method, request_path, request_id, details, success, error_message)
  overriding system value
  select n,
         uuidv7(at - now()),
         at,
         person,
         (person - 1) % ${String(COMPANIES)} + 1,
         'user',
         (array['workspace_access', 'workspace_access', 'workspace_access', 'login', 'login', 'logout', 'workspace_create',
                'locale_changed'])[1 + floor(8 * v)::int],
         case when v < 0.375 then 'workspace' else 'user' end,
         person::text,
         '10.0.0.0'::inet + (person * 7 + floor(3 * v)::int),
         'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1' || (20 + person % 20)
           || '.0.0.0 Safari/537.36',
         'POST',
         '/workspace/' || person || '/open',
         md5(n::text)::uuid::text,
         jsonb_build_object('workspace', 'workspace-' || person, 'access_method', 'web', 'workspace_session_id', n,
                            'session_started_at', at),
         n % 53 <> 0,
         case when n % 53 = 0 then 'wrong-password' end
  from (
    select n, v, now() - interval '${String(MONTHS)} months' * ((($3::bigint - n + 1)::float8) / $3::bigint) as at,
           case
             when n % ($3::bigint / ${String(QUIET_ROWS)}) = 7 then ${String(QUIET_PERSON)}
             when n % 10 = 0 then ${String(LOUD_PERSON)}
             when n % 8 = 3 then ${String(LOUD_COMPANY)} + ${String(COMPANIES)} * floor(10 * u)::int
             else anybody - (anybody in (${String(LOUD_PERSON)}, ${String(QUIET_PERSON)}))::int
           end as person
    from (
      select n, u, v, 1 + floor(${String(PEOPLE)} * u * u * u)::int as anybody
      from (
        select n,
               (hashint8(n)::bigint + 2147483648) / 4294967296.0::float8 as u,
               (hashint8(n + 1000000007)::bigint + 2147483648) / 4294967296.0::float8 as v
        from generate_series($1::bigint, $2::bigint) as n
      ) as drawn
    ) as picked
  ) as made`;
