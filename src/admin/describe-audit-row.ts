import { auditActions, currentActionName } from '../audit/actions.ts';
import type { Format } from '../web/format.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import { auditNotes } from './audit-notes.ts';
import type { AuditEntryRow } from '../audit/audit-record.ts';
import { actorOf, auditSentence, type SentencePart, type Teller } from './audit-sentence.ts';

/** The kinds of things that audit rows name. */
export const resourceTypes = [
  'user',
  'workspace',
  'payment',
  'subscription',
  'invoice',
  'legal_invoice',
  'reversal',
  'invitation',
  'legal_document',
  'company',
  'legal_hold',
  'access_token',
  'ssh_key',
  'alert',
  'incident',
  'dispute',
] as const;

/** An audit row in the reader's words. */
export interface DescribedRow {
  id: number;
  at: Date;
  action: string;
  actor: SentencePart;
  userId: number | null;
  success: boolean;
  /** The sentence about the row, with links to the pages of what it names. */
  sentence: SentencePart[];
  notes: SentencePart[][];
  ip: string | null;
  /** The stored row, for a reader who needs it exactly. */
  facts: { term: string; value: string }[];
}

/** Puts a row into words. Texts from outside stay as they are, and the view escapes them. */
export function describeAuditRow(row: AuditEntryRow, teller: Teller): DescribedRow {
  const named = { ...row, action_type: currentActionName(row.action_type) };
  return {
    id: row.id,
    at: row.timestamp,
    action: named.action_type,
    actor: actorOf(row, teller),
    userId: row.user_id,
    success: row.success,
    sentence: auditSentence(named, teller),
    notes: auditNotes(named, teller),
    ip: row.ip_address,
    facts: listFacts(row, teller.format),
  };
}

/** The name of an action in a list. An unknown action (there should be none) is shown as it is. */
export function actionText(action: string, { t }: Format): string {
  return Object.hasOwn(auditActions, action) ? t(`auditAction.${action}` as TextKey) : action;
}

/** A kind of resource in the reader's words. An unknown kind is shown as it is. */
export function resourceTypeText(type: string, { t }: Format): string {
  const known = resourceTypes.find((name) => name === type);
  return known === undefined ? type : t(`admin.resource_${known}`);
}

function resourceText(row: AuditEntryRow, format: Format): string | null {
  if (row.resource_type === null) return null;
  const type = resourceTypeText(row.resource_type, format);
  return row.resource_id === null ? type : `${type} ${row.resource_id}`;
}

function listFacts(row: AuditEntryRow, format: Format): DescribedRow['facts'] {
  const { t } = format;
  const request = [row.request_method, row.request_path].filter((part) => part !== null).join(' ');
  const facts: [string, string | null][] = [
    [t('admin.factUtc'), row.timestamp.toISOString()],
    [t('admin.filterAction'), row.action_type],
    [t('admin.concerns'), resourceText(row, format)],
    [t('admin.factAccount'), row.user_email],
    [t('admin.factReason'), row.error_message],
    ...flattenDetails(row.details),
    [t('admin.factRequest'), request === '' ? null : request],
    [t('admin.factRequestId'), row.request_id],
    [t('admin.factUserAgent'), row.user_agent],
    [t('admin.factNumber'), String(row.id)],
  ];
  return facts.flatMap(([term, value]) => (value === null ? [] : [{ term, value }]));
}

/** Details have no fixed form: nested ones become one line each, named by their path. */
export function flattenDetails(value: unknown, path: string[] = []): [string, string][] {
  if (typeof value === 'object' && value !== null && path.length < 4) {
    return Object.entries(value).flatMap(([key, inner]) => flattenDetails(inner, [...path, key]));
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return [[path.join(' › '), text]];
}
