import type { JsonKeys } from './activities.ts';

/**
 * The keys of `audit_logs.details`. A person's own copy has only keys that are listed as personal, so that a
 * new key tells nobody of a colleague before somebody has thought about it.
 */
export const auditDetails: JsonKeys = {
  personal: `
    access_method access_tokens_revoked action activity_count after already_running amount_minor asked_for attempts
    because before browser_sessions_ended by bytes cause charged_minor company_name content_sha256 converted_seconds
    converted_to_days currency currency_reported device_id duration_seconds email email_length ended_at expires_at
    failed_reason_code failures field filters fingerprint first_attempt_at fits_from format full_name gateway_message
    handed_over_by host installment_count interactive_seconds invoice_no key_type kind known_device label
    last_active_at last_activity_at last_attempt_at length locale locked_until merchant_oid method name new_device
    new_role old_role origin paid_until_after paid_until_before payment_id payment_type period period_end
    period_start plan plan_after plan_before plan_bought plans_that_fit port reason required_scope
    resumed_after_session_id role rows schema_version scopes seconds session_id session_started_at sessions_ended
    several_addresses sha256 site ssh_key_fingerprint ssh_key_id ssh_keys_removed started_at state_before
    status_before subdomain superseded_by test_mode times total_minor trial_ends_at user_agent version workspace
    workspace_id workspace_name workspace_session_id`
    .trim()
    .split(/\s+/),
  others: [
    'about_email',
    'about_user_id',
    'invited_by',
    'noticed_in_request_of_user_id',
    'on_behalf_of',
    'owner_user_id',
    'placed_at',
    'raw_ip',
    'reference',
    'release_note',
    'user_id',
  ],
  notPersonal: [
    'body_bytes',
    'claimed_order',
    'content_length',
    'content_type',
    'dropped_rows',
    'fault',
    'retention_months',
    'table',
  ],
};
