import { cleanPriors, type PaymentFacts } from '../facts/payment-facts.ts';
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
  if (order.initiated_by === 'cardholder')
    return sentence(
      'ordered_by',
      [payer.record, payer.login.record, order.record],
      { name: payer.full_name, login: payer.login_id },
      [
        { record: payer.record, column: 'full_name', value: payer.full_name },
        { ...payer.login, value: payer.login_id },
        { record: order.record, column: 'user_id', value: payer.user_id },
      ],
    );
  if (consented === null) return [];
  const { record, card, merchant_oid: first } = consented;
  return sentence('charged_by_consent', [order.record, card, record], { first }, [
    { record, column: 'merchant_oid', value: first },
    { record: card, column: 'first_payment_id', value: record.id },
  ]);
}

function proof(facts: PaymentFacts, has: Has): LetterSentence[] {
  const { order, card } = facts;
  const { eci } = readThreeD(card?.three_d ?? null);
  const code = card?.authorization_code ?? null;
  const ip = order.client_ip;
  return [
    ...(has('three_d') && card !== null && eci !== null
      ? sentence('authenticated', [card.record], { eci }, [
          { record: card.record, column: 'three_d', contains: eci },
        ])
      : []),
    ...(has('authorization_code') && card !== null && code !== null
      ? sentence('authorized', [card.record], { code }, [
          { record: card.record, column: 'answer', contains: code },
        ])
      : []),
    ...(has('order_ip') && ip !== null
      ? sentence('order_address', [order.record], { ip }, [
          { record: order.record, column: 'client_ip', value: ip },
        ])
      : []),
    ...(has('profile_confirmed') ? confirmed(facts) : []),
  ];
}

function confirmed({ payer: { confirmation, confirmed_at, login_id } }: PaymentFacts): LetterSentence[] {
  if (confirmation === null || confirmed_at === null) return [];
  return sentence('address_confirmed', [confirmation], { login: login_id, at: confirmed_at }, [
    { record: confirmation, column: 'email', value: login_id },
    { record: confirmation, column: 'confirmed_at', value: confirmed_at },
  ]);
}

function history(facts: PaymentFacts, has: Has): LetterSentence[] {
  const clean = cleanPriors(facts);
  const [newest] = clean;
  if (!has('earlier_payments', 'ce3_history') || newest === undefined) return [];
  const { record, merchant_oid: order, paid_at: at } = newest;
  const records = clean.map((prior) => prior.record);
  return sentence('earlier_payments', records, { count: clean.length, order, at }, [
    { found: 'earlier_payments', value: clean.length },
    { record, column: 'merchant_oid', value: order },
    { record, column: 'paid_at', value: at },
  ]);
}
