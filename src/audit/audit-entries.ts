import type { AuditAction } from './actions.ts';
import type { AuditEntry } from './audit-row.ts';
import type { AuditReasonText } from './reasons.ts';
import type { ActorType } from './request-context.ts';

/** The facts that a stranger would need in a year; see `AuditEntry`. */
export type Details = Record<string, unknown>;

/** Something done to a workspace, or refused. */
export interface WorkspaceEvent {
  success: boolean;
  /** Absent when no workspace was created. */
  workspaceId?: number;
  /** The person and company concerned when the system acts. Otherwise they are those of the request. */
  companyId?: number;
  userId?: number;
  details?: Details;
  reason?: AuditReasonText;
}

/** Something that happened to a payment. */
export interface PaymentEvent {
  action:
    | 'payment_initiated'
    | 'payment_initiation_failed'
    | 'payment_callback_success'
    | 'payment_callback_failure'
    | 'payment_reconciled'
    | 'payment_expired'
    | 'payment_superseded'
    | 'payment_status_asked'
    | 'payment_accepted'
    | 'payment_review_noted'
    | 'payment_returned'
    | 'payment_card_charge_sent'
    | 'payment_card_charge_refused'
    | `refund_${'requested' | 'withdrawn' | 'sent' | 'delayed' | 'unanswered' | 'refused' | 'completed'}`
    | `refund_${'discovered' | 'closed' | 'effect_decided'}`;
  success: boolean;
  paymentId: number;
  /** The order's company and the person who started it. */
  companyId: number;
  userId: number;
  /** Must name merchant_oid, plan, amount_minor and currency. */
  details: Details;
  reason?: AuditReasonText;
}

/** An attempt to sign in. */
export interface LoginEvent {
  success: boolean;
  /** The attempted address. */
  email: string;
  /** Null, like the company, when nobody has that address. */
  userId: number | null;
  companyId: number | null;
  actorType: ActorType;
  reason?: AuditReasonText;
  details?: Details;
}

/** The actions on a workspace. */
export type WorkspaceAction = AuditAction & `workspace_${string}`;

/** The audit entry of an attempt to sign in. */
export function loginEntry(input: LoginEvent): AuditEntry {
  return {
    action: 'login',
    success: input.success,
    resourceType: 'user',
    ...(input.userId === null ? {} : { resourceId: input.userId }),
    userId: input.userId,
    companyId: input.companyId,
    actorType: input.actorType,
    details: { email: input.email.slice(0, 320), ...input.details },
    ...(input.reason === undefined ? {} : { errorMessage: input.reason }),
  };
}

/** The audit entry of something that was done to a workspace. */
export function workspaceEntry(action: WorkspaceAction, event: WorkspaceEvent): AuditEntry {
  return {
    action,
    success: event.success,
    resourceType: 'workspace',
    ...(event.workspaceId === undefined ? {} : { resourceId: event.workspaceId }),
    ...(event.companyId === undefined ? {} : { companyId: event.companyId }),
    ...(event.userId === undefined ? {} : { userId: event.userId }),
    details: event.details ?? {},
    ...(event.reason === undefined ? {} : { errorMessage: event.reason }),
  };
}

/** The audit entry of a payment event, with the order's company and person whoever the actor is. */
export function paymentEntry(input: PaymentEvent): AuditEntry {
  return {
    action: input.action,
    success: input.success,
    resourceType: 'payment',
    resourceId: input.paymentId,
    companyId: input.companyId,
    userId: input.userId,
    details: input.details,
    ...(input.reason === undefined ? {} : { errorMessage: input.reason }),
  };
}
