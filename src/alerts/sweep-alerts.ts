import type { Knex } from 'knex';
import type { RequestContext } from '../audit/request-context.ts';

/** A dispute about a payment, for which takeovers count, arrives within this time. */
export const ALERT_MONTHS = 24;

/**
 * Removes incidents that were closed `ALERT_MONTHS` ago, with their steps, and alerts of that age that belong
 * to no incident. A company with an open hold keeps all of them. Their audit rows stay. Returns a summary.
 */
export async function sweepAlerts(
  db: Knex,
  { at }: RequestContext,
): Promise<{ incidents: number; alerts: number }> {
  return db.transaction(async (trx) => {
    const old = [at.toISOString(), `${String(ALERT_MONTHS)} months`];
    const isFree = `not exists (select from legal_holds h where h.company_id = i.company_id and h.released_at is null)`;
    const closed = await trx('incidents as i')
      .whereRaw(`i.closed_at < ?::timestamptz - ?::interval and ${isFree}`, old)
      .pluck<number[]>('i.id');
    await trx('incident_steps').whereIn('incident_id', closed).delete();
    await trx('incidents').whereIn('id', closed).delete();
    const ofOld = trx('alerts as i')
      .whereRaw(`i.raised_at < ?::timestamptz - ?::interval and ${isFree}`, old)
      .whereNotExists(trx('incidents').whereRaw('incidents.alert_id = i.id').select(trx.raw('1')))
      .select('i.id');
    const alerts = await trx('alerts').whereIn('id', ofOld).delete();
    return { incidents: closed.length, alerts };
  });
}
