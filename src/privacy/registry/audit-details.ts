import type { JsonKeys } from '../purposes/activities.ts';

/**
 * The keys of `audit_logs.details`. A person's own copy has only keys that are listed as personal, so that a
 * new key tells nobody of a colleague before somebody has thought about it. `test/support/listed-details.ts`
 * fails for a key that some test writes and that is missing here.
 */
export const auditDetails: JsonKeys = {
  personal: `
    about about_event access_method access_tokens_revoked action active_minutes active_seconds activity_count
    after answer_by
    alert_id already_running amount_minor answer asked_for asks attempts
    because before began_at boxes browser browser_before browser_sessions_ended by bytes
    cancel_reason cancels_at_after cancels_at_before card_bank card_brand cause change charge_from chargeback_no charged_minor
    code_version company_name confirmed connected_minutes connected_seconds consent_payment_id content_sha256 converted_seconds
    converted_to_days count country country_before country_data_from created_at currency
    currency_after currency_before
    currency_reported customer_type cut
    decision declined deleted_at device_id device_remembered dispute_id devices_forgotten difference_kind documents
    due_at duration_seconds
    email email_length ended_at ends_paid_time ettn exhibit_id expires_at
    factor factors_ended failed_reason_code failures field file_name files filters fingerprint first_attempt_at fits_from
    format full_name
    gateway_code gateway_date gateway_message
    handed_over_by host how html_sha256
    installment_count interactive_seconds invoice_id invoice_no ip_address is_against_rules is_first issued_on
    issuer
    key_type kind known_by known_device known_to_others
    label lost_minor network received_at reason_code round
    last_active_at last_activity_at last_attempt_at last_seen_at length limits locale locked_until
    mail_id merchant_oid method month
    name new_device new_email new_name new_role next_plan_after next_plan_before not_listed_at number
    old_email old_name old_role old_time_zone order_amount_minor origin outcome package_id pages
    paid_until_after paid_until_before payment_amount_minor payment_amount_reported_minor payment_date
    payment_date_reported payment_id payment_total_minor payment_type period period_end period_start plan
    plan_after plan_before plan_bought plans_that_fit policy port price_list_version
    prices_sha256
    reason received_sha256 record_id reference_no refund_id refund_reason requested_at required_from required_from_before required_scope
    resumed_after_session_id returned_minor returns returns_reported reversal_no review_reason role rows
    rule_version rules
    sandbox schema_version scopes second_factors_removed seconds send_again_at session_id session_started_at
    sessions_ended several_addresses sha256 signed_in_at site source ssh_key_fingerprint ssh_key_id
    ssh_keys_removed started_at state_after state_before status_before step subdomain superseded_by
    tax_minor test_mode text_sha256 time_zone times times_sent total_minor trial_ends_at type
    unused_seconds user_agent
    version
    wanted_plan_after wanted_plan_before was_last when withheld workspace workspace_id workspace_name
    workspace_session_id workspace_sessions_ended`
    .trim()
    .split(/\s+/),
  others: [
    'about_email',
    'about_user_id',
    'channel',
    'sent_to',
    'gateway_answer',
    'identity_check',
    'invited_by',
    'masked_pan',
    'noticed_in_request_of_user_id',
    'on_behalf_of',
    'owner_user_id',
    'placed_at',
    'raw_ip',
    'reference',
    'release_note',
    'requested_by',
    'user_id',
  ],
  notPersonal: [
    'recipients',
    'body_bytes',
    'callback_id',
    'case',
    'changed',
    'claimed_order',
    'content_length',
    'content_type',
    'conversion',
    'dropped_rows',
    'effective_from',
    'ends_at',
    'fault',
    'file_kind',
    'found_in',
    'note',
    'on_behalf',
    'on_behalf_of_company',
    'own_size',
    'partition_name',
    'prices',
    'proves',
    'record_type',
    'retention_months',
    'size',
    'starts_at',
    'table',
    'total_amount_raw',
    'verdict',
  ],
};
