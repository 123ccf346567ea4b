/**
 * Every audited action, with what it means. Whether it succeeded is the row's own `success` flag.
 *
 * The grammar of a name: what was acted on, then the verb in the past, as `workspace_started`. Nine names are
 * the customer's own and stay as the customer wrote them, see `customerActions`. A name that has shipped is
 * never renamed; one that is no longer written stays here with a note, since old rows bear it.
 */
export const auditActions = {
  login: 'Somebody tried to sign in; success says whether it worked, details.email is the attempted address',
  account_locked: 'Too many wrong passwords: sign-in is refused until details.locked_until',
  logout: 'A person signed out',
  account_unlocked:
    'A lock after wrong passwords was opened; details.how says by the link of a mail or by an admin',
  password_reset_sent:
    'An admin, or an operator after the waiting time, had a link for a new password mailed to a person (resource)',
  recovery_requested:
    'An operator wants to send the only admin of a company such a link; details.due_at says when it goes out',
  recovery_cancelled: 'That wish was withdrawn, or fitted no longer',
  recovery_objected: 'The person objected to that wish by the link of a mail',
  factor_reset_requested:
    'An operator wants to end the second factors of a person who has lost them; details.due_at says from when another operator may approve',
  factor_reset_cancelled: 'That wish was withdrawn by an operator',
  factor_reset_objected: 'The person objected to that wish by the link of a mail',
  factor_reset_expired: 'That wish ran out: nobody approved it in time',
  factor_reset_approved:
    'Another operator approved: every second factor, recovery code and sign-in of the person ended; or was refused (error_message)',
  password_reset_requested: 'A link to set a new password was mailed; whoever asked is not known',
  password_reset_finished: 'A new password was set by the link of a mail, and every browser was signed out',
  password_changed: 'A person changed the password, or gave a wrong one (error_message)',
  identity_confirmed:
    'A signed-in person proved again who they are, before something sensitive (details.before), or could not',
  email_confirmed: 'A person showed that they read the mail of their address; details.how says by what',
  email_change_requested: 'A person asked for another e-mail address; it counts once it is confirmed there',
  email_change_withdrawn: 'A person withdrew that wish',
  email_changed: 'The new address was confirmed and is the address of the account from now on',
  email_restored:
    'The old address was taken back by the link mailed to it; every browser was signed out and a new password asked for',
  email_claimed:
    'An address that was never confirmed went to whoever reads its mail; the account that had it ended',
  alert_raised: 'Something in an account broke rules (details.rules); the person was told',
  usage_statement_mailed:
    'The statement of a month (details.month) was mailed to details.recipients people of the company',
  usage_statement_answered:
    'A reader answered it by the link of the mail; details.answer says not-me, of details.payment_id, or cancel',
  alert_reported: 'A person said of an alert that it was not them',
  account_secured:
    'Everybody was shut out of an account until a new password is set: sessions, tokens, keys, remembered browsers',
  incident_opened: 'An incident was opened: somebody looks into an account',
  incident_noted: 'A note was added to an incident',
  incident_closed: 'An incident was closed; details.outcome says what it was',
  alert_rules_changed: 'An admin changed the rules of alerts (details has them before and after)',
  notifications_changed: 'A person chose which mails to get',
  browser_session_moved: 'A browser session went on in another country or browser than it began in (details)',
  second_factor_asked: 'The password of a sign-in was right, and a second factor was asked for',
  second_factor_added: 'A person added a second factor (details.kind: totp or passkey)',
  second_factor_removed:
    'A second factor was removed (details.kind); details.was_last says whether it was the last',
  recovery_codes_made: 'Recovery codes were made; those before ended',
  second_factor_policy_changed:
    'An admin set from when on the people of the company need a second factor, or ended that rule',
  device_trust_ended: 'A browser that was spared the second factor is asked for it again',
  company_registered: 'A company and its first admin were created',
  legal_document_accepted: 'A person accepted one version of the terms or the privacy notice',
  locale_changed: 'A person chose the language of the pages',
  user_renamed: 'A person changed their name (details has the old and the new one)',
  time_zone_changed: 'A person chose the time zone of the pages (details has the old and the new one)',
  browser_session_revoked:
    'A person signed another browser of theirs out (details.session_id, and what was known of it)',
  device_forgotten: 'A person had a remembered browser forgotten (details.device_id)',
  invitation_sent: 'An admin invited somebody by e-mail',
  invitation_renewed: 'An admin sent an open invitation again, with a new link',
  invitation_revoked: 'An admin withdrew an invitation',
  invitation_accepted: 'An invited person made an account',
  user_role_changed: 'An admin changed the role of a person (resource)',
  user_deactivated: 'An admin ended the access of a person (resource)',
  user_reactivated: 'An admin gave access back to a person (resource)',
  token_created: 'A person made an access token for the API (details has its name, scopes and end)',
  token_revoked:
    'An access token was withdrawn; details.reason says whether by its owner or with the access of the person',
  token_refused: 'An access token was refused; error_message says why',
  ssh_key_added:
    'A person added a public key for SSH, or was refused (error_message); details has its fingerprint',
  ssh_key_proven:
    'A person signed a text of ours with the private half of an SSH key, or sent another signature (error_message); details has its fingerprint',
  ssh_key_removed:
    'A public key for SSH was removed; details.reason says whether by its owner or with the access of the person',
  operator_created: 'A platform operator was made from the command line',
  operator_deactivated: 'The access of a platform operator was ended from the command line',
  operator_reset_made: 'A link for a new password of a platform operator was made on the command line',
  operator_company_viewed: 'A platform operator looked into the company',
  legal_hold_placed:
    'A platform operator ordered that no evidence about the company is removed (details has the case)',
  legal_hold_released: 'A platform operator ended such an order; details.release_note says why',
  dispute_opened:
    'A case about a payment was opened (details.source says by whom): a complaint, an inquiry, or the notice of a bank',
  dispute_changed:
    'What is known of a case changed (details.changed has each fact before and after), or a notice moved it on',
  dispute_frozen: 'The package of an answer was fixed (details.package_id and sha256)',
  dispute_sent: 'An operator handed the answer over (details.channel); its bytes are kept',
  dispute_reopened:
    'A case was opened again (details.because): the package is no longer fixed, the bank came back, or a refund failed',
  dispute_exhibit_added:
    'A file was added to the case of a dispute (details has its hash and what it proves)',
  dispute_exhibit_withdrawn: 'A file of a case was withdrawn; it stays stored (details.reason)',
  dispute_exhibit_downloaded: 'A file of a case, or what its customer was shown or sent, was downloaded',
  dispute_customer_asked:
    'The customer of a case was asked by mail to withdraw the objection (details.mail_id)',
  dispute_reviewed: 'The bank was noted to have the answer and to decide about it',
  dispute_decided: 'The decision of the bank was noted (details.state_after: won or lost, and lost_minor)',
  dispute_accepted: 'An operator accepted an objection, or a part of it (details.lost_minor)',
  dispute_expired: 'A case ended without an answer: its last day passed, or nothing came of a warning',
  dispute_history_decided:
    'The history of the card was weighed by Visa’s rule (details.outcome); details.sha256 is that of the stored inputs',
  dispute_outcomes_exported: 'A download of how disputes ended, over all companies, was made',
  dispute_reminded: 'Two people were told by mail that the last day for an answer is near',
  workspace_create: 'A workspace was created',
  workspace_delete: 'A workspace was deleted',
  workspace_restored: 'A deleted workspace was restored within its grace period',
  workspace_destroyed:
    'What was in a deleted workspace was destroyed when its grace period was over, or could not be; its sessions stay',
  workspace_started: 'The program of a workspace was started, or could not be; written when that is known',
  workspace_stopped: 'The program of a workspace was stopped (details.because when nobody asked for it)',
  workspace_restarted: 'The program of a workspace was stopped and started again, or could not be',
  workspace_access: 'A person opened a workspace',
  workspace_entry_granted:
    'A person’s browser was given a ticket to the workspace’s own address (details.host)',
  workspace_closed: 'A person closed a workspace; details has the session',
  workspace_session_expired:
    'A session ended without a sign-off: nothing more was seen, sign-out, the workspace stopped, or access withdrawn (details.reason, details.cause)',
  billing_details_changed: 'An admin changed what invoices and the gateway know of the buyer',
  order_terms_accepted:
    'A person accepted the texts of an order: the payment (resource) has them word for word, details their hashes and versions',
  payment_card_reported:
    'The gateway was asked about a paid order and told which card paid (details); the bundle has its answer with the payment',
  stored_card_consented:
    'A person agreed with an order that the gateway keeps the card and later months are charged to it; the payment (resource) has the text word for word',
  stored_card_added: 'The gateway stored the card of a payment (resource) that was consented to',
  stored_card_removal_requested:
    'A stored card is to be removed (details.cause): from now on nothing is charged to it',
  stored_card_removed: 'The gateway keeps a stored card no more, and our copy of its tokens was erased',
  card_renewal_announced:
    'A mail told the admins of the charge of a stored card: amount, day (details.charge_from) and card',
  card_renewal_completed: 'The announced charge of a period to a stored card was paid',
  card_renewal_ended:
    'The announced charge of a period to a stored card was given up (details.because); it is paid by a link',
  payment_card_charge_sent:
    'A charge of a stored card was sent to the gateway for a period (details.due_at), by the consent of details.consent_payment_id',
  payment_card_charge_refused:
    'The gateway did not take a charge of a stored card (error_message, details.because): nothing was charged',
  payment_initiated: 'A person started a payment; the gateway opened its payment page',
  payment_initiation_failed: 'A person started a payment; the gateway refused or did not answer',
  payment_callback_success: 'The gateway notified that the card was charged, and the order was paid',
  payment_callback_failure:
    'The gateway notified a declined card, or a charge that does not match the order (error_message)',
  payment_reconciled: 'The gateway was asked about a payment without notification and knew it as charged',
  payment_superseded:
    'An open order was ended: another took its place, or it no longer fits the paid time (details.reason)',
  payment_expired: 'Nothing was heard of a payment in time and the gateway knows no charge',
  payment_status_asked: 'An operator had the gateway asked about a payment; details has the answer',
  payment_accepted:
    'An operator took a charge in review for the order (details.note), once the gateway had confirmed it; it counts as paid',
  payment_review_noted: 'An operator wrote a note on a charge that stays in review (details.note)',
  payment_returned: 'All of a charge in review was given back, so it left the review',
  refund_requested:
    'An operator asked for a refund (details), or was refused (error_message); nothing is sent yet',
  refund_withdrawn: 'An operator withdrew a refund that had not been made',
  refund_sent: 'A refund was confirmed and goes to the gateway, or was stopped before (error_message)',
  refund_delayed:
    'The gateway could not make a refund yet (error_message); it is sent again at details.send_again_at',
  refund_unanswered:
    'Nobody knows yet whether the gateway made a refund (error_message): it is asked, and nothing is sent again',
  refund_refused: 'The gateway refused a refund (error_message), so no money moved',
  refund_completed: 'The gateway made a refund; details.known_by says how that is known',
  refund_discovered: 'The gateway told of a refund that was not made here, such as one in its panel',
  refund_closed: 'An operator closed a refund that the gateway never made (details.note)',
  refund_effect_decided: 'An operator said whether the paid time ends with a refund that was made elsewhere',
  chargeback_posted:
    'The books took down that a bank took the money of a case (resource), or gave it again (details.kind)',
  reversal_issued: 'A reversal took an invoice, or a part of it, back out of the books',
  subscription_change:
    'The plan, the paid time or the state of a company changed, or it cancelled or took that back (details.change)',
  invoice_issued: 'A receipt was written for a payment (its number is invoice_no)',
  legal_invoice_issued:
    'The legal invoice of a receipt was issued, or an operator entered that it was (details has number, ETTN and issuer)',
  legal_invoice_file_added: 'A file of a legal invoice was stored (details has its hash)',
  legal_invoice_delivered: 'The buyer got a legal invoice; details.how says by what',
  legal_invoice_ended:
    'A legal invoice counts no more; details.after says whether it was cancelled, returned or withdrawn, and details.reason why',
  legal_invoice_sent:
    'A legal invoice was sent to the integrator for the first time, under the ETTN in details',
  legal_invoice_refused: 'The integrator refused a legal invoice (details.reason); nothing was issued',
  legal_invoice_retried:
    'An operator let a legal invoice be tried again that lacked something or was refused (details.reason)',
  legal_invoice_month_exported:
    'A download of the legal invoices of a month (details.month) with their files began',
  legal_invoice_month_export_finished: 'That download ended; success says whether the whole file was sent',
  evidence_exported: 'A download of the evidence about a person (resource) began',
  evidence_export_finished:
    'That download ended; success says whether the whole file was sent, details has its rows and bytes',
  retention_applied:
    'A month of evidence older than the retention was dropped (resource is the partition; details.dropped_rows)',
  finance_difference_closed:
    'An operator explained something that did not add up between the books and the gateway (details.note)',
  finance_exported: 'A download of the money of a month over all companies began',
  finance_export_finished:
    'That download ended; success says whether the whole file was sent, details has its rows and bytes',
  log_publishing_halted:
    'A checkpoint kept outside does not fit the log of the evidence (details): no checkpoint is published any more',
  log_publishing_resumed:
    'Somebody with access to the machine decided that checkpoints are published nevertheless (details.reason)',
  price_list_added:
    'An operator made a new version of the prices (details has all of it, and from when on it counts)',
  data_request_received:
    'A person asked for something about personal data (details has kind and way); the 30 days begin at the receipt',
  data_request_identity_checked: 'An operator noted how the identity of the person was checked',
  data_request_noted: 'An operator wrote a note about such a request',
  data_request_answered: 'An operator answered such a request (details.decision); the letter was mailed',
  data_request_reminded: 'Operators were told that such a request has been open for 20 days',
  own_data_exported: 'A download of everything held about the person who asked began',
  own_data_export_finished: 'That download ended; success says whether the whole file was sent',
  audit_exported: 'A download of audit rows as CSV began',
  audit_export_finished: 'That download ended; success says whether the whole file was sent',
  dispute_package_made:
    'The package that answers a dispute of a payment was made (details has its hash, bytes and pages)',
  dispute_package_downloaded: 'A download of such a package, or of the PDF in it, began (details.format)',
  dispute_package_download_finished: 'That download ended; success says whether the whole file was sent',
  usage_exported: 'A download of a company’s use in a month (details.month) as CSV began',
  usage_export_finished: 'That download ended; success says whether the whole file was sent',
} as const;

