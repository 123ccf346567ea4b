/** The tables of the records that facts come from, by type, and the column that names a record. */
export const recordTables = {
  payment: { table: 'payments', key: 'id' },
  payment_card: { table: 'payment_card_facts', key: 'payment_id' },
  payment_callback: { table: 'payment_callbacks', key: 'id' },
  payout_line: { table: 'gateway_payout_lines', key: 'id' },
  order_consent: { table: 'order_consents', key: 'id' },
  stored_card: { table: 'stored_cards', key: 'id' },
  card_charge: { table: 'card_charges', key: 'payment_id' },
  invoice: { table: 'invoices', key: 'id' },
  legal_invoice: { table: 'legal_invoices', key: 'id' },
  refund: { table: 'refunds', key: 'id' },
  mail: { table: 'mails', key: 'id' },
  audit_log: { table: 'audit_logs', key: 'id' },
  workspace_session: { table: 'workspace_sessions', key: 'id' },
  legal_acceptance: { table: 'legal_acceptances', key: 'id' },
  email_confirmation: { table: 'email_confirmations', key: 'id' },
  email_change: { table: 'email_changes', key: 'id' },
  alert: { table: 'alerts', key: 'id' },
  user: { table: 'users', key: 'id' },
  subscription: { table: 'subscriptions', key: 'company_id' },
  dispute: { table: 'disputes', key: 'id' },
  dispute_exhibit: { table: 'dispute_exhibits', key: 'id' },
} as const satisfies Record<string, { table: string; key: string }>;

type RecordType = keyof typeof recordTables;

/** A row of the database: every fact names the one that it comes from. */
export interface FactRecord {
  type: RecordType;
  id: number;
}

/** The record of a type and number. */
export function recordOf(type: RecordType, id: number): FactRecord {
  return { type, id };
}
