import { auditActions, type AuditAction } from '../audit/actions.ts';
import { auditCauses, readReason } from '../audit/reasons.ts';
import type { Format } from '../web/format.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import { catalogues } from '../web/locales/catalogues.ts';
import type { AdminScope } from '../people/company-scope.ts';
import { resourceIdOf, type AuditNames } from './audit-names.ts';
import type { AuditEntryRow } from '../audit/audit-record.ts';

/** A piece of a sentence. With `href` it names something that has a page for this reader. */
export interface SentencePart {
  text: string;
  href: string | null;
}

/**
 * Everything that a sentence needs: the reader's language, the company's names, and the pages that the reader
 * may open.
 */
export interface Teller {
  format: Format;
  names: AuditNames;
  scope: Pick<AdminScope, 'isOperator' | 'query'>;
}

/** Actions whose `details` give a cause. */
const withCause: readonly string[] = [
  'workspace_session_expired',
  'workspace_stopped',
  'payment_superseded',
  'token_revoked',
  'ssh_key_removed',
  'subscription_change',
] satisfies AuditAction[];

/**
 * A row as a sentence: who did what to what, and why. An action without a sentence (there should be none) is
 * shown by its name.
 */
export function auditSentence(row: AuditEntryRow, teller: Teller): SentencePart[] {
  const key = sentenceKey(row);
  if (key === null) return [plain(`${actorOf(row, teller).text}: ${row.action_type}`)];
  const pieces = teller.format
    .parts<SentencePart>(key, { ...personPieces(row, teller), ...thingPieces(row, teller) })
    .map((part) => (typeof part === 'string' ? plain(part) : part));
  const why = reasonOf(row, teller.format);
  return why === null ? pieces : [...pieces, plain(`: ${why}`)];
}

/** The person whom the row is about when another one acted: a failed sign-in, a gateway's notification. */
export function accountOf(row: AuditEntryRow, teller: Teller): SentencePart {
  const { names, format } = teller;
  const found = names.find('user', row.user_id);
  const name = row.user_name ?? textIn(row, 'email') ?? format.t('auditWord.somebody');
  return { text: name, href: found === undefined ? null : personUrl(found.id, teller) };
}

