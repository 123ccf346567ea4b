import type { Knex } from 'knex';
import type { Network } from '../networks.ts';

/** Cases that ended, with the same network, code, plan and month (YYYY-MM in Istanbul). */
export interface OutcomeRow {
  network: Network | null;
  reason_code: string | null;
  plan: string;
  month: string;
  won: number;
  /** Decided against us, the parts of a case that was partly lost among them. */
  lost: number;
  accepted: number;
  /** Ended without an answer. */
  expired: number;
}

/**
 * How cases ended, those of all companies: for the staff. A warning that was settled by a refund, or that
 * came to nothing, was never a dispute and is left out.
 */
export async function listOutcomes(db: Knex, { from }: { from: Date | null }): Promise<OutcomeRow[]> {
  const month = `to_char(disputes.closed_at at time zone 'Europe/Istanbul', 'YYYY-MM')`;
  const query = db('disputes')
    .join('payments', 'payments.id', 'disputes.payment_id')
    .whereNotNull('disputes.closed_at')
    .whereNotNull('disputes.disputed_at')
    .groupByRaw(`disputes.network, disputes.reason_code, payments.plan, ${month}`)
    .select<OutcomeRow[]>([
      'disputes.network',
      'disputes.reason_code',
      'payments.plan',
      db.raw(`${month} as month`),
      ...(['won', 'lost', 'accepted', 'expired'] as const).map((state) =>
        db.raw(`count(*) filter (where disputes.state = ?)::int as ${state}`, [state]),
      ),
    ]);
  if (from !== null) void query.where('disputes.closed_at', '>=', from);
  return query;
}

/** Payments and disputes of a month, by the network of the card. */
export interface ShareRow {
  month: string;
  network: Network | null;
  payments: number;
  disputes: number;
}

/**
 * How many payments were charged and how many disputes came, by month and network. Networks count the
 * disputes of a month against its payments, whatever month a disputed payment is of. A payment whose card was
 * never told has no network.
 */
export async function listShares(db: Knex, { from, to }: { from: Date; to: Date }): Promise<ShareRow[]> {
  const { rows } = await db.raw<{ rows: ShareRow[] }>(
    `select month, network, sum(payments)::int as payments, sum(disputes)::int as disputes
     from (
       select to_char(payments.charged_at at time zone 'Europe/Istanbul', 'YYYY-MM') as month,
         case when lower(facts.card_scheme) in ('visa', 'mastercard', 'amex', 'troy') then lower(facts.card_scheme) end as network,
         1 as payments, 0 as disputes
       from payments left join payment_card_facts facts on facts.payment_id = payments.id
       where payments.charged_at >= :from and payments.charged_at < :to
       union all
       select to_char(received_at at time zone 'Europe/Istanbul', 'YYYY-MM'), network, 0, 1
       from disputes
       where reference is not null and received_at >= :from and received_at < :to and disputed_at is not null) as counted
     group by month, network
     order by month desc, network nulls last`,
    { from, to },
  );
  return rows;
}
