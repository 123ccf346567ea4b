import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';
import { Conflict } from '../errors.ts';
import { companyPerson } from '../workspace/company-person.ts';
import { createWorkspace, type CreateOutcome } from '../workspace/lifecycle/create-workspace.ts';
import { findWorkspace } from '../workspace/queries.ts';
import type { WorkspaceRuntime } from '../workspace/runtime-types.ts';
import { toWorkspaceAnswer, type WorkspaceAnswer } from './answers.ts';
import { HOUR_MS } from '../durations.ts';

/**
 * A program that was cut off tries again within minutes. A day also covers a program that a person restarts
 * the next morning.
 */
export const KEY_HOURS = 24;

type OnceOutcome =
  | { ok: true; workspace: WorkspaceAnswer; isRepeat: boolean }
  | Extract<CreateOutcome, { ok: false }>
  | { ok: false; reason: 'idempotency-key-reused' };

interface Input {
  name: string;
  ports: { min: number; max: number };
  runtime: WorkspaceRuntime;
  /** The program's name for this request. With null every request creates a workspace. */
  key: string | null;
}

/**
 * Creates a workspace, once for each key of a person: the same request sent again, also at the same moment,
 * gets the first answer. Only a success is kept, so that a refused request can be tried again.
 */
export async function createWorkspaceOnce(
  db: Knex,
  context: RequestContext,
  input: Input,
): Promise<OnceOutcome> {
  const { userId, companyId } = companyPerson(context, { isAdmin: false });
  const { name, ports, key, runtime } = input;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify(['workspaces', name]))
    .digest('hex');
  return db.transaction(async (trx): Promise<OnceOutcome> => {
    const kept =
      key === null ? undefined : await claimKey(trx, context, { userId, companyId, key, fingerprint });
    if (kept !== undefined) {
      return kept.fingerprint === fingerprint
        ? { ok: true, workspace: kept.answer, isRepeat: true }
        : { ok: false, reason: 'idempotency-key-reused' };
    }
    const outcome = await createWorkspace(trx, context, { name, ports });
    const ofKey = trx('api_idempotency_keys').where({ user_id: userId, key });
    if (!outcome.ok) {
      if (key !== null) await ofKey.delete();
      return outcome;
    }
    const { workspaceId } = outcome;
    const row = await findWorkspace(trx, { companyId, ownerUserId: userId, workspaceId });
    if (row === undefined) throw new Error(`Bug! workspace ${String(workspaceId)} is gone`);
    const workspace = toWorkspaceAnswer(row, runtime);
    if (key !== null) await ofKey.update({ answer: JSON.stringify(workspace) });
    return { ok: true, workspace, isRepeat: false };
  });
}

/** Undefined: the key is ours now. A second request with the key waits here until the first has committed. */
async function claimKey(
  trx: Knex.Transaction,
  context: RequestContext,
  row: { userId: number; companyId: number; key: string; fingerprint: string },
): Promise<{ fingerprint: string; answer: WorkspaceAnswer } | undefined> {
  const own = { user_id: row.userId, key: row.key };
  await trx('api_idempotency_keys').where(own).where('expires_at', '<=', context.at).delete();
  const claimed = await trx('api_idempotency_keys')
    .insert({
      ...own,
      company_id: row.companyId,
      fingerprint: row.fingerprint,
      created_at: context.at,
      expires_at: new Date(context.at.getTime() + KEY_HOURS * HOUR_MS),
    })
    .onConflict(['user_id', 'key'])
    .ignore()
    .returning<{ key: string }[]>('key');
  if (claimed.length === 1) return undefined;
  const kept = await trx('api_idempotency_keys')
    .where(own)
    .first<{ fingerprint: string; answer: WorkspaceAnswer } | undefined>(['fingerprint', 'answer']);
  // The key was swept between the two statements. The program may try again.
  if (kept === undefined) throw new Conflict();
  return kept;
}