/** A text of the row's details; null when there is none. */
export function textIn(row: AuditEntryRow, name: string): string | null {
  const value = row.details[name];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** A number of the row's details; null when there is none. */
export function numberIn(row: AuditEntryRow, name: string): number | null {
  const value = row.details[name];
  return typeof value === 'number' ? value : null;
}

/** A person of the company by number; null when there is nobody. */
export function personPart(id: number | null, teller: Teller): SentencePart | null {
  const found = teller.names.find('user', id);
  return found === undefined ? null : { text: found.name, href: personUrl(found.id, teller) };
}

/** Where the payments of the row's person are listed. */
export function paymentsUrl(row: AuditEntryRow, teller: Teller): string | null {
  const found = teller.names.find('user', row.user_id);
  return found === undefined ? null : `${personUrl(found.id, teller)}#payments-h`;
}

function sentenceKey({ action_type, success }: AuditEntryRow): TextKey | null {
  if (!Object.hasOwn(auditActions, action_type)) return null;
  const isRefused = !success && Object.hasOwn(catalogues.en.auditRefused, action_type);
  return `${isRefused ? 'auditRefused' : 'auditSentence'}.${action_type}` as TextKey;
}

function personPieces(row: AuditEntryRow, teller: Teller): Record<string, SentencePart> {
  const { t } = teller.format;
  const role = (name: string): SentencePart => {
    const value = textIn(row, name);
    return plain(value === 'member' || value === 'admin' ? t(`common.role_${value}`) : (value ?? '–'));
  };
  const email = textIn(row, 'email');
  return {
    actor: actorOf(row, teller),
    account: accountOf(row, teller),
    person:
      personPart(resourceIdOf(row, 'user'), teller) ??
      plain(textIn(row, 'full_name') ?? email ?? t('auditWord.somebody')),
    email: plain(email ?? '–'),
    roleBefore: role('old_role'),
    role: row.action_type === 'user_role_changed' ? role('new_role') : role('role'),
  };
}

function thingPieces(row: AuditEntryRow, teller: Teller): Record<string, SentencePart | string> {
  const { t, when } = teller.format;
  const end = textIn(row, 'locked_until') ?? textIn(row, 'paid_until_after');
  return {
    workspace: workspaceOf(row, teller),
    way: textIn(row, 'access_method') ?? 'web',
    name: plain(
      textIn(row, 'name') ?? textIn(row, 'label') ?? textIn(row, 'company_name') ?? t('auditWord.unnamed'),
    ),
    nameBefore: plain(textIn(row, 'old_name') ?? '–'),
    nameAfter: plain(textIn(row, 'new_name') ?? '–'),
    timeZone: plain(textIn(row, 'time_zone') ?? '–'),
    document: documentOf(row, teller.format),
    language: plain(languageOf(row, teller.format)),
    factor: plain(factorOf(row, teller.format)),
    hold: { text: textIn(row, 'reference') ?? '–', href: `/admin/holds${teller.scope.query}` },
    dispute: disputeOf(row, teller),
    page: plain(t(`auditWord.${pageOf(row.request_path)}`)),
    until: plain(when(readDate(end))),
    ends: plain(when(readDate(textIn(row, 'cancels_at_after')))),
    month: plain(monthText(row, teller.format)),
    ...moneyPieces(row, teller),
  };
}

function moneyPieces(row: AuditEntryRow, { format, scope }: Teller): Record<string, SentencePart | string> {
  const amount =
    numberIn(row, 'charged_minor') ?? numberIn(row, 'amount_minor') ?? numberIn(row, 'total_minor');
  const currency = textIn(row, 'currency_reported') ?? textIn(row, 'currency') ?? '';
  const plan = textIn(row, 'plan') ?? textIn(row, 'plan_after');
  const invoiceId = resourceIdOf(row, 'invoice');
  return {
    amount: plain(amount === null || !/^[A-Z]{3}$/.test(currency) ? '–' : format.money(amount, currency)),
    plan: plain(planText(plan, format)),
    planBefore: plain(planText(textIn(row, 'plan_before'), format)),
    currencyAfter: plain(textIn(row, 'currency_after') ?? '–'),
    planWanted: plain(planText(textIn(row, 'wanted_plan_after'), format)),
    change: changeOf(row, plan),
    legal: plain(textIn(row, 'number') ?? '–'),
    ending: textIn(row, 'after') ?? 'withdrawn',
    reversal: reversalOf(row, scope.query),
    invoice: {
      text: textIn(row, 'invoice_no') ?? '–',
      href: invoiceId === null ? null : `/billing/invoices/${String(invoiceId)}${scope.query}`,
    },
  };
}

/** How a subscription changed: as the row says, or as rows from before that key tell by their plans. */
function changeOf(row: AuditEntryRow, plan: string | null): string {
  // A choice of a text has no hyphen in its name.
  return (
    textIn(row, 'change')?.replaceAll('-', '_') ?? (plan === textIn(row, 'plan_before') ? 'longer' : 'other')
  );
}

function reversalOf(row: AuditEntryRow, query: string): SentencePart {
  const id = resourceIdOf(row, 'reversal');
  const href = id === null ? null : `/billing/reversals/${String(id)}${query}`;
  return { text: textIn(row, 'reversal_no') ?? '–', href };
}

/** The actor: a person by name, or the kind of actor. */
export function actorOf(row: AuditEntryRow, teller: Teller): SentencePart {
  const { t } = teller.format;
  const { actor_type, user_name } = row;
  if (actor_type === 'operator' && user_name !== null)
    return plain(t('auditWord.staffMember', { name: user_name }));
  if (actor_type === 'user' && user_name !== null) return accountOf(row, teller);
  return plain(t(`auditWord.who_${actor_type}`));
}

/** The workspace by the name it had then. A deleted workspace has no page, and staff enter none. */
function workspaceOf(row: AuditEntryRow, { names, format, scope }: Teller): SentencePart {
  const found = names.find('workspace', resourceIdOf(row, 'workspace'));
  const recorded = textIn(row, 'new_name') ?? textIn(row, 'name');
  const hasPage = found !== undefined && !found.is_deleted && !scope.isOperator;
  return {
    text: recorded ?? found?.name ?? textIn(row, 'asked_for') ?? format.t('auditWord.aWorkspace'),
    href: hasPage ? `/workspace/${String(found.id)}` : null,
  };
}

/** A case by the bank's reference, else by its number. */
function disputeOf(row: AuditEntryRow, { scope }: Teller): SentencePart {
  const id = resourceIdOf(row, 'dispute');
  const href = id === null ? null : `/admin/disputes/${String(id)}${scope.query}`;
  return { text: textIn(row, 'reference') ?? (id === null ? '–' : String(id)), href };
}

function documentOf(row: AuditEntryRow, { t }: Format): SentencePart {
  const [kind, version] = [textIn(row, 'kind'), textIn(row, 'version')];
  if ((kind !== 'terms' && kind !== 'privacy') || version === null)
    return plain(t('auditWord.document_other'));
  return {
    text: t(`auditWord.document_${kind}`, { version }),
    href: `/legal/${kind}/${encodeURIComponent(version)}`,
  };
}

function languageOf(row: AuditEntryRow, { t }: Format): string {
  const locale = textIn(row, 'locale');
  return locale === 'tr' || locale === 'en' ? t(`auditWord.language_${locale}`) : (locale ?? '–');
}

function monthText(row: AuditEntryRow, { t }: Format): string {
  const date = readDate(`${textIn(row, 'month') ?? ''}-15T12:00:00Z`);
  return date === null ? '–' : t('sessions.monthName', { date });
}

function factorOf(row: AuditEntryRow, { t }: Format): string {
  const kind = textIn(row, 'kind');
  if (kind === 'passkey') return t('auditWord.factor_passkey', { name: textIn(row, 'name') ?? '–' });
  return t(kind === 'totp' ? 'auditWord.factor_totp' : 'auditWord.factor_other');
}

function planText(plan: string | null, { t }: Format): string {
  const known = (['trial', 'starter', 'team', 'enterprise'] as const).find((name) => name === plan);
  return known === undefined ? (plan ?? '–') : t(`common.plan_${known}`);
}

/** The page that an address of ours leads to. */
function pageOf(path: string | null) {
  if (path === null) return 'page_other';
  if (/^\/admin\/?$/.test(path)) return 'page_overview';
  if (/^\/admin\/users\/?$/.test(path)) return 'page_people';
  if (/^\/admin\/users\/\d+\/sessions/.test(path)) return 'page_sessions';
  if (/^\/admin\/users\/\d+/.test(path)) return 'page_person';
  if (path.startsWith('/admin/audit')) return 'page_audit';
  if (path.startsWith('/admin/holds')) return 'page_holds';
  if (/^\/admin\/disputes\/\d+/.test(path)) return 'page_dispute';
  if (path.startsWith('/admin/disputes')) return 'page_disputes';
  if (path.startsWith('/admin/finance/invoices/')) return 'page_legal_invoice';
  if (path.startsWith('/admin/finance/')) return 'page_payment';
  if (path.startsWith('/billing/reversals/')) return 'page_reversal';
  return path.startsWith('/billing/invoices/') ? 'page_invoice' : 'page_other';
}

/**
 * The reason in words. A gateway's own text stays as it is, and so does a text that is not in the list of
 * reasons.
 */
function reasonOf(row: AuditEntryRow, { t }: Format): string | null {
  if (row.error_message === null) return causeOf(row, t);
  const read = readReason(row.error_message);
  if (read === null) return row.error_message;
  const reason = t(`auditReason.${read.reason}`);
  return read.words === null ? reason : `${reason} (${read.words})`;
}

function causeOf(row: AuditEntryRow, t: Format['t']): string | null {
  if (!withCause.includes(row.action_type)) return null;
  const code = textIn(row, 'cause') ?? textIn(row, 'because') ?? textIn(row, 'reason');
  const known = auditCauses.find((cause) => cause === code);
  return known === undefined ? null : t(`auditCause.${known}`);
}

function personUrl(id: number, { scope }: Teller): string {
  return `/admin/users/${String(id)}${scope.query}`;
}

function readDate(text: string | null): Date | null {
  const date = new Date(text ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

function plain(text: string): SentencePart {
  return { text, href: null };
}
