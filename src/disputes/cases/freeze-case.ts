import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { PackageProblem } from '../package/channel-profile.ts';
import { preparingState, preparingStates } from '../case-states.ts';
import { keepInRound } from '../exhibits/keep-in-round.ts';
import { listExhibits } from '../exhibits/queries.ts';
import { makePackage } from '../package/make-package.ts';
import { factNames } from '../case-row.ts';
import { lockCase } from '../lock-case.ts';
import { moveCase } from './move-case.ts';

type FreezeOutcome =
  { ok: true } | { ok: false; reason: 'moved-on' | 'changed' } | { ok: false; problems: PackageProblem[] };

/**
 * Makes the package of the answer and fixes it: what is sent later is these bytes. A package that would break
 * a rule of the channel is not made, and the case stays as it is, as it does when its facts or its files
 * changed while the package was made: nobody may have decided on what a bank would then get. Nothing is sent.
 */
export async function freezeCase(
  db: Knex,
  context: RequestContext,
  input: { config: Config; disputeId: number; paymentId: number },
): Promise<FreezeOutcome> {
  const { disputeId } = input;
  const told = await toldBy(db, disputeId);
  const made = await makePackage(db, context, { ...input, kind: 'frozen', by: context.userId });
  if (made === undefined) return { ok: false, reason: 'moved-on' };
  if (!made.ok) return { ok: false, problems: made.problems };
  const { packageId, sha256 } = made;
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, disputeId);
    if (!preparingStates.includes(dispute.state)) return { ok: false, reason: 'moved-on' };
    if ((await toldBy(trx, disputeId)) !== told) return { ok: false, reason: 'changed' };
    await moveCase(trx, context, {
      dispute,
      to: 'frozen',
      action: 'dispute_frozen',
      changes: { frozen_package_id: packageId },
      details: { package_id: packageId, sha256 },
    });
    return { ok: true };
  });
}

/** Everything that people tell of a case and its answer has, as one text to compare. */
async function toldBy(db: Knex, disputeId: number): Promise<string> {
  const dispute = await db('disputes')
    .where({ id: disputeId })
    .first<Record<string, unknown> & { round: number }>(['round', 'reference', 'received_at', ...factNames]);
  const exhibits = await listExhibits(db, { disputeId, round: dispute.round });
  return JSON.stringify([dispute, exhibits.map(({ id }) => id)]);
}

/** Lets a case whose package is fixed and not sent be worked on again. False in any other state. */
export async function unfreezeCase(
  db: Knex,
  context: RequestContext,
  { disputeId }: { disputeId: number },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, disputeId);
    if (dispute.state !== 'frozen') return false;
    await moveCase(trx, context, {
      dispute,
      to: preparingState(dispute),
      action: 'dispute_reopened',
      changes: { frozen_package_id: null },
      details: { because: 'unfrozen' },
    });
    await keepInRound(trx, dispute);
    return true;
  });
}
