import { formatFor } from '../../web/format.ts';
import type { Answer } from '../answers/prepare-answer.ts';
import type { Ce3Payment } from '../ce3/ce3-input.ts';
import { saySentence } from '../defences/letter-sentence.ts';
import { recordOf } from '../facts/fact-record.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import type { CoverSentence, History } from './pages/content.ts';

/** Words about the records: the letter in the language of the channel and in English, and the history. */
interface Argument {
  letter: CoverSentence[];
  summary: CoverSentence[];
  history: History | null;
}

/** The letter and the comparison with earlier payments, in words. */
export function readArgument(facts: PaymentFacts, answer: Answer, language: 'tr' | 'en'): Argument {
  const sayIn = (locale: 'tr' | 'en'): CoverSentence[] =>
    answer.letter.map((sentence) => ({
      id: sentence.id,
      text: saySentence(formatFor(locale), sentence),
      records: sentence.records,
    }));
  return {
    letter: sayIn(language),
    summary: language === 'en' ? [] : sayIn('en'),
    history: answer.history && historyOf(answer.history, facts, language),
  };
}

/** The table where the history qualifies. Signs of a takeover stop it: a person has to look first. */
function historyOf(
  { input, decision }: NonNullable<Answer['history']>,
  facts: PaymentFacts,
  language: 'tr' | 'en',
): History | null {
  const { pair } = decision;
  if (pair === null || decision.status === 'blocked_ato_suspicion') return null;
  if (decision.history !== 'qualifies' && decision.history !== 'boundary') return null;
  const { t, money } = formatFor(language);
  const priors = pair.flatMap((picked) => {
    const payment = input.priors.find(({ id }) => id === picked.payment_id);
    const fact = facts.priors.find(({ payment_id }) => payment_id === picked.payment_id);
    return payment === undefined || fact === undefined ? [] : [{ picked, payment, fact }];
  });
  const column = (payment: Ce3Payment) => ({
    description: payment.description ?? '',
    ip: payment.ip,
    login: payment.login_id,
    card: payment.masked_pan,
  });
  const { order } = facts;
  return {
    ruleVersion: decision.rule_version,
    matches: decision.elements,
    columns: [
      {
        ...column(input.disputed),
        record: order.record,
        title: t('disputePackage.historyDisputed'),
        paidAt: order.paid_at ?? order.created_at,
        days: null,
        amount: money(order.charged_minor ?? order.amount_minor, order.charged_currency ?? order.currency),
      },
      ...priors.map(({ picked, payment, fact }, at) => ({
        ...column(payment),
        record: recordOf('payment', picked.payment_id),
        title: t('disputePackage.historyPrior', { number: at + 1 }),
        paidAt: fact.paid_at,
        days: picked.days_submitted,
        amount: money(fact.amount_minor, fact.currency),
      })),
    ],
  };
}
