import type { Knex } from 'knex';
import { recordOf } from './fact-record.ts';
import { readConsent } from './read-agreement.ts';
import type { ConsentedFact, OrderFact, PayerFact } from './order-facts.ts';

/** The order of a payment, of one company or of any (null), as it was at a time. */
export async function readOrder(
  db: Knex,
  { paymentId, companyId, asOf }: { paymentId: number; companyId: number | null; asOf: Date },
): Promise<OrderFact | undefined> {
  const row = await db('payments')
    .leftJoin('card_charges', 'card_charges.payment_id', 'payments.id')
    .where('payments.id', paymentId)
    .where('payments.created_at', '<=', asOf)
    .modify((query) => {
      if (companyId !== null) void query.where('payments.company_id', companyId);
    })
    .first<(Omit<OrderFact, 'record'> & { decided_at: Date | null }) | undefined>([
      'payments.id',
      'payments.company_id',
      'payments.user_id',
      'payments.merchant_oid',
      'payments.plan',
      'payments.currency',
      'payments.amount_minor',
      'payments.status',
      'payments.charged_minor',
      'payments.charged_currency',
      'payments.charged_at',
      'payments.created_at',
      'payments.decided_at',
      'payments.paid_at',
      'payments.payment_type',
      'payments.installment_count',
      'payments.test_mode',
      'payments.price_facts',
      db.raw('host(payments.client_ip) as client_ip'),
      'payments.user_agent',
      db.raw(
        `case when card_charges.payment_id is null then 'cardholder' else 'merchant' end as initiated_by`,
      ),
      db.raw(`${STORED_CARD_SQL} as stored_card_id`),
    ]);
  if (row === undefined) return undefined;
  const { decided_at, ...order } = row;
  const record = recordOf('payment', row.id);
  if (decided_at === null || decided_at <= asOf) return { record, ...order };
  return { record, ...order, status: 'pending', charged_minor: null, charged_currency: null, ...UNDECIDED };
}

/** The stored card that a payment charged, or that began with it. Needs `card_charges` beside it. */
export const STORED_CARD_SQL = `coalesce(card_charges.card_id,
  (select s.id from stored_cards s where s.first_payment_id = payments.id))`;

const UNDECIDED = { charged_at: null, paid_at: null, payment_type: null, installment_count: null };

/** The payment with which the holder of the charged card agreed to it; null for any other payment. */
export async function readConsented(db: Knex, paymentId: number): Promise<ConsentedFact | null> {
  const row = await db('card_charges')
    .join('stored_cards', 'stored_cards.id', 'card_charges.card_id')
    .join('payments', 'payments.id', 'stored_cards.first_payment_id')
    .leftJoin('payment_card_facts', 'payment_card_facts.payment_id', 'payments.id')
    .where('card_charges.payment_id', paymentId)
    .first<(Omit<ConsentedFact, 'record' | 'card' | 'consent'> & { card_id: number }) | undefined>([
      'stored_cards.id as card_id',
      'payments.id as payment_id',
      'payments.merchant_oid',
      'payments.paid_at',
      db.raw('host(payments.client_ip) as client_ip'),
      'payments.user_agent',
      'payment_card_facts.three_d',
    ]);
  if (row === undefined) return null;
  const { card_id, ...consented } = row;
  return {
    record: recordOf('payment', row.payment_id),
    card: recordOf('stored_card', card_id),
    consent: await readConsent(db, row.payment_id),
    ...consented,
  };
}

/** The address of an account at a time: the one before the first change since then. */
export function loginIdSql(user: string, at: string): string {
  return `coalesce((select c.old_email from email_changes c where c.user_id = ${user} and c.changed_at > ${at}
    order by c.changed_at, c.id limit 1), (select u.email from users u where u.id = ${user}))`;
}

/** The person who paid, with the address of the account at the payment. */
export async function readPayer(db: Knex, { user_id, created_at }: OrderFact): Promise<PayerFact> {
  const user = await db('users')
    .where('users.id', user_id)
    .first<{ full_name: string; created_at: Date; email: string } | undefined>(
      'users.full_name',
      'users.created_at',
      'users.email',
    );
  if (user === undefined) throw new Error('Bug! A payment without a person');
  const { email, ...row } = user;
  const change = await db('email_changes')
    .where('email_changes.user_id', user_id)
    .where('email_changes.changed_at', '>', created_at)
    .orderBy(['email_changes.changed_at', 'email_changes.id'])
    .first<{ id: number; old_email: string } | undefined>('email_changes.id', 'email_changes.old_email');
  const login_id = change?.old_email ?? email;
  const proof = await findConfirmation(db, { user_id, email: login_id, before: created_at });
  return {
    record: recordOf('user', user_id),
    user_id,
    ...row,
    login_id,
    login:
      change === undefined
        ? { record: recordOf('user', user_id), column: 'email' }
        : { record: recordOf('email_change', change.id), column: 'old_email' },
    confirmed_at: proof?.confirmed_at ?? null,
    confirmation: proof === undefined ? null : recordOf('email_confirmation', proof.id),
  };
}

/** The first proof, by some time, that a person reads the mail of an address. */
async function findConfirmation(
  db: Knex,
  { user_id, email, before }: { user_id: number; email: string; before: Date },
): Promise<{ id: number; confirmed_at: Date } | undefined> {
  return db('email_confirmations')
    .where({ 'email_confirmations.user_id': user_id, 'email_confirmations.email': email })
    .where('email_confirmations.confirmed_at', '<=', before)
    .orderBy(['email_confirmations.confirmed_at', 'email_confirmations.id'])
    .first<{ id: number; confirmed_at: Date } | undefined>(
      'email_confirmations.id',
      'email_confirmations.confirmed_at',
    );
}
