import { createHash } from 'node:crypto';
import { storable } from '../storable-text.ts';
import type { AuditAction } from './actions.ts';
import type { AuditRecord } from './audit-record.ts';
import type { AuditReasonText } from './reasons.ts';
import type { ActorType, RequestContext } from './request-context.ts';
import { timeOrderedId } from './time-ordered-id.ts';

/** An event as a caller tells it. The context says who, where and when, unless they are given here. */
export interface AuditEntry {
  action: AuditAction;
  success: boolean;
  resourceType?: string;
  resourceId?: string | number;
  /** The facts that a stranger would need in a year. Never passwords, tokens, signatures or card data. */
  details?: Record<string, unknown>;
  errorMessage?: AuditReasonText;
  /**
   * The person concerned when it is not the one of the context: a failed sign-in, a gateway's notification.
   */
  userId?: number | null;
  /** The company concerned when it is not the one of the context: what an operator does. */
  companyId?: number | null;
  actorType?: ActorType;
}

/** One row of `audit_logs`, ready to insert: every text bounded and clean, details as JSON text. */
export interface AuditRow extends Omit<
  AuditRecord,
  'id' | 'timestamp' | 'action_type' | 'request_id' | 'details'
> {
  /** Never changes, so a row that is written again after a crash is recognised. Sorts by time. */
  event_id: string;
  timestamp: Date;
  company_id: number | null;
  action_type: AuditAction;
  request_id: string;
  details: string;
}

/** Longest texts kept, in characters. A longer text is cut; `details.cut` keeps its full length and hash. */
const LIMITS = {
  user_agent: 1024,
  request_path: 2048,
  request_method: 16,
  resource_type: 64,
  resource_id: 128,
  error_message: 2000,
  raw_ip: 200,
} as const;

/**
 * Longest details kept, in bytes of JSON; a gateway can send any length. Longer details are kept as a cut
 * text with their hash.
 */
const DETAILS_MAX_BYTES = 16_384;

const SECRETS = 'password|passwd|token|secret|hash|signature|cookie|authorization|cvv|card_number|pan';
const SECRET_NAMES = new RegExp(`^(${SECRETS})$`, 'i');

/** In JSON: the name of a secret, NUL, or half of a pair of surrogates. Nearly no details have any. */
const NEEDS_CARE = new RegExp(`"(${SECRETS})":|\\\\u(0000|d[89a-f])`, 'i');

type Cuts = Record<string, { length: number; sha256: string }>;

/**
 * Turns an event into a row that Postgres accepts whatever the client sent: texts of any length, odd bytes,
 * no address.
 */
export function toAuditRow(context: RequestContext, entry: AuditEntry): AuditRow {
  const cuts: Cuts = {};
  const bound = (name: keyof typeof LIMITS, value: string | null | undefined): string | null =>
    value === null || value === undefined ? null : cut(cuts, name, value);
  const texts = {
    resource_type: bound('resource_type', entry.resourceType),
    resource_id: bound('resource_id', entry.resourceId === undefined ? null : String(entry.resourceId)),
    user_agent: bound('user_agent', context.userAgent),
    request_method: bound('request_method', context.method),
    request_path: bound('request_path', context.path),
    error_message: bound('error_message', entry.errorMessage),
  };
  const rawIp = bound('raw_ip', context.rawIp);
  const companyId = entry.companyId === undefined ? context.companyId : entry.companyId;
  return {
    event_id: timeOrderedId(),
    timestamp: context.at,
    user_id: entry.userId === undefined ? context.userId : entry.userId,
    company_id: companyId,
    actor_type: entry.actorType ?? context.actorType,
    action_type: entry.action,
    ...texts,
    ip_address: context.ip,
    request_id: context.requestId,
    details: detailsText({ ...entry.details, ...onBehalfOf(context, companyId) }, rawIp, cuts),
    success: entry.success,
  };
}

/** The mark in `details` of an act of the platform's staff for a company, or of what followed from it. */
export function onBehalfOf(
  context: Pick<RequestContext, 'actorType'>,
  companyId: number | null,
): { on_behalf_of_company?: number } {
  return context.actorType === 'operator' && companyId !== null ? { on_behalf_of_company: companyId } : {};
}

function cut(cuts: Cuts, name: keyof typeof LIMITS, value: string): string {
  const limit = LIMITS[name];
  if (value.length > limit) cuts[name] = { length: value.length, sha256: sha256(value) };
  return storable(value.slice(0, limit));
}

function detailsText(details: Record<string, unknown>, rawIp: string | null, cuts: Cuts): string {
  const extra = {
    ...(rawIp === null ? {} : { raw_ip: rawIp }),
    ...(Object.keys(cuts).length === 0 ? {} : { cut: cuts }),
  };
  const text = stringify({ ...details, ...extra });
  if (Buffer.byteLength(text) <= DETAILS_MAX_BYTES) return text;
  const start = text.slice(0, DETAILS_MAX_BYTES / 4);
  return stringify({
    ...extra,
    cut: { ...cuts, details: { length: text.length, sha256: sha256(text) } },
    start,
  });
}

function stringify(details: Record<string, unknown>): string {
  try {
    return plainText(details) ?? JSON.stringify(details, safeValue);
  } catch (error) {
    return JSON.stringify({ unreadable_details: storable(String(error)) });
  }
}

/** The JSON of details that need no care; else null. A function that looks at each value takes far longer. */
function plainText(details: Record<string, unknown>): string | null {
  try {
    const text = JSON.stringify(details);
    return NEEDS_CARE.test(text) ? null : text;
  } catch {
    return null;
  }
}

function safeValue(key: string, value: unknown): unknown {
  if (SECRET_NAMES.test(key)) return '[redacted]';
  if (typeof value === 'string') return storable(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return withStorableNames(value);
  return value;
}

/** A gateway chooses the names of its fields, so the names need the same care as the values. */
function withStorableNames(value: object): object {
  const names = Object.keys(value);
  if (names.every((name) => storable(name) === name)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [storable(name), inner as unknown]));
}

function sha256(value: string): string {
  return createHash('sha256').update(value, 'utf8').digest('hex');
}
