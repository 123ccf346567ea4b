import type { Knex } from 'knex';
import { findShownLog, type ShownLog } from '../transparency/proof/find-shown-log.ts';
import { IndexSet } from '../transparency/proof/index-set.ts';
import { listStampedHeads } from '../transparency/proof/list-stamped-heads.ts';
import { writeLogProof } from '../transparency/proof/write-log-proof.ts';
import { findOldestSize } from '../transparency/queries.ts';
import { findPersonKey } from '../transparency/leaves/read-salts.ts';
import type { LogSigner } from '../transparency/sequence/log-signer.ts';
import type { EvidenceScope } from './scope.ts';
import { companyLeaves, platformLeaves } from './chosen-leaves.ts';
import type { PassedIndices } from './copy-records.ts';

/**
 * The member `proof` of a bundle as text: `"proof":{…}` without the name. `shown` has the indices of the
 * records, `partial` those of which only a part is in the bundle. Everything comes from the snapshot of the
 * bundle, of which the scope has the log.
 */
export async function* writeProof(
  snapshot: Knex.Transaction,
  scope: EvidenceScope & { log: ShownLog },
  { signer, shown, partial }: { signer: LogSigner } & PassedIndices,
): AsyncGenerator<string, void> {
  const { log, userId, withheld = [], workspaceId } = scope;
  const platform = await findShownLog(snapshot, null);
  const origin = signer.originOf(log.log_uuid);
  const heads = platform === undefined ? [] : await listStampedHeads(snapshot, { platform, origin });
  const key = withheld.length > 0 ? null : await findPersonKey(snapshot, userId);
  const own = {
    version: 1,
    person_key: key === null ? null : { user_id: userId, key },
    withheld,
    only_workspace: workspaceId ?? null,
  };
  yield JSON.stringify(own).slice(0, -1) + ',\n';
  const oldest = await findOldestSize(snapshot, log.id);
  yield* writeLogProof(snapshot, log, {
    signer,
    shown,
    leaves: companyLeaves(snapshot, scope, partial),
    olderSizes: [oldest ?? 0, ...heads.map(({ companySize }) => companySize ?? 0)],
  });
  yield ',\n"platform":';
  if (platform === undefined) yield 'null';
  else {
    yield '{';
    yield* writeLogProof(snapshot, platform, {
      signer,
      shown: new IndexSet(platform.size),
      leaves: platformLeaves(snapshot, scope, platform, {
        origin,
        sizes: [log.size, ...heads.map(({ companySize }) => companySize ?? 0)],
      }),
      olderSizes: heads.map(({ size }) => size),
    });
    yield '}';
  }
  yield `,\n"stamps":${JSON.stringify(heads.map(({ stamp }) => stamp))}}`;
}
