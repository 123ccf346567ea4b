import type { Knex } from 'knex';

/**
 * The ways in which the connected role could change evidence, each with the tables concerned; none for a role
 * made as scripts/README.md says. Evidence is every table with a trigger that calls `refuse_change`, so a new
 * table counts as soon as it is protected.
 *
 * 1. A superuser, and the owner of a table or a member of the owner's role, may drop the triggers.
 * 2. Whoever may set `session_replication_role` passes over them.
 * 3. Rights that no table needs: update or delete where rows never change, truncate, making triggers.
 */
export async function findRightsToChange(db: Knex, timeoutMs: number): Promise<string[]> {
  const { rows } = await db
    .raw<{ rows: { is_superuser: boolean; may_skip: boolean; owned: string[]; writable: string[] }[] }>(
      RIGHTS,
    )
    .timeout(timeoutMs);
  const [found] = rows;
  if (found === undefined) return [];
  return [
    ...(found.is_superuser ? ['is a superuser'] : []),
    ...(found.may_skip ? ['may set session_replication_role'] : []),
    ...(found.owned.length > 0 ? [`owns ${list(found.owned)}`] : []),
    ...(found.writable.length > 0 ? [`has too many rights on ${list(found.writable)}`] : []),
  ];
}

/** So many tables are named; the others are counted. */
const NAMED = 5;

function list(names: string[]): string {
  const rest = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${String(rest)} more` : '');
}

const RIGHTS = `
  with evidence as (
    select c.oid, c.relname::text as name, pg_has_role(c.relowner, 'member') as is_owned,
           -- 16: the trigger fires on update.
           bool_or(t.tgtype & 16 <> 0 and t.tgname = 'refuse_change') as is_append_only
    from pg_class c
    join pg_trigger t on t.tgrelid = c.oid
    join pg_proc p on p.oid = t.tgfoid and p.proname = 'refuse_change'
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    group by c.oid
  )
  select (select rolsuper from pg_roles where rolname = current_user) as is_superuser,
         has_parameter_privilege('session_replication_role', 'set') as may_skip,
         coalesce(array_agg(name order by name) filter (where is_owned), '{}') as owned,
         coalesce(array_agg(name order by name) filter (where not is_owned and (
           has_table_privilege(oid, 'truncate') or has_table_privilege(oid, 'trigger')
           or is_append_only and (has_any_column_privilege(oid, 'update') or has_table_privilege(oid, 'delete'))
         )), '{}') as writable
  from evidence`;
