import type { Knex } from 'knex';
import { TIME_ZONE } from '../../local-calendar.ts';

/** Sign-ins of one day of the company's calendar. */
export interface SignInDay {
  /** As 2026-11-30. */
  day: string;
  worked: number;
  refused: number;
}

/** Something that opens an account or a workspace and that nobody has used for long. */
interface StaleCredential {
  kind: 'token' | 'key';
  name: string;
  user_id: number;
  person: string;
  created_at: Date;
  last_used_at: Date | null;
}

/** Most entries of a list of the overview. */
export const SHOWN_MAX = 20;

/**
 * The sign-ins of a company's people from one day to another, both included, with days on which there were
 * none. A row of refused attempts counts as many as it stands for.
 */
export async function listSignInDays(
  db: Knex,
  input: { companyId: number; from: Date; to: Date },
): Promise<SignInDay[]> {
  const { rows } = await db.raw<{ rows: SignInDay[] }>(
    `select to_char(days.day, 'YYYY-MM-DD') as day,
            count(l.event_id) filter (where l.success) as worked,
            coalesce(sum(coalesce((l.details ->> 'attempts')::bigint, 1)) filter (where not l.success), 0)::bigint as refused
     from generate_series((:from::timestamptz at time zone :zone)::date, (:to::timestamptz at time zone :zone)::date,
                          interval '1 day') as days (day)
     left join audit_logs l on l.company_id = :companyId and l.action_type = 'login'
       and l.timestamp >= :from::timestamptz - interval '1 day' and l.timestamp <= :to::timestamptz
       and (l.timestamp at time zone :zone)::date = days.day
     group by days.day order by days.day`,
    { ...input, zone: TIME_ZONE },
  );
  return rows;
}

/** Tokens and keys of a company that are good and that nobody has used since a time, oldest use first. */
export async function listStaleCredentials(
  db: Knex,
  { companyId, since, at }: { companyId: number; since: Date; at: Date },
): Promise<StaleCredential[]> {
  const { rows } = await db.raw<{ rows: StaleCredential[] }>(
    `select stale.*, users.full_name as person from (
       select 'token' as kind, name, user_id, created_at, last_used_at from access_tokens
       where company_id = :companyId and revoked_at is null and expires_at > :at
       union all
       select 'key', label, user_id, created_at, last_used_at from ssh_keys
       where company_id = :companyId and removed_at is null
     ) as stale
     join users on users.id = stale.user_id
     where coalesce(last_used_at, stale.created_at) < :since and users.deactivated_at is null
     order by coalesce(last_used_at, stale.created_at), stale.name limit :max`,
    { companyId, since, at, max: SHOWN_MAX },
  );
  return rows;
}

/** People of a company whose account is locked until they set a new password. */
export async function listLockedPeople(
  db: Knex,
  companyId: number,
): Promise<{ id: number; full_name: string; password_blocked_at: Date }[]> {
  return db('users')
    .where('company_id', companyId)
    .whereNull('deactivated_at')
    .whereNotNull('password_blocked_at')
    .orderBy('password_blocked_at')
    .limit(SHOWN_MAX)
    .select<{ id: number; full_name: string; password_blocked_at: Date }[]>([
      'id',
      'full_name',
      'password_blocked_at',
    ]);
}
