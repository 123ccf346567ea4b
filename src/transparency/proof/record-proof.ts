import type { Knex } from 'knex';
import { formatTlogProof } from '../notes/tlog-proof.ts';
import { readTree } from '../sequence/read-tree.ts';
import { inclusionProof } from '../tree/inclusion.ts';
import { findShownLog } from './find-shown-log.ts';
import { listLeaves } from './list-leaves.ts';

/**
 * The proof that one audit row of a company is in its log, as `c2sp.org/tlog-proof@v1`, which tools of others
 * verify. `extra` is the text of the leaf: what is personal stands in it as digests only. Undefined when the
 * published log does not have it, or it is another company's.
 */
export async function proveAuditRow(
  db: Knex,
  { companyId, id }: { companyId: number; id: number },
): Promise<string | undefined> {
  return db.transaction(
    async (snapshot) => {
      const log = await findShownLog(snapshot, companyId);
      if (log === undefined) return undefined;
      const found = listLeaves(snapshot, log, {
        type: 'audit_log',
        narrow: (query) => void query.where({ 'audit_logs.id': id, 'audit_logs.company_id': companyId }),
        isShown: () => false,
      });
      for await (const [leaf] of found) {
        if (leaf === undefined) continue;
        const hashes = await inclusionProof(leaf.index, log.size, readTree(snapshot, log));
        const { index, leaf: text } = leaf;
        return formatTlogProof({ extra: Buffer.from(text), index, hashes, checkpoint: log.checkpoint });
      }
      return undefined;
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}
