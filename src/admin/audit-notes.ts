import type { AuditEntryRow } from '../audit/audit-record.ts';
import { signInFactors } from '../auth/record-sign-in.ts';
import { userIdIn } from './audit-names.ts';
import {
  accountOf,
  numberIn,
  paymentsUrl,
  personPart,
  textIn,
  type SentencePart,
  type Teller,
} from './audit-sentence.ts';

/** Details of a row besides its sentence, in short lines. */
export function auditNotes(row: AuditEntryRow, teller: Teller): SentencePart[][] {
  return [
    ...attemptNotes(row, teller),
    ...staffNotes(row, teller),
    ...paymentNotes(row, teller),
    ...holdNotes(row, teller),
    ...useNotes(row, teller),
  ];
}

function attemptNotes(row: AuditEntryRow, { format }: Teller): SentencePart[][] {
  const { t, when } = format;
  const count = numberIn(row, 'attempts');
  const times = { from: when(textIn(row, 'first_attempt_at')), to: when(textIn(row, 'last_attempt_at')) };
  const isKnown = row.details.known_device ?? (row.details.new_device === true ? false : null);
  const scope = textIn(row, 'required_scope');
  return [
    ...(count === null ? [] : [line(t('auditWord.attempts', { count, ...times }))]),
    ...(row.details.several_addresses === true ? [line(t('auditWord.severalAddresses'))] : []),
    ...(typeof isKnown === 'boolean' && row.action_type === 'login'
      ? [line(t(isKnown ? 'auditWord.knownDevice' : 'auditWord.newDevice'))]
      : []),
    ...factorNotes(row, t),
    ...(scope === null ? [] : [line(t('auditWord.scope', { name: scope }))]),
  ];
}

/** By what a sign-in was more than a password, or that it was not. */
function factorNotes(row: AuditEntryRow, t: Teller['format']['t']): SentencePart[][] {
  if (row.action_type !== 'login' && row.action_type !== 'account_locked') return [];
  if (row.details.step === 'second-factor') return [line(t('auditWord.secondStep'))];
  const factor = signInFactors.find((name) => name === row.details.factor);
  if (factor !== undefined) return [line(t(`auditWord.by_${factor}`))];
  return row.success && row.details.method === 'password' ? [line(t('auditWord.byPassword'))] : [];
}

function staffNotes(row: AuditEntryRow, teller: Teller): SentencePart[][] {
  const { t } = teller.format;
  const owner = personPart(userIdIn(row, 'owner_user_id'), teller);
  return [
    ...(row.details.on_behalf === true && owner !== null
      ? [teller.format.parts<SentencePart>('auditWord.ofOwner', { owner }).map(asPart)]
      : []),
    // For the staff's own actions the sentence says it already.
    ...(row.details.on_behalf_of_company === undefined || row.actor_type === 'operator'
      ? []
      : [line(t('auditWord.forCompany'))]),
  ];
}

function paymentNotes(row: AuditEntryRow, teller: Teller): SentencePart[][] {
  const order = textIn(row, 'merchant_oid');
  if (order === null) return [];
  const orderPart = { text: order, href: paymentsUrl(row, teller) };
  const account = accountOf(row, teller);
  return [
    ...(row.actor_type === 'user' || row.user_id === null
      ? []
      : [teller.format.parts<SentencePart>('auditWord.startedBy', { account }).map(asPart)]),
    teller.format.parts<SentencePart>('auditWord.order', { order: orderPart }).map(asPart),
  ];
}

function holdNotes(row: AuditEntryRow, teller: Teller): SentencePart[][] {
  if (row.resource_type !== 'legal_hold') return [];
  const text = textIn(row, 'release_note') ?? textIn(row, 'reason');
  const person = personPart(userIdIn(row, 'about_user_id'), teller);
  return [
    ...(person === null
      ? []
      : [teller.format.parts<SentencePart>('auditWord.about', { person }).map(asPart)]),
    ...(text === null ? [] : [line(teller.format.t('auditWord.quoted', { text }))]),
  ];
}

function useNotes(row: AuditEntryRow, { format }: Teller): SentencePart[][] {
  const { t, duration } = format;
  const seconds = numberIn(row, 'duration_seconds');
  const count = row.action_type.endsWith('_export_finished') ? numberIn(row, 'rows') : null;
  return [
    ...(seconds === null ? [] : [line(t('auditWord.lasted', { duration: duration(seconds) }))]),
    ...(count === null ? [] : [line(t('auditWord.rows', { count }))]),
  ];
}

function asPart(part: string | SentencePart): SentencePart {
  return typeof part === 'string' ? { text: part, href: null } : part;
}

function line(text: string): SentencePart[] {
  return [{ text, href: null }];
}
