import { auditActions } from '../audit/actions.ts';
import type { Format } from '../web/format.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import type { AuditEntryRow } from './audit-queries.ts';

/** The kinds of things that audit rows name. */
export const resourceTypes = [
  'user',
  'workspace',
  'payment',
  'subscription',
  'invoice',
  'invitation',
  'legal_document',
  'company',
  'legal_hold',
  'ssh_key',
] as const;

/** An audit row in the reader's words. */
export interface DescribedRow {
  id: number;
  at: Date;
  action: string;
  success: boolean;
  /** Who acted. */
  actor: string;
  /** The account concerned, when that says more than `actor`. */
  account: string | null;
  userId: number | null;
  resource: string | null;
  ip: string | null;
  facts: { term: string; value: string }[];
}

/** Puts a row into words; texts that came from outside stay as they are and are escaped by the view. */
export function describeAuditRow(row: AuditEntryRow, format: Format): DescribedRow {
  const { t } = format;
  const isPerson = row.actor_type === 'user' || row.actor_type === 'operator';
  return {
    id: row.id,
    at: row.timestamp,
    action: actionText(row.action_type, format),
    success: row.success,
    actor: isPerson && row.user_name !== null ? row.user_name : t(`admin.actor_${row.actor_type}`),
    account: row.actor_type === 'operator' ? t('admin.actor_operator') : row.user_email,
    userId: row.user_id,
    resource: resourceText(row, format),
    ip: row.ip_address,
    facts: listFacts(row, format),
  };
}

/** An action in the reader's words; a name that is not in the list (there should be none) as it is. */
export function actionText(action: string, { t }: Format): string {
  return Object.hasOwn(auditActions, action) ? t(`auditAction.${action}` as TextKey) : action;
}

/** A kind of resource in the reader's words; an unknown one as it is. */
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
    [t('admin.factReason'), row.error_message],
    ...flattenDetails(row.details),
    [t('admin.factRequest'), request === '' ? null : request],
    [t('admin.factRequestId'), row.request_id],
    [t('admin.factUserAgent'), row.user_agent],
    [t('admin.factNumber'), String(row.id)],
  ];
  return facts.flatMap(([term, value]) => (value === null ? [] : [{ term, value }]));
}

/** Details are open: nested ones become one line each, named by their path. */
export function flattenDetails(value: unknown, path: string[] = []): [string, string][] {
  if (typeof value === 'object' && value !== null && path.length < 4) {
    return Object.entries(value).flatMap(([key, inner]) => flattenDetails(inner, [...path, key]));
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return [[path.join(' › '), text]];
}
