import { createHash, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { registeredTables } from '../../src/privacy/registry/registry.ts';

/** A row that leads to a person in one way of the registry, and the values that no other row has. */
export interface SeededRow {
  table: string;
  as: string;
  /** A text or an address that the row has and no other; empty where it has only numbers and times. */
  marker: string;
  values: Record<string, string>;
}

interface Person {
  id: number;
  email: string;
  company: number;
  isAdmin: boolean;
  /** Begins every text of the person's rows. */
  mark: string;
}

interface Column {
  name: string;
  type: string;
  isNeeded: boolean;
}

/** People and companies have their rows already. */
const BUILT = ['users', 'companies'];

/** Values that code reads and that must therefore mean something. */
const MEANINGFUL: Record<string, Record<string, unknown>> = {
  audit_logs: { actor_type: 'user', details: '{}' },
  payments: {
    ...{ status: 'pending', currency: 'TRY', plan: 'team' },
    price_facts: JSON.stringify({
      ...{ list_version: 1, kind: 'fixed', currency: 'TRY' },
      prices: { starter: 49_900, team: 149_900, enterprise: 499_900 },
    }),
  },
  order_consents: { customer_type: 'company', locale: 'tr', documents: '[]', boxes: '[]' },
  invoices: { currency: 'TRY', plan: 'team', seller: '{"name":"seller"}' },
  legal_invoices: { issued_on: '2026-01-02' },
  refunds: { source: 'ours', state: 'done', policy: 'goodwill', currency: 'TRY' },
  reversals: { currency: 'TRY', plan: 'team', seller: '{"name":"seller"}' },
  // A count that has rows of its own is dropped before a copy is made.
  refused_attempts: { attempts: 1, own_rows: 5 },
  workspace_sessions: { access_method: 'web', connected_minutes: 0, active_minutes: 0 },
};

/** Takes checks, foreign keys and triggers away, so that a row of any table needs no others. */
export async function makeInsertsFree(ownerDb: Knex): Promise<void> {
  await ownerDb.raw(`do $$ declare one record; begin
    for one in select conrelid::regclass as name, conname from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('c', 'f') and conparentid = 0 and coninhcount = 0
    loop execute format('alter table %s drop constraint %I', one.name, one.conname); end loop;
    for one in select oid::regclass as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
    loop execute format('alter table %s disable trigger user', one.name); end loop;
  end $$`);
}

let counter = 0;

/** One row of every registered table for each way that leads to the person, filled by type. */
export async function seedPerson(ownerDb: Knex, person: Person): Promise<SeededRow[]> {
  const seeded: SeededRow[] = [];
  const made: Record<string, number> = {};
  // What others refer to comes first.
  const first = [
    'data_requests',
    'workspaces',
    'payments',
    'disputes',
    'stored_cards',
    'mails',
    'known_devices',
    'incidents',
  ];
  const tables = Object.keys(registeredTables).filter(
    (table) => !BUILT.includes(table) && !first.includes(table),
  );
  for (const table of [...first, ...tables]) {
    for (const [as, condition] of Object.entries(registeredTables[table]?.people ?? {})) {
      if (!person.isAdmin && condition.includes(`role = 'admin'`)) continue;
      const keys = { ...keysOf(table, condition, person), ...specialKeys({ table, as, person, made }) };
      const row = await insertRow(ownerDb, { table, as, person, keys });
      made[`${table} ${as}`] = row.id;
      seeded.push(row);
    }
  }
  return seeded;
}

/** The columns that the condition compares with the person. */
function keysOf(table: string, condition: string, { id, email }: Person): Record<string, unknown> {
  const compared = [...condition.matchAll(/(\w+)\.(\w+) = :(user|email)\b/g)].filter(
    ([, of]) => of === table,
  );
  return Object.fromEntries(compared.map(([, , column = '', key]) => [column, key === 'user' ? id : email]));
}

/** The columns that lead to the person where the condition is more than a comparison. */
function specialKeys(input: {
  table: string;
  as: string;
  person: Person;
  made: Record<string, number>;
}): Record<string, unknown> {
  const { table, as, made } = input;
  const { id, email, company, mark } = input.person;
  const special: Record<string, Record<string, unknown>> = {
    'audit_logs person': { company_id: company },
    'audit_logs subject': { company_id: company, resource_type: 'user', resource_id: String(id) },
    'billing_details buyer': { company_id: company },
    'browser_sessions person': { sess: JSON.stringify({ passport: { user: String(id) } }) },
    'incident_steps person': { incident_id: made['incidents person'] },
    'invoices buyer': {
      company_id: company,
      payment_id: made['payments payer'],
      buyer: JSON.stringify({ name: `${mark} buyer` }),
    },
    'legal_invoice_files buyer': { company_id: company, legal_invoice_id: made['legal_invoices buyer'] },
    'legal_invoices buyer': { company_id: company, invoice_id: made['invoices buyer'] },
    'legal_invoices operator': { issued_by: id },
    'login_locks address': { key: createHash('sha256').update(email).digest('hex') },
    'mail_events recipient': { mail_id: made['mails recipient'] },
    'card_renewals holder': { card_id: made['stored_cards holder'], company_id: company },
    'card_charges holder': { payment_id: made['payments payer'] },
    'payment_card_facts payer': { payment_id: made['payments payer'] },
    'payment_readiness payer': { payment_id: made['payments payer'] },
    'payment_follow_ups payer': { payment_id: made['payments payer'] },
    'order_consents person': { payment_id: made['payments payer'] },
    'payment_callbacks payer': { payment_id: made['payments payer'] },
    'payments payer': { company_id: company },
    'gateway_movements payer': { payment_id: made['payments payer'] },
    'gateway_payout_lines payer': { payment_id: made['payments payer'] },
    'finance_differences payer': { payment_id: made['payments payer'], company_id: company },
    'disputes payer': { company_id: company, payment_id: made['payments payer'] },
    'chargebacks payer': {
      dispute_id: made['disputes payer'],
      payment_id: made['payments payer'],
      company_id: company,
    },
    'dispute_packages payer': {
      payment_id: made['payments payer'],
      company_id: company,
      zip_sha256: `${mark}-zip`,
    },
    'dispute_package_files payer': { company_id: company, sha256: `${mark}-zip` },
    'dispute_answers payer': { dispute_id: made['disputes payer'], company_id: company },
    'dispute_exhibits payer': { dispute_id: made['disputes payer'], company_id: company },
    'dispute_history_decisions payer': { dispute_id: made['disputes payer'], company_id: company },
    'refunds payer': { payment_id: made['payments payer'], company_id: company },
    'payment_status_answers payer': { payment_id: made['payments payer'] },
    'payment_reviews payer': { payment_id: made['payments payer'] },
    'reversals buyer': {
      company_id: company,
      payment_id: made['payments payer'],
      buyer: JSON.stringify({ name: `${mark} buyer` }),
    },
    'rate_limits person': { key: `seed:${String(id)}` },
    'security_events person': { details: JSON.stringify({ user_id: id }) },
    'workspace_hosts owner': { workspace_id: made['workspaces owner'] },
    'data_request_notes person': { request_id: made['data_requests person'] },
    'workspace_sessions person': { company_id: company, workspace_id: made['workspaces owner'] },
  };
  return special[`${table} ${as}`] ?? {};
}

async function insertRow(
  ownerDb: Knex,
  input: { table: string; as: string; person: Person; keys: Record<string, unknown> },
): Promise<SeededRow & { id: number }> {
  const { table, as, person, keys } = input;
  const personal = Object.values(registeredTables[table]?.personal ?? {}).flat();
  const given = { ...MEANINGFUL[table], ...keys };
  const filled: Record<string, unknown> = {};
  const values: Record<string, string> = {};
  const columns = await listColumns(ownerDb, table);
  for (const { name, type, isNeeded } of columns) {
    if (name in given || !(isNeeded || personal.includes(name))) continue;
    const { value, shown } = valueOf(type, `${person.mark}-${table}-${name}-${as}`);
    filled[name] = value;
    if (shown !== null) values[name] = shown;
  }
  const [row] = await ownerDb(table)
    .insert({ ...filled, ...pick(given, columns) })
    .returning<Record<string, unknown>[]>('*');
  return {
    table,
    as,
    values,
    marker: Object.values(values).find((value) => /^(own|alien|2001:)/.test(value)) ?? '',
    id: Number(row?.id ?? 0),
  };
}

/** The values of columns that an insert may fill. */
function pick(given: Record<string, unknown>, columns: Column[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).filter(([column]) => columns.some(({ name }) => name === column)),
  );
}

