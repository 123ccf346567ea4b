import type { Knex } from 'knex';
import { MigrationError } from './error.ts';

interface RoleFacts {
  is_self: boolean;
  is_above: boolean;
}

/**
 * Gives the app's role exactly the rights that the app needs, in one transaction, on everything in schema
 * public that the connected role owns. Returns one line that says which rights hold now.
 *
 * 1. Tables with a trigger named `refuse_change` are append-only: select and insert.
 * 2. The migrator's own tables, and the bounds of what the app may write: select.
 * 3. Partitions: no rights, since they are reached through their table.
 * 4. When the app connects as the owner itself, nothing changes.
 */
export async function grantAppRole(db: Knex, appRole: string): Promise<string> {
  const facts = await findRole(db, appRole);
  if (facts.is_self) {
    return `the app connects as the owner "${appRole}": append-only tables are protected by their triggers alone`;
  }
  const appendOnly = await db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { statement: string }[] }>(GRANTS, { appRole });
    for (const { statement } of rows) await trx.raw(statement);
    return rows.filter(({ statement }) => statement.startsWith('grant select, insert on')).length;
  });
  const line = `role "${appRole}" may use every table; ${String(appendOnly)} are append-only for it`;
  return facts.is_above
    ? `${line}, but it is a superuser or a member of the owner's role, whom no grant binds`
    : line;
}

async function findRole(db: Knex, appRole: string): Promise<RoleFacts> {
  const { rows } = await db.raw<{ rows: RoleFacts[] }>(
    `select rolname = current_user as is_self,
            rolsuper or pg_has_role(oid, current_user, 'member') as is_above
     from pg_roles where rolname = :appRole`,
    { appRole },
  );
  if (rows[0] !== undefined) return rows[0];
  throw new MigrationError(
    `the role "${appRole}" of DATABASE_URL does not exist: create it, then migrate again`,
  );
}

// A grant takes no bindings, so Postgres itself quotes the names (format %I, regclass, regprocedure).
const GRANTS = `
  with tables as (
    select c.oid::regclass as name,
           c.relispartition as is_partition,
           case
             when c.relname in (
               'knex_migrations', 'knex_migrations_lock', 'migration_checksums', 'audit_time_bounds'
             ) then 'select'
             when exists (
               select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'refuse_change'
             ) then 'select, insert'
             else 'select, insert, update, delete'
           end as privileges
    from pg_class c
    where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'p', 'v', 'm')
      and pg_has_role(c.relowner, 'usage')
  )
  select format('grant connect on database %I to %I', current_database(), :appRole::text) as statement
  union all
  select format('grant usage on schema public to %I', :appRole::text)
  union all
  select format('revoke all on table %s from %I', name, :appRole::text) from tables
  union all
  select format('grant %s on table %s to %I', privileges, name, :appRole::text) from tables where not is_partition
  union all
  select format('grant usage on sequence %s to %I', c.oid::regclass, :appRole::text)
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'S' and pg_has_role(c.relowner, 'usage')
  union all
  select format('grant execute on routine %s to %I', p.oid::regprocedure, :appRole::text)
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace and pg_has_role(p.proowner, 'usage')`;
