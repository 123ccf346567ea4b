import type { MailFact } from '../facts/agreed-facts.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { isHandedOver } from './agreement-pieces.ts';
import { sentence, type LetterSentence } from './letter-sentence.ts';
import type { PieceId } from './piece-ids.ts';
import { agreedWith } from './cancellation.ts';

/** The consent, and the mails that told of the charge. */
export function agreementSentences(
  facts: PaymentFacts,
  has: (...ids: PieceId[]) => boolean,
): LetterSentence[] {
  return [
    ...(has('consent', 'description', 'chosen_payment') ? agreed(facts) : []),
    ...(has('policy') ? policy(facts) : []),
    ...(has('card_consent') ? cardConsent(facts) : []),
    ...(has('renewal_notice') ? notice(facts) : []),
    ...(has('receipt_mail') ? mailed('receipt_sent', facts, 'receipt') : []),
    ...(has('terms_mail') ? mailed('terms_sent', facts, 'order-terms') : []),
  ];
}

function agreed(facts: PaymentFacts): LetterSentence[] {
  const consent = agreedWith(facts);
  if (consent === null) return [];
  const { record, accepted_at, text_sha256, button } = consent;
  return sentence('agreed', [record], { at: accepted_at, hash: text_sha256, button }, [
    { record, column: 'accepted_at', value: accepted_at },
    { record, column: 'text_sha256', value: text_sha256 },
    { record, column: 'button', value: button },
  ]);
}

function policy(facts: PaymentFacts): LetterSentence[] {
  const consent = agreedWith(facts);
  const document = consent?.documents.find(({ kind }) => kind === 'refund-policy');
  if (consent === null || document === undefined) return [];
  return sentence('policy_shown', [consent.record], { version: document.version, at: consent.accepted_at }, [
    { record: consent.record, column: 'accepted_at', value: consent.accepted_at },
    { record: consent.record, column: 'documents', contains: document.version },
  ]);
}

function cardConsent({ consented }: PaymentFacts): LetterSentence[] {
  const consent = consented?.consent ?? null;
  if (consent?.card_text_sha256 == null) return [];
  const { record, accepted_at, card_text_sha256 } = consent;
  return sentence('card_consent', [record], { at: accepted_at, hash: card_text_sha256 }, [
    { record, column: 'accepted_at', value: accepted_at },
    { record, column: 'card_text_sha256', value: card_text_sha256 },
  ]);
}

function notice({ notices }: PaymentFacts): LetterSentence[] {
  const told = notices.flatMap(({ mail }) => (mail !== null && isHandedOver(mail) ? [mail] : []));
  const [first] = told;
  return first === undefined ? [] : mailSentence('renewal_announced', first);
}

function mailed(id: string, { mails }: PaymentFacts, template: string): LetterSentence[] {
  const mail = mails.find(
    (each) => each.template === template && each.is_about_payment && isHandedOver(each),
  );
  return mail === undefined ? [] : mailSentence(id, mail);
}

function mailSentence(id: string, { record, recipient, created_at }: MailFact): LetterSentence[] {
  return sentence(id, [record], { to: recipient, at: created_at }, [
    { record, column: 'recipient', value: recipient },
    { record, column: 'created_at', value: created_at },
  ]);
}
