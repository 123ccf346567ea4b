import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { assignHost } from '../entry/assign-host.ts';
import { findWorkspaceAt, type Visibility } from '../queries.ts';
import { listLabelled } from './ssh-facts.ts';

type Choice =
  | { kind: 'chosen'; id: number }
  /** Not theirs, or not there at all. */
  | { kind: 'unknown' }
  | { kind: 'none' }
  | { kind: 'several'; labels: string[] };

type Chooser = Visibility & { wanted: string | null; isReserved(label: string): boolean };

/**
 * Which workspace somebody means: the one whose host name begins with `wanted`, or the only one that they may
 * see. Gives those names that have none yet, for good.
 */
export async function chooseWorkspace(db: Knex, context: RequestContext, input: Chooser): Promise<Choice> {
  if (input.wanted !== null) {
    const label = input.wanted.trim().toLowerCase();
    if (!/^[a-z0-9-]{1,63}$/.test(label)) return { kind: 'unknown' };
    const found = await findWorkspaceAt(db, { ...input, label });
    if (found !== undefined) return { kind: 'chosen', id: found.id };
    // The person may know the name by the rule that makes names, although the workspace has none yet.
    await nameAll(db, context, { ...input, isUnnamed: true });
    const named = await findWorkspaceAt(db, { ...input, label });
    return named === undefined ? { kind: 'unknown' } : { kind: 'chosen', id: named.id };
  }
  const named = await nameAll(db, context, input);
  const [only, ...others] = named;
  if (only === undefined) return { kind: 'none' };
  if (others.length === 0) return { kind: 'chosen', id: only.id };
  return { kind: 'several', labels: named.map(({ label }) => label) };
}

async function nameAll(
  db: Knex,
  context: RequestContext,
  input: Chooser & { isUnnamed?: boolean },
): Promise<{ id: number; label: string }[]> {
  const { companyId, isReserved } = input;
  const named: { id: number; label: string }[] = [];
  for (const { id, label } of await listLabelled(db, input)) {
    const given =
      label ??
      (await db.transaction((trx) => assignHost(trx, context, { workspaceId: id, companyId, isReserved })));
    named.push({ id, label: given });
  }
  return named;
}
