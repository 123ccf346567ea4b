import type { Knex } from 'knex';
import { buildPayment } from '../../support/programs/build.ts';

/** A card that PayTR keeps for a company, under a key that no setting has. Any earlier one is gone. */
export async function buildStoredCard(
  db: Knex,
  { company_id, user_id }: { company_id: number; user_id: number },
): Promise<number> {
  const at = new Date();
  await db('stored_cards')
    .where({ company_id })
    .whereNull('removed_at')
    .update({
      ...{ removal_asked_at: at, removal_cause: 'asked', removal_due_at: null, removed_at: at },
      ...{ sealed_tokens: null, key_id: null },
    });
  const payment = await buildPayment(db, { company_id, user_id, status: 'success', paid_at: at });
  await db('payment_card_facts').insert({
    ...{ payment_id: payment.id, asked_at: at, masked_pan: '435508AAA4358', card_brand: 'AXESS' },
    answer: '{"status":"success"}',
  });
  await db('stored_cards').insert({
    ...{ company_id, user_id, first_payment_id: payment.id, stored_at: at },
    ...{ sealed_tokens: Buffer.from('sealed'), key_id: 'lost' },
  });
  return payment.id;
}
