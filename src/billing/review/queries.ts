import type { Knex } from 'knex';

/** A decision of an operator about a charge in review, or a note. */
export interface ReviewEntry {
  decision: 'accepted' | 'returned' | 'noted';
  review_reason: string;
  note: string;
  decided_at: Date;
  decider_name: string;
}

/** Everything that operators wrote about a payment, newest first. */
export async function listReviewEntries(db: Knex, paymentId: number): Promise<ReviewEntry[]> {
  return db('payment_reviews')
    .join('users', 'users.id', 'payment_reviews.decided_by')
    .where('payment_reviews.payment_id', paymentId)
    .orderBy('payment_reviews.id', 'desc')
    .select<ReviewEntry[]>([
      'payment_reviews.decision',
      'payment_reviews.review_reason',
      'payment_reviews.note',
      'payment_reviews.decided_at',
      'users.full_name as decider_name',
    ]);
}
