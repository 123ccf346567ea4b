import { DAY_MS } from '../../durations.ts';
import type { MailFact } from '../facts/agreed-facts.ts';
import type { PaymentFacts } from '../facts/payment-facts.ts';
import { agreedWith } from './cancellation.ts';
import { missing, ready, toDo, when, type FoundPiece, type PieceContext } from './found-piece.ts';

/** Days before a charge by which its mail had to be there. */
const NOTICE_DAYS = 7;

/** Pieces about what the customer knew and agreed to. */
export const agreementPieces = {
  description: ({ facts }: PieceContext): FoundPiece => ready(agreedWith(facts)?.record),
  consent: ({ facts }: PieceContext): FoundPiece => ready(agreedWith(facts)?.record),
  card_consent: ({ facts: { consented } }: PieceContext): FoundPiece => {
    const consent = consented?.consent ?? null;
    return consent?.card_text_sha256 == null ? missing() : ready(consent.record);
  },
  start_at_once: ({ facts }: PieceContext): FoundPiece => {
    const agreed = agreedWith(facts);
    return when(
      agreed?.boxes.some(({ name }) => name === 'immediate') === true,
      agreed === null ? [] : [agreed.record],
    );
  },
  terms_accepted: ({ facts: { acceptances } }: PieceContext): FoundPiece =>
    ready(...acceptances.filter(({ kind }) => kind === 'terms').map(({ record }) => record)),
  policy: ({ facts }: PieceContext): FoundPiece => {
    const agreed = agreedWith(facts);
    const isShown = agreed?.documents.some(({ kind }) => kind === 'refund-policy') === true;
    return when(isShown, agreed === null ? [] : [agreed.record]);
  },
  renewal_notice: ({ facts }: PieceContext): FoundPiece => renewalNotice(facts),
  receipt_mail: ({ facts }: PieceContext): FoundPiece => mailPiece(facts, 'receipt'),
  terms_mail: ({ facts }: PieceContext): FoundPiece => mailPiece(facts, 'order-terms'),
};

/** True when the mail server of the recipient, or the one on the way to it, took the mail. */
export function isHandedOver({ state }: MailFact): boolean {
  return state === 'delivered' || state === 'relayed';
}

/** A mail that told of the charge in time. */
function renewalNotice({ notices, order }: PaymentFacts): FoundPiece {
  const inTime = notices.filter(
    ({ at }) => order.created_at.getTime() - at.getTime() >= NOTICE_DAYS * DAY_MS,
  );
  const mails = inTime.flatMap(({ mail }) => mail ?? []);
  const sent = mails.filter(isHandedOver);
  if (sent.length > 0) return ready(...new Set([...inTime, ...sent].map(({ record }) => record)));
  const [mail] = mails;
  return mail === undefined ? missing() : toDo(`/admin/mails/${String(mail.record.id)}`);
}

function mailPiece({ mails }: PaymentFacts, template: string): FoundPiece {
  const written = mails.filter((mail) => mail.template === template && mail.is_about_payment);
  const sent = written.filter(isHandedOver);
  if (sent.length > 0) return ready(...sent.map(({ record }) => record));
  const [mail] = written;
  return mail === undefined ? missing() : toDo(`/admin/mails/${String(mail.record.id)}`);
}
