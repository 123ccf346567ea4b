import type { Knex } from 'knex';
import { readPortLabel } from './port-label.ts';

/** The workspace that a host label leads to, and its port where the label names one. */
interface FoundHost {
  workspace_id: number;
  port: number | null;
}

/** A host label to look up: both others are null unless it reads as a port of another workspace. */
interface AskedHost {
  label: string;
  port: number | null;
  port_of: string | null;
}

/** The columns of an `AskedHost` in SQL. */
export const askedHostColumns = 'label text, port integer, port_of text';

/**
 * SQL: the workspace, company and port of the host that the row `asked` names. A workspace of that very label
 * goes before a port of another one: labels that read as ports were given out once, and stay with their
 * workspaces.
 */
export const HOST_OF_ASKED = `lateral (
  select workspace_id, company_id, case when hosts.label = asked.port_of then asked.port end as port
  from workspace_hosts as hosts where hosts.label in (asked.label, asked.port_of)
  order by hosts.label = asked.label desc limit 1
) as h on true`;

/** Takes a host label apart for `HOST_OF_ASKED`. */
export function askedHost(label: string): AskedHost {
  const ofPort = readPortLabel(label);
  return { label, port: ofPort?.port ?? null, port_of: ofPort?.label ?? null };
}

/** Finds what a host label leads to. */
export async function findHost(db: Knex, label: string): Promise<FoundHost | undefined> {
  return db
    .from(db.raw(`json_to_record(?::json) as asked(${askedHostColumns})`, [JSON.stringify(askedHost(label))]))
    .joinRaw(`join ${HOST_OF_ASKED}`)
    .first<FoundHost | undefined>(['h.workspace_id', 'h.port']);
}
