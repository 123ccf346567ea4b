import type { Acceptance } from '../legal/queries.ts';
import type { CallbackRow, CardRow, InvoiceRow, PaymentRow, RefundRow, TermsRow } from './queries.ts';
import { toMajor } from './summary.ts';

/** A time becomes ISO 8601 in UTC when the record is written as JSON. */
type Json = Record<string, unknown>;

/** Rows of other tables about the same payments. */
interface BesidePayments {
  terms: TermsRow[];
  cards: CardRow[];
  callbacks: CallbackRow[];
  refunds: RefundRow[];
}

/**
 * A payment with its notifications, the texts that were accepted with it, its card and its refunds. The
 * browser and address of a colleague who started the payment are left out.
 */
export function toPaymentRecord(row: PaymentRow, beside: BesidePayments, subjectId: number): Json {
  const { started_by, client_ip, user_agent, ...rest } = row;
  const isOwn = started_by.id === subjectId;
  const isOf = ({ payment_id }: { payment_id: number }): boolean => payment_id === row.id;
  return {
    ...rest,
    amount: toMajor(row.amount_minor),
    started_by,
    client_ip: isOwn ? client_ip : null,
    user_agent: isOwn ? user_agent : null,
    terms: beside.terms.filter(isOf).map((terms) => toTermsRecord(terms, isOwn))[0] ?? null,
    card: beside.cards.filter(isOf).map(({ payment_id: _payment, ...card }) => card)[0] ?? null,
    callbacks: beside.callbacks.filter(isOf).map(toCallbackRecord),
    refunds: beside.refunds.filter(isOf).map(toRefundRecord),
  };
}

/** An invoice with its total in major units as well. */
export function toInvoiceRecord(row: InvoiceRow): Json {
  return { ...row, total: toMajor(row.total_minor) };
}

/** The newest acceptance of each text, and all of them. `acceptances` are newest first. */
export function toLegalAcceptance(acceptances: Acceptance[]): Json {
  const newest = (kind: 'terms' | 'privacy'): Json => {
    const found = acceptances.find((acceptance) => acceptance.kind === kind);
    return {
      [`${kind}_accepted_at`]: found?.accepted_at ?? null,
      [`${kind}_accepted_ip`]: found?.ip_address ?? null,
      [`${kind}_accepted_version`]: found?.version ?? null,
      [`${kind}_accepted_sha256`]: found?.content_sha256 ?? null,
    };
  };
  return { ...newest('terms'), ...newest('privacy'), history: acceptances };
}

function toTermsRecord({ payment_id: _payment, ...terms }: TermsRow, isOwn: boolean): Json {
  return isOwn ? terms : { ...terms, ip_address: null, user_agent: null, browser_session: null };
}

function toCallbackRecord({ payment_id: _payment, body, ...rest }: CallbackRow): Json {
  return { ...rest, fields: readFields(body) };
}

const REVERSAL = 'reversal_';

function toRefundRecord({ payment_id: _payment, ...row }: RefundRow): Json {
  const own: Json = {};
  const reversal: Json = {};
  for (const [name, value] of Object.entries(row)) {
    if (name.startsWith(REVERSAL)) reversal[name.slice(REVERSAL.length)] = value;
    else own[name] = value;
  }
  return {
    ...own,
    amount: toMajor(row.amount_minor),
    reversal: row.reversal_reversal_no === null ? null : reversal,
  };
}

/** A signed notification has about a dozen short fields. Anything beyond these bounds proves nothing more. */
const MAX_FIELDS = 60;
const MAX_TEXT = 1000;

/** The posted fields without the signature. Repeated names have their values joined by " | ". */
function readFields(body: Buffer): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    const key = name.slice(0, MAX_TEXT);
    const before = fields.get(key);
    if (name.toLowerCase() === 'hash' || (before === undefined && fields.size === MAX_FIELDS)) continue;
    fields.set(key, (before === undefined ? value : `${before} | ${value}`).slice(0, MAX_TEXT));
  }
  // `Object.fromEntries` defines own properties, so a field named `__proto__` is stored like any other.
  return Object.fromEntries(fields);
}
