import { auditActions, type AuditAction } from '../../audit/actions.ts';

/** The kinds of entries of a journey, for its filter. */
export const journeyKinds = [
  'sign-ins',
  'account',
  'workspaces',
  'sessions',
  'payments',
  'acceptances',
  'mails',
  'cases',
  'others',
] as const;
export type JourneyKind = (typeof journeyKinds)[number];

/** Which actions of the audit trail are of which kind; whatever none of them names is about the account. */
const patterns: [JourneyKind, RegExp][] = [
  [
    'sign-ins',
    /^(?:login|logout|account_(?:un)?locked|password_|identity_|browser_session_|device_|second_factor_asked)/,
  ],
  ['workspaces', /^(?:workspace_|ssh_|token_)/],
  ['payments', /^(?:payment_|subscription_|invoice_|billing_)/],
  ['cases', /^(?:dispute_|chargeback_)/],
  ['acceptances', /^(?:legal_document|order_terms)_/],
  ['others', /^(?:operator_|evidence_|audit_|usage_|own_data_|legal_hold_|retention_)/],
];

/** The kind of an action of the audit trail. */
export function kindOfAction(action: string): JourneyKind {
  return patterns.find(([, pattern]) => pattern.test(action))?.[0] ?? 'account';
}

/** The actions of a kind, so that a list of one kind is not cut short by the others. */
export function actionsOfKind(kind: JourneyKind): AuditAction[] {
  return (Object.keys(auditActions) as AuditAction[]).filter((action) => kindOfAction(action) === kind);
}

/** The kind that a filter names. Null for anything else: all of them. */
export function readKind(value: unknown): JourneyKind | null {
  return journeyKinds.find((kind) => kind === value) ?? null;
}