export type AuditAction = keyof typeof auditActions;

/** Names from the customer's order: they keep their wording, whatever the grammar says. */
export const customerActions = [
  'login',
  'logout',
  'workspace_create',
  'workspace_delete',
  'workspace_access',
  'payment_initiated',
  'payment_callback_success',
  'payment_callback_failure',
  'subscription_change',
] as const satisfies AuditAction[];

/** Names from before the first release and what they are called now: rows written then still bear them. */
const formerActions: Record<string, AuditAction> = {
  ssh_key_add: 'ssh_key_added',
  ssh_key_remove: 'ssh_key_removed',
  workspace_restore: 'workspace_restored',
  workspace_destroy: 'workspace_destroyed',
  workspace_start: 'workspace_started',
  workspace_stop: 'workspace_stopped',
  workspace_restart: 'workspace_restarted',
  workspace_close: 'workspace_closed',
};

/** Today's name of the action in a row; an unknown name comes back as it is. */
export function currentActionName(name: string): string {
  return Object.hasOwn(formerActions, name) ? (formerActions[name] ?? name) : name;
}

/** The names under which an action stands in rows: today's, and a former one. */
export function actionNames(action: AuditAction): string[] {
  const former = Object.keys(formerActions).filter((name) => formerActions[name] === action);
  return [action, ...former];
}
