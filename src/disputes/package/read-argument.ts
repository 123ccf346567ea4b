import type { Config } from '../../config/config.ts';
import { formatFor } from '../../web/format.ts';
import { ce3InputOf } from '../ce3/ce3-input-of.ts';
import { ce3RulesOf, type Ce3Input, type Ce3Payment } from '../ce3/ce3-input.ts';
import { decideCe3 } from '../ce3/decide-ce3.ts';
import { assessDefences } from '../defences/assess-defences.ts';
import { assessedCaseOf } from '../defences/assessed-case.ts';
import type { AssessedCase } from '../defences/assessment.ts';
import { writeLetter } from '../defences/letter.ts';
import { saySentence } from '../defences/letter-sentence.ts';
import { recordOf } from '../facts/fact-record.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import type { DisputeCase } from '../queries.ts';
import type { CoverSentence, History } from './pages/content.ts';

/** Words about the records: the letter in the language of the channel and in English, and the history. */
interface Argument {
  letter: CoverSentence[];
  summary: CoverSentence[];
  history: History | null;
  /** Everything that the history was decided from. Null for a payment without a case. */
  historyInput: Ce3Input | null;
}

/** A payment without a case answers no claim: the general defences say what there is to say. */
const WITHOUT_CASE: AssessedCase = { family: 'general', network: null, code: null, exhibits: [] };

/** The letter and the comparison with earlier payments. */
export function readArgument(
  facts: PaymentFacts,
  input: {
    dispute: DisputeCase | null;
    exhibits: AssessedCase['exhibits'];
    language: 'tr' | 'en';
    config: Pick<Config, 'cardHistory'>;
  },
): Argument {
  const { dispute, exhibits, language, config } = input;
  const assessed = dispute === null ? WITHOUT_CASE : assessedCaseOf(dispute, exhibits);
  const rules = ce3RulesOf(config);
  const sentences = writeLetter(facts, assessDefences(facts, assessed, rules), assessed);
  const sayIn = (locale: 'tr' | 'en'): CoverSentence[] =>
    sentences.map((sentence) => ({
      id: sentence.id,
      text: saySentence(formatFor(locale), sentence),
      records: sentence.records,
    }));
  const historyInput = dispute === null ? null : ce3InputOf(facts, assessed, rules);
  return {
    letter: sayIn(language),
    summary: language === 'en' ? [] : sayIn('en'),
    history: historyInput && historyOf(historyInput, facts, language),
    historyInput,
  };
}

/** The table where the history qualifies. Signs of a takeover stop it: a person has to look first. */
function historyOf(input: Ce3Input, facts: PaymentFacts, language: 'tr' | 'en'): History | null {
  const decision = decideCe3(input);
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