/** The columns that an insert may fill: neither numbered nor computed by the database. */
async function listColumns(ownerDb: Knex, table: string): Promise<Column[]> {
  const { rows } = await ownerDb.raw<{ rows: Column[] }>(
    `select attname as name, format_type(atttypid, null) as type, attnotnull and not atthasdef as "isNeeded"
     from pg_attribute where attrelid = ?::regclass and attnum > 0 and not attisdropped
       and attidentity = '' and attgenerated = '' and not (attname = 'id' and atthasdef) order by attnum`,
    [table],
  );
  return rows;
}

/** A value of that type, and how a file shows it; null when it says nothing. */
function valueOf(type: string, text: string): { value: unknown; shown: string | null } {
  counter += 1;
  const shown = (value: string): { value: unknown; shown: string } => ({ value, shown: value });
  if (type.startsWith('timestamp')) {
    const at = new Date(Date.now() - 3_600_000 + counter * 1013);
    return { value: at, shown: at.toISOString() };
  }
  if (type === 'date') return { value: '2026-11-30', shown: null };
  if (type === 'inet') return shown(`2001:db8:${(counter + 0x1000).toString(16)}::1`);
  if (['bigint', 'integer'].includes(type)) return { value: 710_000 + counter, shown: null };
  if (['text', 'character varying'].includes(type)) return shown(`${text}-${String(counter)}`);
  if (type === 'text[]') return { value: [text], shown: text };
  if (type === 'bytea') return { value: Buffer.from(text), shown: null };
  if (type === 'boolean') return { value: true, shown: null };
  if (type === 'uuid') return shown(randomUUID());
  if (type.startsWith('json')) return { value: '{}', shown: null };
  return { value: type === 'character' || type === 'bpchar' ? 'TRY' : 1, shown: null };
}
