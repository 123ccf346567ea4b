import { recordOf } from '../facts/fact-record.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { readThreeD } from '../facts/three-d.ts';
import { sentence, type LetterSentence } from './letter-sentence.ts';
import type { PieceId } from './piece-ids.ts';

type Has = (...ids: PieceId[]) => boolean;

/** The buyer, the order, and how both were proven. */
export function orderSentences(facts: PaymentFacts, has: Has): LetterSentence[] {
  return [...paid(facts), ...byWhom(facts), ...proof(facts, has), ...history(facts, has)];
}

function paid({ order, card }: PaymentFacts): LetterSentence[] {
  if (order.charged_at === null || order.charged_minor === null || order.charged_currency === null) return [];
  const { record, merchant_oid, plan } = order;
  const money = { minor: order.charged_minor, currency: order.charged_currency };
  const claims = [
    { record, column: 'merchant_oid', value: merchant_oid },
    { record, column: 'charged_minor', value: order.charged_minor },
    { record, column: 'charged_currency', value: order.charged_currency },
    { record, column: 'charged_at', value: order.charged_at },
    { record, column: 'plan', value: plan },
  ];
  const params = { order: merchant_oid, amount: money, at: order.charged_at, plan };
  const masked = card?.masked_pan ?? null;
  return [
    ...sentence('paid', [record], params, claims),
    ...(card === null || masked === null
      ? []
      : sentence('card', [card.record], { card: masked }, [
          { record: card.record, column: 'masked_pan', value: masked },
        ])),
  ];
}

function byWhom({ order, payer, consented }: PaymentFacts): LetterSentence[] {
  if (order.initiated_by === 'merchant')
    return sentence(
      'charged_by_consent',
      [order.record, consented?.card, consented?.record],
      { first: consented?.merchant_oid ?? '' },
      consented === null
        ? []
        : [{ record: consented.record, column: 'merchant_oid', value: consented.merchant_oid }],
    );
  return sentence(
    'ordered_by',
    [payer.record, order.record],
    { name: payer.full_name, login: payer.login_id },
    [
      { record: payer.record, column: 'full_name', value: payer.full_name },
      { record: order.record, column: 'user_id', value: payer.user_id },
    ],
  );
}

function proof({ order, card, payer }: PaymentFacts, has: Has): LetterSentence[] {
  const { eci } = readThreeD(card?.three_d ?? null);
  const isProven = has('three_d') && card !== null && eci !== null;
  const code = card?.authorization_code ?? null;
  return [
    ...(isProven ? sentence('authenticated', [recordOf('payment_card', order.id)], { eci }) : []),
    ...(has('authorization_code') && card !== null && code !== null
      ? sentence('authorized', [card.record], { code })
      : []),
    ...(has('order_ip') && order.client_ip !== null
      ? sentence('order_address', [order.record], { ip: order.client_ip }, [
          { record: order.record, column: 'client_ip', value: order.client_ip },
        ])
      : []),
    ...(has('profile_confirmed') && payer.confirmed_at !== null
      ? sentence(
          'address_confirmed',
          [payer.confirmation],
          { login: payer.login_id, at: payer.confirmed_at },
          [
            ...(payer.confirmation === null
              ? []
              : [
                  { record: payer.confirmation, column: 'email', value: payer.login_id },
                  { record: payer.confirmation, column: 'confirmed_at', value: payer.confirmed_at },
                ]),
          ],
        )
      : []),
  ];
}

function history({ priors }: PaymentFacts, has: Has): LetterSentence[] {
  const clean = priors.filter(({ is_disputed }) => !is_disputed);
  const [newest] = clean;
  if (!has('earlier_payments', 'ce3_history') || newest === undefined) return [];
  return sentence(
    'earlier_payments',
    clean.map(({ record }) => record),
    { count: clean.length, order: newest.merchant_oid, at: newest.paid_at },
    clean.map(({ record, merchant_oid }) => ({ record, column: 'merchant_oid', value: merchant_oid })),
  );
}
