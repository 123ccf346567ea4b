-- Every table, function, trigger and grant as the migrations leave them; made from the catalog of a fresh database.
-- Monthly partitions are not shown. After a new migration: npm test -- test/scripts/schema.test.ts --update

-- extension pg_trgm
create extension pg_trgm;

-- sequence audit_logs_ids
create sequence audit_logs_ids minvalue 1 maxvalue 9223372036854775807 start 1;
alter sequence audit_logs_ids owned by audit_logs.id;

-- sequence security_events_access_refused
create sequence security_events_access_refused minvalue 0 maxvalue 1999 start 0 cycle;

-- sequence security_events_forged_request
create sequence security_events_forged_request minvalue 0 maxvalue 1999 start 0 cycle;

-- sequence security_events_sign_in_refused
create sequence security_events_sign_in_refused minvalue 0 maxvalue 1999 start 0 cycle;

-- sequence security_events_slot
create sequence security_events_slot minvalue 0 maxvalue 9999 start 0 cycle;

-- sequence security_events_token_refused
create sequence security_events_token_refused minvalue 0 maxvalue 1999 start 0 cycle;

-- sequence security_events_unsigned_callback
create sequence security_events_unsigned_callback minvalue 0 maxvalue 1999 start 0 cycle;

-- sequence workspace_sessions_ids
create sequence workspace_sessions_ids minvalue 1 maxvalue 9223372036854775807 start 1;
alter sequence workspace_sessions_ids owned by workspace_sessions.id;

-- table access_tokens
create table access_tokens (
  id bigint generated always as identity not null,
  company_id bigint not null,
  user_id bigint not null,
  name text not null,
  token_hash text not null,
  scopes text[] not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  last_used_ip inet,
  revoked_at timestamp with time zone,
  constraint pk_access_tokens PRIMARY KEY (id),
  constraint uq_access_tokens_token UNIQUE (token_hash),
  constraint fk_access_tokens_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_access_tokens_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_access_tokens_expiry CHECK (expires_at > created_at AND expires_at <= (created_at + '366 days'::interval)),
  constraint ck_access_tokens_hash CHECK (token_hash ~ '^[0-9a-f]{64}$'::text),
  constraint ck_access_tokens_name CHECK (length(name) >= 1 AND length(name) <= 60),
  constraint ck_access_tokens_scopes CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['workspaces:read'::text, 'workspaces:write'::text, 'sessions:read'::text, 'sessions:write'::text])
);
CREATE INDEX idx_access_tokens_user ON access_tokens USING btree (user_id, id);

-- table account_locks
create table account_locks (
  id bigint generated always as identity not null,
  user_id bigint not null,
  email text not null,
  locked_at timestamp with time zone not null,
  locked_until timestamp with time zone not null,
  handled_at timestamp with time zone,
  token_hash text,
  expires_at timestamp with time zone,
  opened_at timestamp with time zone,
  ip_address inet,
  user_agent text,
  opened_device_hash text,
  constraint pk_account_locks PRIMARY KEY (id),
  constraint uq_account_locks_token UNIQUE (token_hash),
  constraint fk_account_locks_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_account_locks_link CHECK ((token_hash IS NULL) = (expires_at IS NULL))
);
CREATE INDEX idx_account_locks_opened ON account_locks USING btree (opened_device_hash, id) WHERE opened_device_hash IS NOT NULL;
CREATE INDEX idx_account_locks_user ON account_locks USING btree (user_id, locked_at);
CREATE INDEX idx_account_locks_waiting ON account_locks USING btree (id) WHERE handled_at IS NULL;
CREATE TRIGGER refuse_delete BEFORE DELETE ON account_locks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON account_locks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table alert_inbox
create table alert_inbox (
  event_id uuid not null,
  event_at timestamp with time zone not null,
  user_id bigint not null,
  arrived_at timestamp with time zone default clock_timestamp() not null,
  tries integer default 0 not null,
  next_try_at timestamp with time zone default clock_timestamp() not null,
  constraint pk_alert_inbox PRIMARY KEY (event_id)
);
CREATE INDEX idx_alert_inbox_due ON alert_inbox USING btree (next_try_at);

-- table alert_rules
create table alert_rules (
  company_id bigint not null,
  settings jsonb not null,
  changed_at timestamp with time zone not null,
  changed_by bigint not null,
  constraint pk_alert_rules PRIMARY KEY (company_id),
  constraint fk_alert_rules_changer FOREIGN KEY (changed_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_alert_rules_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT
);

-- table alerts
create table alerts (
  id bigint generated always as identity not null,
  company_id bigint,
  user_id bigint,
  actor_user_id bigint,
  event_id uuid not null,
  event_at timestamp with time zone not null,
  action text not null,
  rules text[] not null,
  is_serious boolean not null,
  raised_at timestamp with time zone not null,
  ip_address inet,
  country text,
  country_data_from timestamp with time zone,
  browser text,
  report_token_hash text,
  report_expires_at timestamp with time zone,
  reported_at timestamp with time zone,
  constraint pk_alerts PRIMARY KEY (id),
  constraint uq_alerts_event UNIQUE (event_id),
  constraint uq_alerts_token UNIQUE (report_token_hash),
  constraint fk_alerts_actor FOREIGN KEY (actor_user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_alerts_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_alerts_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_alerts_rules CHECK (cardinality(rules) > 0),
  constraint ck_alerts_token CHECK ((report_token_hash IS NULL) = (report_expires_at IS NULL))
);
CREATE INDEX idx_alerts_company ON alerts USING btree (company_id, id);
CREATE INDEX idx_alerts_user ON alerts USING btree (user_id, id);

-- table api_idempotency_keys
create table api_idempotency_keys (
  user_id bigint not null,
  company_id bigint not null,
  key text not null,
  fingerprint text not null,
  answer json,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint pk_api_idempotency_keys PRIMARY KEY (user_id, key),
  constraint fk_api_idempotency_keys_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE,
  constraint fk_api_idempotency_keys_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint ck_api_idempotency_keys_expiry CHECK (expires_at > created_at),
  constraint ck_api_idempotency_keys_key CHECK (length(key) >= 1 AND length(key) <= 200)
);
CREATE INDEX idx_api_idempotency_keys_expires_at ON api_idempotency_keys USING btree (expires_at);

-- table audit_logs
create table audit_logs (
  id bigint default nextval('audit_logs_ids'::regclass) not null,
  "timestamp" timestamp with time zone not null,
  user_id bigint,
  company_id bigint,
  actor_type text not null,
  action_type text not null,
  resource_type text,
  resource_id text,
  ip_address inet,
  user_agent text,
  request_method text,
  request_path text,
  request_id text,
  details jsonb default '{}'::jsonb not null,
  success boolean not null,
  error_message text,
  event_id uuid default gen_random_uuid() not null,
  constraint pk_audit_logs PRIMARY KEY (event_id, "timestamp"),
  constraint ck_audit_logs_action CHECK (octet_length(action_type) >= 2 AND octet_length(action_type) <= 64 AND (action_type COLLATE "C") >= 'a'::text AND (action_type COLLATE "C") !~ '[^a-z_]'::text),
  constraint ck_audit_logs_actor CHECK (actor_type = ANY (ARRAY['user'::text, 'operator'::text, 'gateway'::text, 'system'::text, 'anonymous'::text]))
) partition by range ("timestamp");
CREATE INDEX idx_audit_logs_action_type ON audit_logs USING btree (action_type, company_id);
CREATE INDEX idx_audit_logs_company_failures ON audit_logs USING btree (company_id, "timestamp", id, user_id, ip_address) WHERE NOT success;
CREATE INDEX idx_audit_logs_company_id ON audit_logs USING btree (company_id, "timestamp", id, ip_address);
CREATE INDEX idx_audit_logs_id ON audit_logs USING btree (id);
CREATE INDEX idx_audit_logs_resource_type ON audit_logs USING btree (resource_type, company_id, resource_id);
CREATE INDEX idx_audit_logs_timestamp ON audit_logs USING brin ("timestamp");
CREATE INDEX idx_audit_logs_user_id ON audit_logs USING btree (user_id, "timestamp" DESC);
CREATE INDEX idx_audit_logs_user_logins ON audit_logs USING btree (user_id, success, ip_address) INCLUDE (company_id, "timestamp") WHERE action_type = 'login'::text;
CREATE TRIGGER note_for_alerts AFTER INSERT ON audit_logs FOR EACH ROW WHEN (new.user_id IS NOT NULL AND new."timestamp" > (clock_timestamp() - '31 days'::interval) AND (new.action_type = ANY (ARRAY['login'::text, 'browser_session_moved'::text, 'token_created'::text, 'ssh_key_added'::text, 'evidence_exported'::text, 'operator_company_viewed'::text, 'second_factor_added'::text, 'second_factor_removed'::text, 'recovery_codes_made'::text, 'email_changed'::text]))) EXECUTE FUNCTION note_for_alerts();
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_time BEFORE INSERT ON audit_logs FOR EACH ROW WHEN (new."timestamp" < (clock_timestamp() - '01:00:00'::interval) OR new."timestamp" > (clock_timestamp() + '00:01:00'::interval)) EXECUTE FUNCTION refuse_time();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_unknown_person AFTER INSERT ON audit_logs REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_person();
create table audit_logs_default partition of audit_logs default;

-- table audit_time_bounds
create table audit_time_bounds (
  oldest interval not null,
  ahead interval not null,
  is_row boolean default true not null,
  constraint pk_audit_time_bounds PRIMARY KEY (is_row),
  constraint ck_audit_time_bounds_row CHECK (is_row)
);

-- table billing_details
create table billing_details (
  company_id bigint not null,
  billing_name text,
  billing_address text,
  billing_phone text,
  billing_tax_office text,
  billing_tax_number text,
  customer_type text,
  billing_district text,
  billing_city text,
  billing_country text,
  constraint pk_billing_details PRIMARY KEY (company_id),
  constraint fk_billing_details_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint ck_billing_details_country CHECK (billing_country ~ '^[A-Z]{2}$'::text),
  constraint ck_billing_details_customer CHECK (customer_type = ANY (ARRAY['company'::text, 'consumer'::text]))
);

-- table browser_sessions
create table browser_sessions (
  sid text not null,
  sess jsonb not null,
  expire timestamp with time zone not null,
  user_id bigint generated always as ((((sess -> 'passport'::text) ->> 'user'::text))::bigint) stored,
  signed_in_at timestamp with time zone generated always as (to_timestamp((((((sess ->> 'signedInAt'::text))::bigint)::numeric / 1000.0))::double precision)) stored,
  last_seen_at timestamp with time zone,
  ip_address inet,
  user_agent text,
  constraint pk_browser_sessions PRIMARY KEY (sid)
);
CREATE INDEX idx_browser_sessions_expire ON browser_sessions USING btree (expire);
CREATE INDEX idx_browser_sessions_user_id ON browser_sessions USING btree (user_id) WHERE user_id IS NOT NULL;

-- table card_charges
create table card_charges (
  payment_id bigint not null,
  company_id bigint not null,
  due_at timestamp with time zone not null,
  card_id bigint not null,
  sent_at timestamp with time zone not null,
  answer text,
  gateway_message text,
  constraint pk_card_charges PRIMARY KEY (payment_id),
  constraint fk_card_charges_card FOREIGN KEY (card_id) REFERENCES stored_cards(id) ON DELETE RESTRICT,
  constraint fk_card_charges_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_card_charges_renewal FOREIGN KEY (company_id, due_at) REFERENCES card_renewals(company_id, due_at) ON DELETE RESTRICT,
  constraint ck_card_charges_answer CHECK (answer = ANY (ARRAY['accepted'::text, 'busy'::text, 'closed'::text, 'refused'::text, 'unsent'::text, 'unknown'::text]))
);
CREATE INDEX idx_card_charges_renewal ON card_charges USING btree (company_id, due_at);
CREATE TRIGGER refuse_delete BEFORE DELETE ON card_charges FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON card_charges FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table card_renewals
create table card_renewals (
  company_id bigint not null,
  due_at timestamp with time zone not null,
  card_id bigint not null,
  announced_at timestamp with time zone not null,
  charge_from timestamp with time zone not null,
  plan text not null,
  currency character(3) not null,
  amount_minor bigint not null,
  price_list_id bigint not null,
  price_facts jsonb not null,
  state text default 'waiting'::text not null,
  tries integer default 0 not null,
  next_try_at timestamp with time zone,
  ended_as text,
  decided_at timestamp with time zone,
  constraint pk_card_renewals PRIMARY KEY (company_id, due_at),
  constraint fk_card_renewals_card FOREIGN KEY (card_id) REFERENCES stored_cards(id) ON DELETE RESTRICT,
  constraint fk_card_renewals_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_card_renewals_list FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE RESTRICT,
  constraint ck_card_renewals_amount CHECK (amount_minor >= 100),
  constraint ck_card_renewals_currency CHECK (currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_card_renewals_decided CHECK ((state = ANY (ARRAY['paid'::text, 'ended'::text])) = (decided_at IS NOT NULL)),
  constraint ck_card_renewals_ended CHECK ((state = 'ended'::text) = (ended_as IS NOT NULL)),
  constraint ck_card_renewals_from CHECK (charge_from >= (announced_at + '168:00:00'::interval)),
  constraint ck_card_renewals_next CHECK ((state = 'waiting'::text) = (next_try_at IS NOT NULL)),
  constraint ck_card_renewals_plan CHECK (plan = ANY (ARRAY['starter'::text, 'team'::text, 'enterprise'::text])),
  constraint ck_card_renewals_state CHECK (state = ANY (ARRAY['waiting'::text, 'sent'::text, 'paid'::text, 'ended'::text]))
);
CREATE INDEX idx_card_renewals_next ON card_renewals USING btree (next_try_at) WHERE state = 'waiting'::text;
CREATE INDEX idx_card_renewals_sent ON card_renewals USING btree (due_at) WHERE state = 'sent'::text;
CREATE TRIGGER refuse_delete BEFORE DELETE ON card_renewals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON card_renewals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table chargeback_counters
create table chargeback_counters (
  year integer not null,
  last_number integer not null,
  last_issued_at timestamp with time zone,
  constraint pk_chargeback_counters PRIMARY KEY (year)
);

-- table chargebacks
create table chargebacks (
  id bigint generated always as identity not null,
  dispute_id bigint not null,
  payment_id bigint not null,
  company_id bigint not null,
  kind text not null,
  restores bigint,
  year integer not null,
  number integer not null,
  chargeback_no text not null,
  issued_at timestamp with time zone not null,
  currency character(3) not null,
  total_minor bigint not null,
  tax_minor bigint,
  invoice_no text,
  plan text not null,
  period_start timestamp with time zone,
  period_end timestamp with time zone,
  constraint pk_chargebacks PRIMARY KEY (id),
  constraint uq_chargebacks_no UNIQUE (chargeback_no),
  constraint uq_chargebacks_number UNIQUE (year, number),
  constraint uq_chargebacks_restores UNIQUE (restores),
  constraint fk_chargebacks_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_chargebacks_dispute FOREIGN KEY (dispute_id) REFERENCES disputes(id) ON DELETE RESTRICT,
  constraint fk_chargebacks_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_chargebacks_restores FOREIGN KEY (restores) REFERENCES chargebacks(id) ON DELETE RESTRICT,
  constraint ck_chargebacks_currency CHECK (currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_chargebacks_invoice CHECK (num_nulls(invoice_no, tax_minor, period_start, period_end) = ANY (ARRAY[0, 4])),
  constraint ck_chargebacks_kind CHECK (kind = ANY (ARRAY['taken'::text, 'restored'::text])),
  constraint ck_chargebacks_restores CHECK ((kind = 'restored'::text) = (restores IS NOT NULL)),
  constraint ck_chargebacks_tax CHECK (tax_minor >= 0 AND tax_minor <= total_minor),
  constraint ck_chargebacks_total CHECK (total_minor > 0)
);
CREATE INDEX idx_chargebacks_company ON chargebacks USING btree (company_id, id DESC);
CREATE INDEX idx_chargebacks_dispute ON chargebacks USING btree (dispute_id, id);
CREATE INDEX idx_chargebacks_issued ON chargebacks USING btree (issued_at, currency) INCLUDE (kind, total_minor);
CREATE INDEX idx_chargebacks_payment ON chargebacks USING btree (payment_id, id);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON chargebacks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON chargebacks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table companies
create table companies (
  id bigint generated always as identity not null,
  name text not null,
  subdomain text not null,
  created_at timestamp with time zone not null,
  constraint pk_companies PRIMARY KEY (id),
  constraint uq_companies_subdomain UNIQUE (subdomain),
  constraint ck_companies_name CHECK (length(name) >= 1 AND length(name) <= 120),
  constraint ck_companies_subdomain CHECK (subdomain ~ '^[a-z0-9]([a-z0-9-]{1,38}[a-z0-9])$'::text)
);
CREATE INDEX idx_companies_by_name ON companies USING btree (name COLLATE "tr-x-icu", id);
CREATE INDEX idx_companies_search ON companies USING gin (search_text(name) gin_trgm_ops, search_text(subdomain) gin_trgm_ops);
CREATE TRIGGER refuse_delete BEFORE DELETE ON companies FOR EACH ROW EXECUTE FUNCTION refuse_delete();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON companies FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.name IS DISTINCT FROM old.name OR new.subdomain IS DISTINCT FROM old.subdomain OR new.created_at IS DISTINCT FROM old.created_at) EXECUTE FUNCTION refuse_rewriting_final();

-- table data_request_notes
create table data_request_notes (
  id bigint generated always as identity not null,
  request_id bigint not null,
  written_at timestamp with time zone not null,
  written_by bigint not null,
  words text not null,
  constraint pk_data_request_notes PRIMARY KEY (id),
  constraint fk_data_request_notes_request FOREIGN KEY (request_id) REFERENCES data_requests(id) ON DELETE RESTRICT,
  constraint fk_data_request_notes_writer FOREIGN KEY (written_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_data_request_notes_words CHECK (length(words) >= 1 AND length(words) <= 4000)
);
CREATE INDEX idx_data_request_notes_request ON data_request_notes USING btree (request_id, id);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON data_request_notes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON data_request_notes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table data_requests
create table data_requests (
  id bigint generated always as identity not null,
  kind text not null,
  channel text not null,
  user_id bigint,
  company_id bigint,
  full_name text not null,
  email text not null,
  locale text not null,
  words text not null,
  received_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  entered_by bigint,
  identity_check text,
  identity_by bigint,
  identity_at timestamp with time zone,
  reminded_at timestamp with time zone,
  decision text,
  ground text,
  kept_words text,
  answered_by bigint,
  answered_at timestamp with time zone,
  letter text,
  constraint pk_data_requests PRIMARY KEY (id),
  constraint fk_data_requests_answerer FOREIGN KEY (answered_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_data_requests_checker FOREIGN KEY (identity_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_data_requests_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_data_requests_enterer FOREIGN KEY (entered_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_data_requests_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_data_requests_answer CHECK ((decision IS NULL) = (answered_at IS NULL) AND (decision IS NULL) = (answered_by IS NULL) AND (decision IS NULL) = (ground IS NULL) AND (decision IS NULL) = (kept_words IS NULL) AND (decision IS NULL) = (letter IS NULL)),
  constraint ck_data_requests_channel CHECK (channel = ANY (ARRAY['form'::text, 'written'::text, 'kep'::text, 'e-signature'::text, 'registered-email'::text])),
  constraint ck_data_requests_checked CHECK (decision IS NULL OR identity_at IS NOT NULL),
  constraint ck_data_requests_decision CHECK (decision = ANY (ARRAY['granted'::text, 'partly'::text, 'refused'::text])),
  constraint ck_data_requests_identity CHECK ((identity_check IS NULL) = (identity_by IS NULL) AND (identity_check IS NULL) = (identity_at IS NULL)),
  constraint ck_data_requests_kind CHECK (kind = ANY (ARRAY['information'::text, 'correction'::text, 'erasure'::text, 'objection'::text])),
  constraint ck_data_requests_locale CHECK (locale = ANY (ARRAY['tr'::text, 'en'::text])),
  constraint ck_data_requests_words CHECK (length(words) >= 1 AND length(words) <= 4000 AND length(full_name) >= 1 AND length(full_name) <= 100)
);
CREATE INDEX idx_data_requests_answered ON data_requests USING btree (answered_at DESC, id DESC) WHERE answered_at IS NOT NULL;
CREATE INDEX idx_data_requests_open ON data_requests USING btree (due_at, id) WHERE answered_at IS NULL;
CREATE INDEX idx_data_requests_user ON data_requests USING btree (user_id, id);
CREATE TRIGGER refuse_delete BEFORE DELETE ON data_requests FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON data_requests FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.kind IS DISTINCT FROM old.kind OR new.channel IS DISTINCT FROM old.channel OR new.user_id IS DISTINCT FROM old.user_id OR new.company_id IS DISTINCT FROM old.company_id OR new.full_name IS DISTINCT FROM old.full_name OR new.email IS DISTINCT FROM old.email OR new.locale IS DISTINCT FROM old.locale OR new.words IS DISTINCT FROM old.words OR new.received_at IS DISTINCT FROM old.received_at OR new.due_at IS DISTINCT FROM old.due_at OR new.entered_by IS DISTINCT FROM old.entered_by OR old.identity_at IS NOT NULL AND (new.identity_check IS DISTINCT FROM old.identity_check OR new.identity_by IS DISTINCT FROM old.identity_by OR new.identity_at IS DISTINCT FROM old.identity_at) OR old.answered_at IS NOT NULL) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON data_requests FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER start_clock BEFORE INSERT ON data_requests FOR EACH ROW EXECUTE FUNCTION start_data_request_clock();

-- table delivery_periods
create table delivery_periods (
  payment_id bigint not null,
  company_id bigint not null,
  kind text not null,
  from_at timestamp with time zone not null,
  to_at timestamp with time zone not null,
  constraint pk_delivery_periods PRIMARY KEY (payment_id),
  constraint fk_delivery_periods_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_delivery_periods_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint ck_delivery_periods_kind CHECK (kind = ANY (ARRAY['paid'::text, 'upgrade'::text])),
  constraint ck_delivery_periods_order CHECK (to_at >= from_at)
);
CREATE INDEX idx_delivery_periods_company ON delivery_periods USING btree (company_id, from_at);

-- table delivery_progress
create table delivery_progress (
  only_row boolean default true not null,
  sessions_to timestamp with time zone not null,
  periods_to timestamp with time zone not null,
  constraint pk_delivery_progress PRIMARY KEY (only_row),
  constraint ck_delivery_progress CHECK (only_row)
);

-- table dispute_answers
create table dispute_answers (
  id bigint generated always as identity not null,
  dispute_id bigint not null,
  company_id bigint not null,
  round integer not null,
  package_id bigint not null,
  sent_at timestamp with time zone not null,
  sent_by bigint not null,
  channel text not null,
  sent_to text,
  constraint pk_dispute_answers PRIMARY KEY (id),
  constraint uq_dispute_answers_round UNIQUE (dispute_id, round),
  constraint fk_dispute_answers_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_dispute_answers_dispute FOREIGN KEY (dispute_id) REFERENCES disputes(id) ON DELETE RESTRICT,
  constraint fk_dispute_answers_package FOREIGN KEY (package_id) REFERENCES dispute_packages(id) ON DELETE RESTRICT,
  constraint fk_dispute_answers_sender FOREIGN KEY (sent_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_dispute_answers_channel CHECK (channel = ANY (ARRAY['panel'::text, 'mail'::text, 'kep'::text, 'other'::text])),
  constraint ck_dispute_answers_sent_to CHECK (length(sent_to) >= 1 AND length(sent_to) <= 200)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON dispute_answers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON dispute_answers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table dispute_exhibits
create table dispute_exhibits (
  id bigint generated always as identity not null,
  dispute_id bigint not null,
  company_id bigint not null,
  round integer not null,
  kind text not null,
  name text not null,
  description text not null,
  proves text not null,
  file_kind text not null,
  content bytea not null,
  bytes integer generated always as (octet_length(content)) stored,
  sha256 text generated always as (encode(sha256(content), 'hex'::text)) stored,
  received_sha256 text not null,
  width integer,
  height integer,
  pages integer,
  text text,
  mail_id bigint,
  added_at timestamp with time zone not null,
  added_by bigint not null,
  withdrawn_at timestamp with time zone,
  withdrawn_by bigint,
  withdrawn_reason text,
  constraint pk_dispute_exhibits PRIMARY KEY (id),
  constraint fk_dispute_exhibits_adder FOREIGN KEY (added_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_dispute_exhibits_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_dispute_exhibits_dispute FOREIGN KEY (dispute_id) REFERENCES disputes(id) ON DELETE RESTRICT,
  constraint fk_dispute_exhibits_mail FOREIGN KEY (mail_id) REFERENCES mails(id) ON DELETE RESTRICT,
  constraint fk_dispute_exhibits_withdrawer FOREIGN KEY (withdrawn_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_dispute_exhibits_file_kind CHECK (file_kind = ANY (ARRAY['png'::text, 'jpeg'::text, 'pdf'::text, 'eml'::text])),
  constraint ck_dispute_exhibits_kind CHECK (kind = ANY (ARRAY['notice'::text, 'screenshot'::text, 'document'::text, 'customer-answer'::text, 'customer-mail'::text])),
  constraint ck_dispute_exhibits_mail CHECK ((kind = 'customer-mail'::text) = (mail_id IS NOT NULL)),
  constraint ck_dispute_exhibits_proves CHECK (proves ~ '^[a-z_]{1,40}$'::text),
  constraint ck_dispute_exhibits_reason CHECK (length(withdrawn_reason) >= 1 AND length(withdrawn_reason) <= 500),
  constraint ck_dispute_exhibits_received CHECK (received_sha256 ~ '^[0-9a-f]{64}$'::text),
  constraint ck_dispute_exhibits_round CHECK (round >= 1 AND round <= 3),
  constraint ck_dispute_exhibits_size CHECK (octet_length(content) >= 1 AND octet_length(content) <= 33554432),
  constraint ck_dispute_exhibits_withdrawal CHECK (num_nonnulls(withdrawn_at, withdrawn_by, withdrawn_reason) = ANY (ARRAY[0, 3])),
  constraint ck_dispute_exhibits_words CHECK (length(name) >= 1 AND length(name) <= 200 AND length(description) >= 1 AND length(description) <= 500)
);
CREATE INDEX idx_dispute_exhibits_dispute ON dispute_exhibits USING btree (dispute_id, id);
CREATE TRIGGER refuse_delete BEFORE DELETE ON dispute_exhibits FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON dispute_exhibits FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.dispute_id IS DISTINCT FROM old.dispute_id OR new.company_id IS DISTINCT FROM old.company_id OR new.kind IS DISTINCT FROM old.kind OR new.name IS DISTINCT FROM old.name OR new.description IS DISTINCT FROM old.description OR new.proves IS DISTINCT FROM old.proves OR new.file_kind IS DISTINCT FROM old.file_kind OR new.content IS DISTINCT FROM old.content OR new.received_sha256 IS DISTINCT FROM old.received_sha256 OR new.width IS DISTINCT FROM old.width OR new.height IS DISTINCT FROM old.height OR new.pages IS DISTINCT FROM old.pages OR new.text IS DISTINCT FROM old.text OR new.mail_id IS DISTINCT FROM old.mail_id OR new.added_at IS DISTINCT FROM old.added_at OR new.added_by IS DISTINCT FROM old.added_by OR new.round > old.round OR old.withdrawn_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON dispute_exhibits FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table dispute_history_decisions
create table dispute_history_decisions (
  id bigint generated always as identity not null,
  dispute_id bigint not null,
  company_id bigint not null,
  decided_at timestamp with time zone not null,
  status text not null,
  rule_version text not null,
  code_version text not null,
  inputs jsonb not null,
  inputs_sha256 text not null,
  decision jsonb not null,
  constraint pk_dispute_history_decisions PRIMARY KEY (id),
  constraint uq_dispute_history_decisions UNIQUE (dispute_id, inputs_sha256, code_version),
  constraint fk_dispute_history_decisions_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_dispute_history_decisions_dispute FOREIGN KEY (dispute_id) REFERENCES disputes(id) ON DELETE RESTRICT,
  constraint ck_dispute_history_decisions_hash CHECK (inputs_sha256 ~ '^[0-9a-f]{64}$'::text),
  constraint ck_dispute_history_decisions_rule CHECK (rule_version = ANY (ARRAY['until-2026-10-23'::text, 'from-2026-10-24'::text])),
  constraint ck_dispute_history_decisions_status CHECK (status = ANY (ARRAY['qualifies'::text, 'boundary'::text, 'requires_action'::text, 'not_qualified'::text, 'closed'::text, 'liability_shift'::text, 'blocked_ato_suspicion'::text]))
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON dispute_history_decisions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON dispute_history_decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table dispute_package_files
create table dispute_package_files (
  sha256 text not null,
  company_id bigint not null,
  bytes bytea not null,
  constraint pk_dispute_package_files PRIMARY KEY (company_id, sha256),
  constraint fk_dispute_package_files_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint ck_dispute_package_files_sha256 CHECK (sha256 = encode(sha256(bytes), 'hex'::text))
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON dispute_package_files FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON dispute_package_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table dispute_packages
create table dispute_packages (
  id bigint generated always as identity not null,
  company_id bigint not null,
  payment_id bigint not null,
  dispute_id bigint,
  kind text not null,
  name text not null,
  as_of timestamp with time zone not null,
  made_at timestamp with time zone not null,
  made_by bigint,
  content_sha256 text not null,
  zip_sha256 text not null,
  zip_bytes integer not null,
  pdf_sha256 text not null,
  pdf_at integer not null,
  pdf_bytes integer not null,
  pages integer not null,
  profile jsonb not null,
  stamped_at timestamp with time zone,
  constraint pk_dispute_packages PRIMARY KEY (id),
  constraint fk_dispute_packages_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_dispute_packages_dispute FOREIGN KEY (dispute_id) REFERENCES disputes(id) ON DELETE RESTRICT,
  constraint fk_dispute_packages_file FOREIGN KEY (company_id, zip_sha256) REFERENCES dispute_package_files(company_id, sha256) ON DELETE RESTRICT,
  constraint fk_dispute_packages_maker FOREIGN KEY (made_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_dispute_packages_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint ck_dispute_packages_kind CHECK ((kind = ANY (ARRAY['draft'::text, 'frozen'::text, 'payment'::text])) AND (kind = 'payment'::text) = (dispute_id IS NULL)),
  constraint ck_dispute_packages_name CHECK (name ~ '^[A-Z0-9]{1,16}$'::text),
  constraint ck_dispute_packages_pdf CHECK (pdf_at > 0 AND pdf_bytes > 0 AND (pdf_at + pdf_bytes) < zip_bytes)
);
CREATE INDEX idx_dispute_packages_dispute ON dispute_packages USING btree (dispute_id, id DESC) WHERE dispute_id IS NOT NULL;
CREATE INDEX idx_dispute_packages_file ON dispute_packages USING btree (company_id, zip_sha256);
CREATE INDEX idx_dispute_packages_maker ON dispute_packages USING btree (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX idx_dispute_packages_payment ON dispute_packages USING btree (payment_id, dispute_id, id DESC);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON dispute_packages FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON dispute_packages FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table disputes
create table disputes (
  id bigint generated always as identity not null,
  company_id bigint not null,
  payment_id bigint not null,
  user_id bigint not null,
  state text not null,
  round integer default 1 not null,
  reference text,
  source text not null,
  network text,
  reason_code text,
  claim text,
  amount_minor bigint,
  currency character(3),
  received_at timestamp with time zone not null,
  answer_by timestamp with time zone,
  submitted_on date,
  processed_on date,
  opened_at timestamp with time zone not null,
  opened_by bigint,
  reminded_for timestamp with time zone,
  reminded_hours integer,
  fee_minor bigint,
  lost_minor bigint,
  closed_at timestamp with time zone,
  closed_by bigint,
  note text,
  refund_id bigint,
  state_before_refund text,
  frozen_package_id bigint,
  drafted_at timestamp with time zone,
  disputed_at timestamp with time zone,
  constraint pk_disputes PRIMARY KEY (id),
  constraint fk_disputes_closer FOREIGN KEY (closed_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_disputes_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_disputes_frozen_package FOREIGN KEY (frozen_package_id) REFERENCES dispute_packages(id) ON DELETE RESTRICT,
  constraint fk_disputes_opener FOREIGN KEY (opened_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_disputes_payer FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_disputes_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_disputes_refund FOREIGN KEY (refund_id) REFERENCES refunds(id) ON DELETE RESTRICT,
  constraint ck_disputes_amount CHECK (amount_minor > 0 AND (amount_minor IS NULL) = (currency IS NULL)),
  constraint ck_disputes_closed CHECK ((state = ANY (ARRAY['won'::text, 'lost'::text, 'accepted'::text, 'expired'::text])) = (closed_at IS NOT NULL)),
  constraint ck_disputes_code CHECK (reason_code ~ '^[A-Z0-9][A-Z0-9._-]{0,31}$'::text),
  constraint ck_disputes_currency CHECK (currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_disputes_deadline CHECK (answer_by IS NULL OR (state = ANY (ARRAY['warned'::text, 'needs_response'::text, 'frozen'::text, 'accepted'::text, 'expired'::text]))),
  constraint ck_disputes_fee CHECK (fee_minor >= 0),
  constraint ck_disputes_frozen CHECK (state <> 'frozen'::text OR frozen_package_id IS NOT NULL),
  constraint ck_disputes_lost CHECK (lost_minor >= 0),
  constraint ck_disputes_network CHECK (network = ANY (ARRAY['visa'::text, 'mastercard'::text, 'amex'::text, 'troy'::text, 'other'::text])),
  constraint ck_disputes_reference CHECK (reference ~ '^[A-Za-z0-9][A-Za-z0-9./_-]{0,63}$'::text),
  constraint ck_disputes_refund CHECK ((refund_id IS NULL) = (state_before_refund IS NULL)),
  constraint ck_disputes_round CHECK (round = ANY (ARRAY[1, 2])),
  constraint ck_disputes_source CHECK (source = ANY (ARRAY['bank'::text, 'inquiry'::text, 'alert'::text, 'customer'::text, 'statement'::text])),
  constraint ck_disputes_state CHECK (state = ANY (ARRAY['warned'::text, 'needs_response'::text, 'frozen'::text, 'sent'::text, 'under_review'::text, 'won'::text, 'lost'::text, 'accepted'::text, 'expired'::text])),
  constraint ck_disputes_words CHECK (length(claim) >= 1 AND length(claim) <= 2000 AND length(note) >= 1 AND length(note) <= 2000)
);
CREATE INDEX idx_disputes_closed ON disputes USING btree (closed_at DESC, id DESC) WHERE closed_at IS NOT NULL;
CREATE INDEX idx_disputes_company ON disputes USING btree (company_id, id DESC);
CREATE INDEX idx_disputes_drafted ON disputes USING btree (drafted_at NULLS FIRST, answer_by, id) WHERE closed_at IS NULL;
CREATE INDEX idx_disputes_open ON disputes USING btree (answer_by, id) WHERE closed_at IS NULL;
CREATE INDEX idx_disputes_payment ON disputes USING btree (payment_id, id);
CREATE INDEX idx_disputes_refund ON disputes USING btree (refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX idx_disputes_user ON disputes USING btree (user_id);
CREATE UNIQUE INDEX uq_disputes_reference ON disputes USING btree (upper(reference));
CREATE TRIGGER refuse_delete BEFORE DELETE ON disputes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON disputes FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_dispute();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON disputes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table email_change_requests
create table email_change_requests (
  id bigint generated always as identity not null,
  user_id bigint not null,
  old_email text not null,
  new_email text not null,
  token_hash text,
  requested_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ip_address inet,
  user_agent text,
  ended_at timestamp with time zone,
  constraint pk_email_change_requests PRIMARY KEY (id),
  constraint uq_email_change_requests_token UNIQUE (token_hash),
  constraint fk_email_change_requests_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT
);
CREATE INDEX idx_email_change_requests_email ON email_change_requests USING btree (new_email, requested_at);
CREATE INDEX idx_email_change_requests_user ON email_change_requests USING btree (user_id, requested_at);
CREATE TRIGGER refuse_delete BEFORE DELETE ON email_change_requests FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON email_change_requests FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table email_changes
create table email_changes (
  id bigint generated always as identity not null,
  user_id bigint not null,
  old_email text not null,
  new_email text not null,
  changed_at timestamp with time zone not null,
  how text not null,
  ip_address inet,
  user_agent text,
  request_id text,
  back_token_hash text,
  back_until timestamp with time zone,
  back_ended_at timestamp with time zone,
  constraint pk_email_changes PRIMARY KEY (id),
  constraint uq_email_changes_back UNIQUE (back_token_hash),
  constraint fk_email_changes_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_email_changes_back CHECK ((back_token_hash IS NULL) = (back_until IS NULL)),
  constraint ck_email_changes_how CHECK (how = ANY (ARRAY['confirmed'::text, 'restored'::text]))
);
CREATE INDEX idx_email_changes_old ON email_changes USING btree (old_email) WHERE back_until IS NOT NULL;
CREATE INDEX idx_email_changes_user ON email_changes USING btree (user_id, changed_at);
CREATE TRIGGER refuse_delete BEFORE DELETE ON email_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON email_changes FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.user_id IS DISTINCT FROM old.user_id OR new.old_email IS DISTINCT FROM old.old_email OR new.new_email IS DISTINCT FROM old.new_email OR new.changed_at IS DISTINCT FROM old.changed_at OR new.how IS DISTINCT FROM old.how OR new.back_token_hash IS DISTINCT FROM old.back_token_hash OR new.back_until IS DISTINCT FROM old.back_until OR old.back_ended_at IS NOT NULL) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON email_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table email_confirmations
create table email_confirmations (
  id bigint generated always as identity not null,
  user_id bigint not null,
  email text not null,
  token_hash text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  confirmed_at timestamp with time zone,
  how text,
  ip_address inet,
  user_agent text,
  request_id text,
  constraint pk_email_confirmations PRIMARY KEY (id),
  constraint uq_email_confirmations_token UNIQUE (token_hash),
  constraint fk_email_confirmations_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_email_confirmations_done CHECK ((confirmed_at IS NULL) = (how IS NULL)),
  constraint ck_email_confirmations_how CHECK (how = ANY (ARRAY['link'::text, 'invitation'::text, 'password-reset'::text, 'change'::text, 'restored'::text]))
);
CREATE INDEX idx_email_confirmations_email ON email_confirmations USING btree (email, created_at);
CREATE INDEX idx_email_confirmations_user ON email_confirmations USING btree (user_id, created_at);
CREATE TRIGGER refuse_delete BEFORE DELETE ON email_confirmations FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON email_confirmations FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.user_id IS DISTINCT FROM old.user_id OR new.email IS DISTINCT FROM old.email OR new.token_hash IS DISTINCT FROM old.token_hash OR new.created_at IS DISTINCT FROM old.created_at OR new.expires_at IS DISTINCT FROM old.expires_at OR old.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON email_confirmations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table exchange_rates
create table exchange_rates (
  id bigint generated always as identity not null,
  bulletin_date date not null,
  bulletin_no text not null,
  valid_for date not null,
  currency character(3) not null,
  unit integer not null,
  forex_buying numeric,
  forex_selling numeric,
  banknote_buying numeric,
  banknote_selling numeric,
  file_sha256 text not null,
  fetched_at timestamp with time zone not null,
  constraint pk_exchange_rates PRIMARY KEY (id),
  constraint uq_exchange_rates_file UNIQUE (currency, bulletin_date, file_sha256),
  constraint ck_exchange_rates_currency CHECK (currency ~ '^[A-Z]{3}$'::text AND currency <> 'TRY'::bpchar),
  constraint ck_exchange_rates_no CHECK (bulletin_no ~ '^[0-9]{4}/[0-9]{1,4}$'::text),
  constraint ck_exchange_rates_positive CHECK (LEAST(forex_buying, forex_selling, banknote_buying, banknote_selling) > 0::numeric),
  constraint ck_exchange_rates_sha256 CHECK (file_sha256 ~ '^[0-9a-f]{64}$'::text),
  constraint ck_exchange_rates_unit CHECK (unit > 0),
  constraint ck_exchange_rates_valid CHECK (valid_for > bulletin_date)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON exchange_rates FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON exchange_rates FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table export_progress
create table export_progress (
  user_id bigint not null,
  token text not null,
  state text not null,
  rows_done bigint default 0 not null,
  rows_total bigint,
  updated_at timestamp with time zone not null,
  constraint pk_export_progress PRIMARY KEY (user_id, token),
  constraint fk_export_progress_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint ck_export_progress_state CHECK (state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])),
  constraint ck_export_progress_token CHECK (length(token) >= 16 AND length(token) <= 64)
);
CREATE INDEX idx_export_progress_updated_at ON export_progress USING btree (updated_at);

-- table factor_resets
create table factor_resets (
  id bigint generated always as identity not null,
  company_id bigint,
  user_id bigint not null,
  requested_by bigint not null,
  reason text not null,
  channel text not null,
  identity_check text not null,
  requested_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  objection_token_hash text not null,
  approved_at timestamp with time zone,
  approved_by bigint,
  cancelled_at timestamp with time zone,
  cancelled_by bigint,
  objected_at timestamp with time zone,
  objection_ip inet,
  objection_user_agent text,
  expired_at timestamp with time zone,
  constraint pk_factor_resets PRIMARY KEY (id),
  constraint uq_factor_resets_objection UNIQUE (objection_token_hash),
  constraint fk_factor_resets_approver FOREIGN KEY (approved_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_factor_resets_canceller FOREIGN KEY (cancelled_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_factor_resets_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_factor_resets_requester FOREIGN KEY (requested_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_factor_resets_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_factor_resets_approved CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
  constraint ck_factor_resets_channel CHECK (length(channel) >= 1 AND length(channel) <= 200),
  constraint ck_factor_resets_end CHECK (num_nonnulls(approved_at, cancelled_at, objected_at, expired_at) <= 1),
  constraint ck_factor_resets_identity CHECK (length(identity_check) >= 1 AND length(identity_check) <= 500),
  constraint ck_factor_resets_people CHECK (requested_by <> user_id AND approved_by <> user_id AND approved_by <> requested_by),
  constraint ck_factor_resets_reason CHECK (length(reason) >= 1 AND length(reason) <= 500),
  constraint ck_factor_resets_times CHECK (requested_at < due_at AND due_at < expires_at),
  constraint ck_factor_resets_waited CHECK (approved_at >= due_at AND approved_at < expires_at)
);
CREATE UNIQUE INDEX uq_factor_resets_open ON factor_resets USING btree (user_id) WHERE approved_at IS NULL AND cancelled_at IS NULL AND objected_at IS NULL AND expired_at IS NULL;
CREATE TRIGGER refuse_delete BEFORE DELETE ON factor_resets FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON factor_resets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table finance_differences
create table finance_differences (
  id bigint generated always as identity not null,
  kind text not null,
  about text not null,
  payment_id bigint,
  company_id bigint,
  currency text,
  ours_minor bigint,
  theirs_minor bigint,
  found_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  gone_at timestamp with time zone,
  closed_at timestamp with time zone,
  closed_by bigint,
  note text,
  constraint pk_finance_differences PRIMARY KEY (id),
  constraint fk_finance_differences_closer FOREIGN KEY (closed_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_finance_differences_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_finance_differences_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint ck_finance_differences_closed CHECK (num_nulls(closed_at, closed_by, note) = ANY (ARRAY[0, 3])),
  constraint ck_finance_differences_note CHECK (length(note) >= 1 AND length(note) <= 500)
);
CREATE INDEX idx_finance_differences_list ON finance_differences USING btree (id) WHERE gone_at IS NULL AND closed_at IS NULL;
CREATE UNIQUE INDEX uq_finance_differences_open ON finance_differences USING btree (kind, about) WHERE gone_at IS NULL;
CREATE TRIGGER refuse_delete BEFORE DELETE ON finance_differences FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON finance_differences FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table finance_months
create table finance_months (
  month text not null,
  currency character(3) not null,
  charged_minor bigint not null,
  returned_minor bigint not null,
  closed_at timestamp with time zone not null,
  charged_back_minor bigint default 0 not null,
  constraint pk_finance_months PRIMARY KEY (month, currency),
  constraint ck_finance_months_currency CHECK (currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_finance_months_month CHECK (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text),
  constraint ck_finance_months_sums CHECK (charged_minor >= 0 AND returned_minor >= 0)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON finance_months FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON finance_months FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table gateway_movements
create table gateway_movements (
  id bigint generated always as identity not null,
  report_id bigint not null,
  kind text not null,
  merchant_oid text not null,
  payment_id bigint,
  day date not null,
  ordinal integer not null,
  amount_minor bigint not null,
  paid_minor bigint not null,
  net_minor bigint,
  fee_minor bigint,
  currency text not null,
  installment_count integer,
  payment_type text,
  card_brand text,
  masked_card text,
  constraint pk_gateway_movements PRIMARY KEY (id),
  constraint uq_gateway_movements_line UNIQUE (merchant_oid, kind, day, paid_minor, currency, ordinal),
  constraint fk_gateway_movements_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_gateway_movements_report FOREIGN KEY (report_id) REFERENCES gateway_reports(id) ON DELETE RESTRICT,
  constraint ck_gateway_movements_amount CHECK (amount_minor >= 0 AND paid_minor >= 0 AND ordinal > 0),
  constraint ck_gateway_movements_kind CHECK (kind = ANY (ARRAY['sale'::text, 'return'::text]))
);
CREATE INDEX idx_gateway_movements_card ON gateway_movements USING btree (("left"(masked_card, 6) || "right"(masked_card, 4)));
CREATE INDEX idx_gateway_movements_day ON gateway_movements USING btree (day, currency) INCLUDE (fee_minor);
CREATE INDEX idx_gateway_movements_payment ON gateway_movements USING btree (payment_id);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON gateway_movements FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON gateway_movements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table gateway_payout_lines
create table gateway_payout_lines (
  id bigint generated always as identity not null,
  report_id bigint not null,
  day date not null,
  merchant_oid text not null,
  payment_id bigint,
  currency text not null,
  ordinal integer not null,
  amount_minor bigint not null,
  constraint pk_gateway_payout_lines PRIMARY KEY (id),
  constraint uq_gateway_payout_lines_row UNIQUE (report_id, merchant_oid, amount_minor, currency, ordinal),
  constraint fk_gateway_payout_lines_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_gateway_payout_lines_report FOREIGN KEY (report_id) REFERENCES gateway_reports(id) ON DELETE RESTRICT,
  constraint ck_gateway_payout_lines_ordinal CHECK (ordinal > 0)
);
CREATE INDEX idx_gateway_payout_lines_day ON gateway_payout_lines USING btree (day, currency);
CREATE INDEX idx_gateway_payout_lines_payment ON gateway_payout_lines USING btree (payment_id);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON gateway_payout_lines FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON gateway_payout_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table gateway_payouts
create table gateway_payouts (
  id bigint generated always as identity not null,
  report_id bigint not null,
  day date not null,
  currency text not null,
  iban text not null,
  sales_minor bigint not null,
  returns_minor bigint not null,
  net_minor bigint not null,
  ordinal integer not null,
  constraint pk_gateway_payouts PRIMARY KEY (id),
  constraint uq_gateway_payouts_row UNIQUE (report_id, day, currency, iban, sales_minor, returns_minor, net_minor, ordinal),
  constraint fk_gateway_payouts_report FOREIGN KEY (report_id) REFERENCES gateway_reports(id) ON DELETE RESTRICT,
  constraint ck_gateway_payouts_ordinal CHECK (ordinal > 0)
);
CREATE INDEX idx_gateway_payouts_day ON gateway_payouts USING btree (day, currency);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON gateway_payouts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON gateway_payouts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table gateway_reports
create table gateway_reports (
  id bigint generated always as identity not null,
  kind text not null,
  from_day date not null,
  to_day date not null,
  body bytea not null,
  body_sha256 text generated always as (encode(sha256(body), 'hex'::text)) stored,
  row_count integer not null,
  problems jsonb not null,
  fetched_at timestamp with time zone not null,
  last_fetched_at timestamp with time zone not null,
  fetched_count integer default 1 not null,
  constraint pk_gateway_reports PRIMARY KEY (id),
  constraint uq_gateway_reports_body UNIQUE (kind, from_day, to_day, body_sha256),
  constraint ck_gateway_reports_days CHECK (to_day >= from_day),
  constraint ck_gateway_reports_kind CHECK (kind = ANY (ARRAY['transactions'::text, 'payouts'::text, 'payout_lines'::text])),
  constraint ck_gateway_reports_rows CHECK (row_count >= 0)
);
CREATE INDEX idx_gateway_reports_days ON gateway_reports USING btree (kind, to_day DESC);
CREATE TRIGGER refuse_delete BEFORE DELETE ON gateway_reports FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON gateway_reports FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_report();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON gateway_reports FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table incident_steps
create table incident_steps (
  id bigint generated always as identity not null,
  incident_id bigint not null,
  at timestamp with time zone not null,
  kind text not null,
  user_id bigint,
  note text,
  details jsonb default '{}'::jsonb not null,
  constraint pk_incident_steps PRIMARY KEY (id),
  constraint fk_incident_steps_incident FOREIGN KEY (incident_id) REFERENCES incidents(id) ON DELETE RESTRICT,
  constraint fk_incident_steps_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_incident_steps_kind CHECK (kind = ANY (ARRAY['opened'::text, 'secured'::text, 'note'::text, 'closed'::text])),
  constraint ck_incident_steps_note CHECK ((kind = 'note'::text) <= (note IS NOT NULL) AND length(note) >= 1 AND length(note) <= 2000)
);
CREATE INDEX idx_incident_steps_incident ON incident_steps USING btree (incident_id, id);
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON incident_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- table incidents
create table incidents (
  id bigint generated always as identity not null,
  company_id bigint,
  user_id bigint,
  alert_id bigint,
  opened_at timestamp with time zone not null,
  opened_by bigint,
  closed_at timestamp with time zone,
  closed_by bigint,
  outcome text,
  constraint pk_incidents PRIMARY KEY (id),
  constraint uq_incidents_alert UNIQUE (alert_id),
  constraint fk_incidents_alert FOREIGN KEY (alert_id) REFERENCES alerts(id) ON DELETE RESTRICT,
  constraint fk_incidents_closer FOREIGN KEY (closed_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_incidents_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_incidents_opener FOREIGN KEY (opened_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_incidents_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_incidents_closed CHECK ((closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)),
  constraint ck_incidents_outcome CHECK (outcome = ANY (ARRAY['takeover'::text, 'attempt'::text, 'false-alarm'::text, 'unclear'::text]))
);
CREATE INDEX idx_incidents_company ON incidents USING btree (company_id, id);
CREATE INDEX idx_incidents_user ON incidents USING btree (user_id, id);

-- table invitations
create table invitations (
  id bigint generated always as identity not null,
  company_id bigint not null,
  email text not null,
  role text not null,
  token_hash text not null,
  invited_by bigint not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  revoked_at timestamp with time zone,
  accepted_user_id bigint,
  handed_over_by text,
  constraint pk_invitations PRIMARY KEY (id),
  constraint uq_invitations_token UNIQUE (token_hash),
  constraint fk_invitations_accepted FOREIGN KEY (accepted_user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_invitations_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_invitations_inviter FOREIGN KEY (invited_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_invitations_inviter_company FOREIGN KEY (company_id, invited_by) REFERENCES users(company_id, id) ON DELETE RESTRICT,
  constraint ck_invitations_accepted CHECK ((accepted_at IS NULL) = (accepted_user_id IS NULL)),
  constraint ck_invitations_email CHECK (email = lower(email) AND length(email) >= 3 AND length(email) <= 100),
  constraint ck_invitations_end CHECK (accepted_at IS NULL OR revoked_at IS NULL),
  constraint ck_invitations_handed_over CHECK (handed_over_by = ANY (ARRAY['mail'::text, 'link'::text])),
  constraint ck_invitations_role CHECK (role = ANY (ARRAY['member'::text, 'admin'::text]))
);
CREATE INDEX idx_invitations_company ON invitations USING btree (company_id, id);
CREATE INDEX idx_invitations_company_open ON invitations USING btree (company_id, created_at DESC, id DESC) WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX idx_invitations_search ON invitations USING gin (search_text(email) gin_trgm_ops);
CREATE UNIQUE INDEX uq_invitations_open ON invitations USING btree (company_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- table invoice_counters
create table invoice_counters (
  year integer not null,
  last_number integer not null,
  last_issued_at timestamp with time zone,
  constraint pk_invoice_counters PRIMARY KEY (year)
);

-- table invoices
create table invoices (
  id bigint generated always as identity not null,
  payment_id bigint not null,
  company_id bigint not null,
  year integer not null,
  number integer not null,
  invoice_no text not null,
  issued_at timestamp with time zone not null,
  plan text not null,
  period_start timestamp with time zone not null,
  period_end timestamp with time zone not null,
  currency character(3) not null,
  total_minor bigint not null,
  tax_minor bigint not null,
  tax_percent numeric(5,2) not null,
  buyer jsonb not null,
  seller jsonb not null,
  constraint pk_invoices PRIMARY KEY (id),
  constraint uq_invoices_no UNIQUE (invoice_no),
  constraint uq_invoices_number UNIQUE (year, number),
  constraint uq_invoices_payment UNIQUE (payment_id),
  constraint fk_invoices_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_invoices_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint ck_invoices_period CHECK (period_end > period_start),
  constraint ck_invoices_tax CHECK (tax_minor >= 0 AND tax_minor <= total_minor)
);
CREATE INDEX idx_invoices_company ON invoices USING btree (company_id, issued_at DESC, id DESC);
CREATE INDEX idx_invoices_issued ON invoices USING btree (issued_at, currency) INCLUDE (total_minor, tax_minor);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table known_devices
create table known_devices (
  id bigint generated always as identity not null,
  user_id bigint not null,
  token_hash text not null,
  user_agent text,
  ip_address inet,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  forgotten_at timestamp with time zone,
  trusted_until timestamp with time zone,
  constraint pk_known_devices PRIMARY KEY (id),
  constraint uq_known_devices_token UNIQUE (token_hash),
  constraint fk_known_devices_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT
);
CREATE INDEX idx_known_devices_user ON known_devices USING btree (user_id, last_used_at);

-- table legal_acceptances
create table legal_acceptances (
  id bigint generated always as identity not null,
  user_id bigint not null,
  company_id bigint,
  document_id bigint not null,
  accepted_at timestamp with time zone not null,
  ip_address inet,
  user_agent text,
  request_id text not null,
  constraint pk_legal_acceptances PRIMARY KEY (id),
  constraint uq_legal_acceptances_document UNIQUE (user_id, document_id),
  constraint fk_legal_acceptances_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_legal_acceptances_document FOREIGN KEY (document_id) REFERENCES legal_documents(id) ON DELETE RESTRICT,
  constraint fk_legal_acceptances_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON legal_acceptances FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON legal_acceptances FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table legal_documents
create table legal_documents (
  id bigint generated always as identity not null,
  kind text not null,
  version text not null,
  locale text not null,
  title text not null,
  body text not null,
  content_sha256 text generated always as (content_hash(body)) stored not null,
  published_at timestamp with time zone default now() not null,
  constraint pk_legal_documents PRIMARY KEY (id),
  constraint uq_legal_documents_version UNIQUE (kind, version, locale),
  constraint ck_legal_documents_kind CHECK (kind = ANY (ARRAY['terms'::text, 'privacy'::text, 'pre-information'::text, 'distance-sales'::text, 'company-sales'::text, 'refund-policy'::text, 'stored-card'::text])),
  constraint ck_legal_documents_locale CHECK (locale = ANY (ARRAY['tr'::text, 'en'::text])),
  constraint ck_legal_documents_text CHECK (title <> ''::text AND body <> ''::text),
  constraint ck_legal_documents_version CHECK (version ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[a-z]?$'::text)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON legal_documents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON legal_documents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table legal_holds
create table legal_holds (
  id bigint generated always as identity not null,
  company_id bigint not null,
  user_id bigint,
  kind text not null,
  reference text not null,
  reason text not null,
  placed_at timestamp with time zone not null,
  placed_by bigint,
  released_at timestamp with time zone,
  released_by bigint,
  release_note text,
  dispute_id bigint,
  constraint pk_legal_holds PRIMARY KEY (id),
  constraint fk_legal_holds_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_legal_holds_dispute FOREIGN KEY (dispute_id) REFERENCES disputes(id) ON DELETE RESTRICT,
  constraint fk_legal_holds_placer FOREIGN KEY (placed_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_legal_holds_releaser FOREIGN KEY (released_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_legal_holds_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_legal_holds_kind CHECK (kind = ANY (ARRAY['dispute'::text, 'legal-hold'::text])),
  constraint ck_legal_holds_note CHECK (length(release_note) >= 1 AND length(release_note) <= 2000),
  constraint ck_legal_holds_placer CHECK (placed_by IS NOT NULL OR dispute_id IS NOT NULL),
  constraint ck_legal_holds_reason CHECK (length(reason) >= 1 AND length(reason) <= 2000),
  constraint ck_legal_holds_reference CHECK (length(reference) >= 1 AND length(reference) <= 100),
  constraint ck_legal_holds_release CHECK ((released_at IS NULL) = (release_note IS NULL) AND (released_by IS NULL OR released_at IS NOT NULL) AND (released_at IS NULL OR released_by IS NOT NULL OR dispute_id IS NOT NULL))
);
CREATE INDEX idx_legal_holds_company_open ON legal_holds USING btree (company_id, placed_at DESC, id DESC) WHERE released_at IS NULL;
CREATE INDEX idx_legal_holds_company_released ON legal_holds USING btree (company_id, released_at DESC, id DESC) WHERE released_at IS NOT NULL;
CREATE INDEX idx_legal_holds_open ON legal_holds USING btree (placed_at DESC, id DESC) WHERE released_at IS NULL;
CREATE UNIQUE INDEX uq_legal_holds_dispute ON legal_holds USING btree (dispute_id) WHERE released_at IS NULL;
CREATE UNIQUE INDEX uq_legal_holds_open ON legal_holds USING btree (company_id, kind, lower(reference), user_id) NULLS NOT DISTINCT WHERE released_at IS NULL;
CREATE TRIGGER refuse_delete BEFORE DELETE ON legal_holds FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON legal_holds FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_hold();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON legal_holds FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table legal_invoice_counters
create table legal_invoice_counters (
  prefix text not null,
  year integer not null,
  last_number integer not null,
  last_issued_on date not null,
  constraint pk_legal_invoice_counters PRIMARY KEY (prefix, year),
  constraint ck_legal_invoice_counters_prefix CHECK (prefix ~ '^[A-Z0-9]{3}$'::text),
  constraint ck_legal_invoice_counters_year CHECK (EXTRACT(year FROM last_issued_on) = year::numeric)
);

-- table legal_invoice_files
create table legal_invoice_files (
  id bigint generated always as identity not null,
  company_id bigint not null,
  legal_invoice_id bigint not null,
  kind text not null,
  content bytea not null,
  sha256 text generated always as (encode(sha256(content), 'hex'::text)) stored,
  added_at timestamp with time zone not null,
  added_by bigint,
  constraint pk_legal_invoice_files PRIMARY KEY (id),
  constraint uq_legal_invoice_files_content UNIQUE (legal_invoice_id, sha256),
  constraint fk_legal_invoice_files_adder FOREIGN KEY (added_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_legal_invoice_files_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_legal_invoice_files_invoice FOREIGN KEY (legal_invoice_id) REFERENCES legal_invoices(id) ON DELETE RESTRICT,
  constraint ck_legal_invoice_files_kind CHECK (kind = ANY (ARRAY['pdf'::text, 'xml'::text])),
  constraint ck_legal_invoice_files_size CHECK (octet_length(content) >= 1 AND octet_length(content) <= 5242880)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON legal_invoice_files FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON legal_invoice_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table legal_invoices
create table legal_invoices (
  id bigint generated always as identity not null,
  company_id bigint not null,
  invoice_id bigint not null,
  returns_id bigint,
  currency character(3) not null,
  total_minor bigint not null,
  created_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  issuer text,
  type text,
  number text,
  ettn uuid,
  issued_on date,
  tax_minor bigint,
  tax_percent numeric(5,2),
  parties jsonb,
  rate jsonb,
  issued_at timestamp with time zone,
  issued_by bigint,
  sent_at timestamp with time zone,
  ask_again_at timestamp with time zone,
  asks_failed integer default 0 not null,
  problem text,
  delivered_at timestamp with time zone,
  delivered_how text,
  delivered_by bigint,
  ended_at timestamp with time zone,
  ended_as text,
  ended_reason text,
  ended_by bigint,
  state text generated always as (
CASE
    WHEN (ended_at IS NOT NULL) THEN ended_as
    WHEN (delivered_at IS NOT NULL) THEN 'delivered'::text
    WHEN (issued_at IS NOT NULL) THEN 'issued'::text
    ELSE 'due'::text
END) stored,
  reversal_id bigint,
  constraint pk_legal_invoices PRIMARY KEY (id),
  constraint fk_legal_invoices_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_legal_invoices_deliverer FOREIGN KEY (delivered_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_legal_invoices_ender FOREIGN KEY (ended_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_legal_invoices_invoice FOREIGN KEY (invoice_id) REFERENCES invoices(id) ON DELETE RESTRICT,
  constraint fk_legal_invoices_issuer FOREIGN KEY (issued_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_legal_invoices_returns FOREIGN KEY (returns_id) REFERENCES legal_invoices(id) ON DELETE RESTRICT,
  constraint fk_legal_invoices_reversal FOREIGN KEY (reversal_id) REFERENCES reversals(id) ON DELETE RESTRICT,
  constraint ck_legal_invoices_currency CHECK (currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_legal_invoices_delivery CHECK ((delivered_at IS NULL) = (delivered_how IS NULL) AND (delivered_how = ANY (ARRAY['mail'::text, 'integrator'::text, 'portal'::text, 'paper'::text])) AND (delivered_at IS NULL OR issued_at IS NOT NULL)),
  constraint ck_legal_invoices_end CHECK ((ended_at IS NULL) = (ended_as IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL) AND (ended_as = ANY (ARRAY['cancelled'::text, 'returned'::text, 'withdrawn'::text])) AND (ended_as = 'withdrawn'::text OR issued_at IS NOT NULL)),
  constraint ck_legal_invoices_issue CHECK (num_nonnulls(issuer, type, number, issued_on, tax_minor, tax_percent, issued_at) =
CASE
    WHEN issued_at IS NULL THEN 0
    ELSE 7
END AND (issued_at IS NULL OR (ettn IS NULL) = (issuer = 'own'::text))),
  constraint ck_legal_invoices_issuer CHECK (issuer = ANY (ARRAY['none'::text, 'export'::text, 'integrator'::text, 'own'::text])),
  constraint ck_legal_invoices_number CHECK (number ~ '^[A-Z0-9]{3}20[0-9]{2}[0-9]{9}$'::text),
  constraint ck_legal_invoices_reversal CHECK (reversal_id IS NULL OR returns_id IS NOT NULL),
  constraint ck_legal_invoices_sent CHECK (ettn IS NULL OR num_nonnulls(sent_at, issued_at) > 0),
  constraint ck_legal_invoices_total CHECK (total_minor > 0 AND tax_minor >= 0 AND tax_minor <= total_minor),
  constraint ck_legal_invoices_type CHECK ((type = ANY (ARRAY['SATIS'::text, 'ISTISNA'::text, 'IADE'::text])) AND (type = 'IADE'::text) = (returns_id IS NOT NULL)),
  constraint ck_legal_invoices_words CHECK (length(problem) <= 500 AND length(ended_reason) >= 1 AND length(ended_reason) <= 500),
  constraint ck_legal_invoices_year CHECK (substr(number, 4, 4)::integer::numeric = EXTRACT(year FROM issued_on))
);
CREATE INDEX idx_legal_invoices_asked ON legal_invoices USING btree (ask_again_at, id) WHERE state = 'due'::text AND sent_at IS NOT NULL;
CREATE INDEX idx_legal_invoices_company ON legal_invoices USING btree (company_id, id);
CREATE INDEX idx_legal_invoices_due ON legal_invoices USING btree (due_at, id) WHERE state = 'due'::text;
CREATE INDEX idx_legal_invoices_ended ON legal_invoices USING btree (id) WHERE ended_at IS NOT NULL;
CREATE INDEX idx_legal_invoices_invoice ON legal_invoices USING btree (invoice_id, id);
CREATE INDEX idx_legal_invoices_number ON legal_invoices USING btree (number);
CREATE INDEX idx_legal_invoices_reversal ON legal_invoices USING btree (reversal_id);
CREATE INDEX idx_legal_invoices_state ON legal_invoices USING btree (state, id);
CREATE UNIQUE INDEX uq_legal_invoices_ettn ON legal_invoices USING btree (ettn) WHERE ended_as IS DISTINCT FROM 'withdrawn'::text;
CREATE UNIQUE INDEX uq_legal_invoices_live ON legal_invoices USING btree (invoice_id) WHERE returns_id IS NULL AND (ended_as IS NULL OR ended_as = 'returned'::text);
CREATE UNIQUE INDEX uq_legal_invoices_number ON legal_invoices USING btree (number) WHERE ended_as IS DISTINCT FROM 'withdrawn'::text;
CREATE UNIQUE INDEX uq_legal_invoices_reversal ON legal_invoices USING btree (reversal_id) WHERE ended_as IS NULL;
CREATE TRIGGER refuse_delete BEFORE DELETE ON legal_invoices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON legal_invoices FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.company_id IS DISTINCT FROM old.company_id OR new.invoice_id IS DISTINCT FROM old.invoice_id OR new.returns_id IS DISTINCT FROM old.returns_id OR new.currency IS DISTINCT FROM old.currency OR new.total_minor IS DISTINCT FROM old.total_minor OR new.created_at IS DISTINCT FROM old.created_at OR new.due_at IS DISTINCT FROM old.due_at OR old.ettn IS NOT NULL AND new.ettn IS DISTINCT FROM old.ettn OR old.issued_at IS NOT NULL AND (new.issuer IS DISTINCT FROM old.issuer OR new.type IS DISTINCT FROM old.type OR new.number IS DISTINCT FROM old.number OR new.issued_on IS DISTINCT FROM old.issued_on OR new.tax_minor IS DISTINCT FROM old.tax_minor OR new.tax_percent IS DISTINCT FROM old.tax_percent OR new.parties IS DISTINCT FROM old.parties OR new.rate IS DISTINCT FROM old.rate OR new.issued_at IS DISTINCT FROM old.issued_at OR new.issued_by IS DISTINCT FROM old.issued_by) OR old.delivered_at IS NOT NULL AND (new.delivered_at IS DISTINCT FROM old.delivered_at OR new.delivered_how IS DISTINCT FROM old.delivered_how OR new.delivered_by IS DISTINCT FROM old.delivered_by) OR old.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_rewriting_reversal BEFORE UPDATE OF reversal_id ON legal_invoices FOR EACH ROW WHEN (new.reversal_id IS DISTINCT FROM old.reversal_id) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON legal_invoices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_checkpoints
create table log_checkpoints (
  log_id bigint not null,
  size bigint not null,
  root bytea not null,
  note text not null,
  published_at timestamp with time zone not null,
  constraint pk_log_checkpoints PRIMARY KEY (log_id, size),
  constraint ck_log_checkpoints_root CHECK (octet_length(root) = 32),
  constraint ck_log_checkpoints_size CHECK (size >= 0)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON log_checkpoints FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_checks
create table log_checks (
  id bigint generated always as identity not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  leaves bigint not null,
  fault_count bigint not null,
  faults jsonb not null,
  late bigint not null,
  constraint pk_log_checks PRIMARY KEY (id),
  constraint ck_log_checks_counts CHECK (leaves >= 0 AND fault_count >= 0 AND late >= 0)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON log_checks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_checks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_cosignatures
create table log_cosignatures (
  log_id bigint not null,
  size bigint not null,
  witness text not null,
  line text not null,
  cosigned_at timestamp with time zone not null,
  constraint pk_log_cosignatures PRIMARY KEY (log_id, size, witness),
  constraint fk_log_cosignatures_checkpoint FOREIGN KEY (log_id, size) REFERENCES log_checkpoints(log_id, size) ON DELETE RESTRICT
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON log_cosignatures FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_cosignatures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_cursors
create table log_cursors (
  type text collate "C" not null,
  settled_to bigint default 0 not null,
  fence_to bigint,
  fence_transactions text[],
  constraint pk_log_cursors PRIMARY KEY (type),
  constraint ck_log_cursors_fence CHECK ((fence_to IS NULL) = (fence_transactions IS NULL))
);

-- table log_entries
create table log_entries (
  id bigint generated always as identity not null,
  company_id bigint,
  at timestamp with time zone not null,
  entry json not null,
  constraint pk_log_entries PRIMARY KEY (id),
  constraint fk_log_entries_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT
);
CREATE INDEX idx_log_entries_company ON log_entries USING btree (company_id);
CREATE INDEX idx_log_entries_origin ON log_entries USING btree ((entry ->> 'origin'::text), id);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON log_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_halts
create table log_halts (
  id bigint generated always as identity not null,
  halted_at timestamp with time zone not null,
  found_in text not null,
  verdict text not null,
  origin text not null,
  size bigint not null,
  root bytea,
  note text,
  own_size bigint not null,
  constraint pk_log_halts PRIMARY KEY (id),
  constraint ck_log_halts_found_in CHECK (found_in = ANY (ARRAY['file'::text, 'mail'::text, 'witness'::text])),
  constraint ck_log_halts_root CHECK (octet_length(root) = 32),
  constraint ck_log_halts_verdict CHECK (verdict = ANY (ARRAY['shorter'::text, 'different'::text, 'unknown_log'::text]))
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON log_halts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_halts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_kept_leaves
create table log_kept_leaves (
  log_id bigint not null,
  leaf_index bigint not null,
  leaf text not null,
  constraint pk_log_kept_leaves PRIMARY KEY (log_id, leaf_index)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON log_kept_leaves FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_kept_leaves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_keys
create table log_keys (
  user_id bigint,
  company_id bigint,
  key bytea not null,
  created_at timestamp with time zone not null,
  constraint uq_log_keys_holder UNIQUE NULLS NOT DISTINCT (user_id, company_id),
  constraint fk_log_keys_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_log_keys_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_log_keys_holder CHECK (user_id IS NULL OR company_id IS NULL),
  constraint ck_log_keys_key CHECK (octet_length(key) = 32)
);
CREATE INDEX idx_log_keys_company ON log_keys USING btree (company_id) WHERE company_id IS NOT NULL;
CREATE TRIGGER refuse_delete BEFORE DELETE ON log_keys FOR EACH ROW WHEN (current_setting('youarecoder.erased_person'::text, true) IS DISTINCT FROM old.user_id::text) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON log_keys FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_keys FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_leaves
create table log_leaves (
  log_id bigint not null,
  leaf_index bigint not null,
  type text collate "C" not null,
  record_id bigint not null,
  leaf_hash bytea not null,
  constraint pk_log_leaves PRIMARY KEY (log_id, leaf_index),
  constraint uq_log_leaves_record UNIQUE (record_id, type) INCLUDE (log_id, leaf_index),
  constraint ck_log_leaves_hash CHECK (octet_length(leaf_hash) = 32),
  constraint ck_log_leaves_index CHECK (leaf_index >= 0)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON log_leaves FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_leaves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_resumptions
create table log_resumptions (
  halt_id bigint not null,
  resumed_at timestamp with time zone not null,
  reason text not null,
  constraint pk_log_resumptions PRIMARY KEY (halt_id),
  constraint fk_log_resumptions_halt FOREIGN KEY (halt_id) REFERENCES log_halts(id) ON DELETE RESTRICT,
  constraint ck_log_resumptions_reason CHECK (length(reason) >= 10 AND length(reason) <= 2000)
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON log_resumptions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_resumptions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_stamps
create table log_stamps (
  id bigint generated always as identity not null,
  subject text not null,
  checkpoint text,
  digest bytea not null,
  asked_host text not null,
  asked_at timestamp with time zone not null,
  query bytea not null,
  reply bytea,
  verdict text not null,
  problem text,
  authority text,
  serial text,
  generated_at timestamp with time zone,
  chain text,
  is_independent boolean not null,
  constraint pk_log_stamps PRIMARY KEY (id),
  constraint ck_log_stamps_checkpoint CHECK ((checkpoint IS NOT NULL) = (subject = 'platform_checkpoint'::text)),
  constraint ck_log_stamps_digest CHECK (octet_length(digest) = 32 AND (checkpoint IS NULL OR digest = sha256(convert_to(checkpoint, 'UTF8'::name)))),
  constraint ck_log_stamps_independent CHECK (verdict = 'verified'::text OR NOT is_independent),
  constraint ck_log_stamps_problem CHECK ((problem IS NULL) = (verdict = 'verified'::text)),
  constraint ck_log_stamps_reply CHECK ((reply IS NULL) = (verdict = 'no_answer'::text)),
  constraint ck_log_stamps_stamp CHECK (num_nulls(authority, serial, generated_at, chain) =
CASE
    WHEN verdict = 'verified'::text THEN 0
    ELSE 4
END),
  constraint ck_log_stamps_subject CHECK (subject = ANY (ARRAY['platform_checkpoint'::text, 'package'::text])),
  constraint ck_log_stamps_verdict CHECK (verdict = ANY (ARRAY['verified'::text, 'refused'::text, 'no_answer'::text]))
);
CREATE INDEX idx_log_stamps_digest ON log_stamps USING btree (digest, asked_at);
CREATE INDEX idx_log_stamps_subject ON log_stamps USING btree (subject, verdict, asked_at DESC);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON log_stamps FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_stamps FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table log_tiles
create table log_tiles (
  log_id bigint not null,
  level smallint not null,
  tile_index bigint not null,
  hashes bytea not null,
  constraint pk_log_tiles PRIMARY KEY (log_id, level, tile_index),
  constraint ck_log_tiles_hashes CHECK (octet_length(hashes) >= 32 AND octet_length(hashes) <= 8192 AND (octet_length(hashes) % 32) = 0)
);
CREATE TRIGGER refuse_delete BEFORE DELETE ON log_tiles FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON log_tiles FOR EACH ROW WHEN (new.log_id IS DISTINCT FROM old.log_id OR new.level IS DISTINCT FROM old.level OR new.tile_index IS DISTINCT FROM old.tile_index OR SUBSTRING(new.hashes FROM 1 FOR octet_length(old.hashes)) IS DISTINCT FROM old.hashes) EXECUTE FUNCTION refuse_rewriting_tile();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON log_tiles FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table login_locks
create table login_locks (
  key text not null,
  failed_count integer not null,
  locked_until timestamp with time zone,
  updated_at timestamp with time zone not null,
  constraint pk_login_locks PRIMARY KEY (key),
  constraint ck_login_locks_count CHECK (failed_count >= 0)
);
CREATE INDEX idx_login_locks_updated_at ON login_locks USING btree (updated_at);

-- table mail_events
create table mail_events (
  id bigint generated always as identity not null,
  mail_id bigint not null,
  at timestamp with time zone not null,
  state text not null,
  source text not null,
  try integer not null,
  server text,
  answer text not null,
  user_id bigint,
  constraint pk_mail_events PRIMARY KEY (id),
  constraint fk_mail_events_mail FOREIGN KEY (mail_id) REFERENCES mails(id) ON DELETE RESTRICT,
  constraint fk_mail_events_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_mail_events_source CHECK (source = ANY (ARRAY['hand-over'::text, 'report'::text, 'person'::text, 'outbox'::text]))
);
CREATE INDEX idx_mail_events_mail ON mail_events USING btree (mail_id, id);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON mail_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON mail_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table mails
create table mails (
  id bigint generated always as identity not null,
  created_at timestamp with time zone not null,
  company_id bigint,
  user_id bigint,
  recipient text not null,
  locale text not null,
  template text not null,
  template_version integer not null,
  subject text not null,
  message_id text not null,
  envelope_id text not null,
  cause_type text not null,
  cause_id text not null,
  kept bytea not null,
  kept_sha256 text not null,
  sent_sha256 text not null,
  with_secret bytea,
  useful_until timestamp with time zone,
  state text not null,
  tries integer default 0 not null,
  queued_at timestamp with time zone not null,
  next_try_at timestamp with time zone,
  sending_since timestamp with time zone,
  constraint pk_mails PRIMARY KEY (id),
  constraint uq_mails_envelope_id UNIQUE (envelope_id),
  constraint uq_mails_message_id UNIQUE (message_id),
  constraint fk_mails_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_mails_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_mails_hashes CHECK (kept_sha256 ~ '^[0-9a-f]{64}$'::text AND sent_sha256 ~ '^[0-9a-f]{64}$'::text),
  constraint ck_mails_next_try CHECK ((next_try_at IS NOT NULL) = (state = ANY (ARRAY['queued'::text, 'delayed'::text]))),
  constraint ck_mails_secret CHECK (with_secret IS NULL OR (state = ANY (ARRAY['queued'::text, 'sending'::text, 'delayed'::text]))),
  constraint ck_mails_sending CHECK ((sending_since IS NOT NULL) = (state = 'sending'::text)),
  constraint ck_mails_state CHECK (state = ANY (ARRAY['kept'::text, 'queued'::text, 'sending'::text, 'delayed'::text, 'relayed'::text, 'delivered'::text, 'failed'::text, 'uncertain'::text]))
);
CREATE INDEX idx_mails_cause ON mails USING btree (cause_type, cause_id);
CREATE INDEX idx_mails_company ON mails USING btree (company_id, id);
CREATE INDEX idx_mails_due ON mails USING btree (next_try_at) WHERE state = ANY (ARRAY['queued'::text, 'delayed'::text]);
CREATE INDEX idx_mails_sending ON mails USING btree (sending_since) WHERE state = 'sending'::text;
CREATE INDEX idx_mails_trouble ON mails USING btree (created_at) WHERE state = ANY (ARRAY['failed'::text, 'uncertain'::text, 'delayed'::text]);
CREATE TRIGGER refuse_delete BEFORE DELETE ON mails FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON mails FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.created_at IS DISTINCT FROM old.created_at OR new.company_id IS DISTINCT FROM old.company_id OR new.user_id IS DISTINCT FROM old.user_id OR new.recipient IS DISTINCT FROM old.recipient OR new.locale IS DISTINCT FROM old.locale OR new.template IS DISTINCT FROM old.template OR new.template_version IS DISTINCT FROM old.template_version OR new.subject IS DISTINCT FROM old.subject OR new.message_id IS DISTINCT FROM old.message_id OR new.envelope_id IS DISTINCT FROM old.envelope_id OR new.cause_type IS DISTINCT FROM old.cause_type OR new.cause_id IS DISTINCT FROM old.cause_id OR new.kept IS DISTINCT FROM old.kept OR new.kept_sha256 IS DISTINCT FROM old.kept_sha256 OR new.sent_sha256 IS DISTINCT FROM old.sent_sha256 OR new.useful_until IS DISTINCT FROM old.useful_until OR new.with_secret IS NOT NULL AND new.with_secret IS DISTINCT FROM old.with_secret) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON mails FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table membership_periods
create table membership_periods (
  id bigint generated always as identity not null,
  user_id bigint not null,
  company_id bigint not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint pk_membership_periods PRIMARY KEY (id),
  constraint fk_membership_periods_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_membership_periods_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_membership_periods_order CHECK (ended_at IS NULL OR ended_at >= started_at)
);
CREATE INDEX idx_membership_periods_user ON membership_periods USING btree (user_id, started_at);
CREATE UNIQUE INDEX uq_membership_periods_open ON membership_periods USING btree (user_id) WHERE ended_at IS NULL;
CREATE TRIGGER refuse_delete BEFORE DELETE ON membership_periods FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON membership_periods FOR EACH ROW WHEN (old.ended_at IS NOT NULL OR new.id IS DISTINCT FROM old.id OR new.user_id IS DISTINCT FROM old.user_id OR new.company_id IS DISTINCT FROM old.company_id OR new.started_at IS DISTINCT FROM old.started_at) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON membership_periods FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table notification_choices
create table notification_choices (
  user_id bigint not null,
  declined text[] not null,
  changed_at timestamp with time zone not null,
  constraint pk_notification_choices PRIMARY KEY (user_id),
  constraint fk_notification_choices_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT
);

-- table open_workspace_sessions
create table open_workspace_sessions (
  workspace_id bigint not null,
  user_id bigint not null,
  session_id text not null,
  access_method text not null,
  workspace_session_id bigint not null,
  started_at timestamp with time zone not null,
  constraint pk_open_workspace_sessions PRIMARY KEY (workspace_id, user_id, session_id, access_method)
);
CREATE INDEX idx_open_workspace_sessions_session ON open_workspace_sessions USING btree (workspace_session_id);

-- table order_consents
create table order_consents (
  id bigint generated always as identity not null,
  payment_id bigint not null,
  company_id bigint not null,
  user_id bigint not null,
  customer_type text not null,
  locale text not null,
  documents jsonb not null,
  terms_text text not null,
  text_sha256 text generated always as (content_hash(terms_text)) stored not null,
  terms_html text not null,
  html_sha256 text generated always as (content_hash(terms_html)) stored not null,
  boxes jsonb not null,
  button text not null,
  price_facts jsonb,
  accepted_at timestamp with time zone not null,
  ip_address inet,
  user_agent text,
  browser_session text,
  request_id text not null,
  buyer jsonb,
  card_terms jsonb,
  card_terms_text text,
  card_text_sha256 text,
  prices_text text,
  prices_html text,
  prices_sha256 text,
  constraint pk_order_consents PRIMARY KEY (id),
  constraint uq_order_consents_payment UNIQUE (payment_id),
  constraint fk_order_consents_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_order_consents_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_order_consents_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_order_consents_card_hash CHECK (NOT card_text_sha256 IS DISTINCT FROM content_hash(card_terms_text)),
  constraint ck_order_consents_card_terms CHECK (num_nonnulls(card_terms, card_terms_text, card_text_sha256) = ANY (ARRAY[0, 3])),
  constraint ck_order_consents_customer CHECK (customer_type = ANY (ARRAY['company'::text, 'consumer'::text])),
  constraint ck_order_consents_locale CHECK (locale = ANY (ARRAY['tr'::text, 'en'::text])),
  constraint ck_order_consents_prices CHECK (num_nonnulls(prices_text, prices_html, prices_sha256) = ANY (ARRAY[0, 3])),
  constraint ck_order_consents_prices_hash CHECK (NOT prices_sha256 IS DISTINCT FROM content_hash(prices_html))
);
CREATE INDEX idx_order_consents_user ON order_consents USING btree (user_id);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON order_consents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON order_consents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table passkey_challenges
create table passkey_challenges (
  challenge_hash text not null,
  purpose text not null,
  user_id bigint,
  expires_at timestamp with time zone not null,
  constraint pk_passkey_challenges PRIMARY KEY (challenge_hash),
  constraint fk_passkey_challenges_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint ck_passkey_challenges_purpose CHECK (purpose = ANY (ARRAY['enrol'::text, 'sign-in'::text, 'confirm'::text]))
);
CREATE INDEX idx_passkey_challenges_expires_at ON passkey_challenges USING btree (expires_at);

-- table passkeys
create table passkeys (
  id bigint generated always as identity not null,
  user_id bigint not null,
  name text not null,
  credential_id text not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  is_synced boolean not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint pk_passkeys PRIMARY KEY (id),
  constraint uq_passkeys_credential UNIQUE (credential_id),
  constraint fk_passkeys_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint ck_passkeys_name CHECK (length(name) >= 1 AND length(name) <= 60)
);
CREATE INDEX idx_passkeys_user ON passkeys USING btree (user_id, id);

-- table password_reset_requests
create table password_reset_requests (
  id bigint generated always as identity not null,
  email text not null,
  requested_at timestamp with time zone not null,
  ip_address inet,
  user_agent text,
  request_id text,
  constraint pk_password_reset_requests PRIMARY KEY (id)
);

-- table password_resets
create table password_resets (
  id bigint generated always as identity not null,
  user_id bigint not null,
  token_hash text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  requested_by bigint,
  constraint pk_password_resets PRIMARY KEY (id),
  constraint uq_password_resets_token UNIQUE (token_hash),
  constraint fk_password_resets_requester FOREIGN KEY (requested_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_password_resets_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT
);
CREATE INDEX idx_password_resets_user ON password_resets USING btree (user_id, created_at);

-- table payment_callbacks
create table payment_callbacks (
  id bigint generated always as identity not null,
  payment_id bigint,
  merchant_oid text not null,
  body bytea not null,
  body_sha256 text not null,
  ip_address inet,
  received_at timestamp with time zone not null,
  last_received_at timestamp with time zone not null,
  received_count integer default 1 not null,
  outcome text not null,
  constraint pk_payment_callbacks PRIMARY KEY (id),
  constraint uq_payment_callbacks_body UNIQUE (merchant_oid, body_sha256),
  constraint fk_payment_callbacks_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint ck_payment_callbacks_outcome CHECK (outcome = ANY (ARRAY['paid'::text, 'failed'::text, 'repeat'::text, 'ignored'::text, 'review'::text, 'unknown-order'::text, 'unknown-status'::text]))
);
CREATE INDEX idx_payment_callbacks_payment ON payment_callbacks USING btree (payment_id, received_at);
CREATE TRIGGER refuse_delete BEFORE DELETE ON payment_callbacks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON payment_callbacks FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_callback();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON payment_callbacks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table payment_card_facts
create table payment_card_facts (
  payment_id bigint not null,
  asked_at timestamp with time zone not null,
  masked_pan text,
  card_brand text,
  card_bank text,
  card_scheme text,
  card_type text,
  installment_count integer,
  payment_type text,
  fee_minor bigint,
  net_minor bigint,
  payment_date text,
  three_d jsonb,
  answer text not null,
  bin_answer text,
  constraint pk_payment_card_facts PRIMARY KEY (payment_id),
  constraint fk_payment_card_facts_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT
);
CREATE INDEX idx_payment_card_facts_card ON payment_card_facts USING btree (("left"(masked_pan, 6) || "right"(masked_pan, 4)));
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON payment_card_facts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON payment_card_facts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table payment_deliveries
create table payment_deliveries (
  session_id bigint not null,
  session_started_at timestamp with time zone not null,
  company_id bigint not null,
  user_id bigint not null,
  payment_id bigint,
  kind text not null,
  from_at timestamp with time zone not null,
  to_at timestamp with time zone not null,
  proven_seconds bigint not null,
  at_most_seconds bigint not null,
  is_final boolean not null,
  constraint uq_payment_deliveries UNIQUE NULLS NOT DISTINCT (session_id, kind, payment_id),
  constraint fk_payment_deliveries_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_payment_deliveries_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_payment_deliveries_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_payment_deliveries_bounds CHECK (kind = 'unplaced'::text OR at_most_seconds >= proven_seconds AND proven_seconds >= 0),
  constraint ck_payment_deliveries_kind CHECK (kind = ANY (ARRAY['paid'::text, 'upgrade'::text, 'outside'::text, 'unplaced'::text])),
  constraint ck_payment_deliveries_order CHECK (to_at >= from_at),
  constraint ck_payment_deliveries_payment CHECK ((payment_id IS NOT NULL) = (kind = ANY (ARRAY['paid'::text, 'upgrade'::text])))
);
CREATE INDEX idx_payment_deliveries_open ON payment_deliveries USING btree (session_id) WHERE NOT is_final;
CREATE INDEX idx_payment_deliveries_payment ON payment_deliveries USING btree (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX idx_payment_deliveries_started ON payment_deliveries USING btree (session_started_at);

-- table payment_follow_ups
create table payment_follow_ups (
  payment_id bigint not null,
  terms_mail_id bigint,
  due_at timestamp with time zone,
  asks_failed integer default 0 not null,
  asked_at timestamp with time zone,
  ask_problem text,
  answer jsonb,
  constraint pk_payment_follow_ups PRIMARY KEY (payment_id),
  constraint fk_payment_follow_ups_mail FOREIGN KEY (terms_mail_id) REFERENCES mails(id) ON DELETE RESTRICT,
  constraint fk_payment_follow_ups_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT
);
CREATE INDEX idx_payment_follow_ups_due ON payment_follow_ups USING btree (due_at) WHERE due_at IS NOT NULL;

-- table payment_readiness
create table payment_readiness (
  payment_id bigint not null,
  company_id bigint not null,
  assessed_at timestamp with time zone not null,
  exposed_minor bigint not null,
  currency character(3) not null,
  exposed_try_minor bigint,
  risk integer not null,
  weight bigint generated always as ((risk * COALESCE(exposed_try_minor, (0)::bigint))) stored,
  families integer not null,
  undefended integer not null,
  missing text[] not null,
  against text[] not null,
  serious integer not null,
  constraint pk_payment_readiness PRIMARY KEY (payment_id),
  constraint fk_payment_readiness_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_payment_readiness_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint ck_payment_readiness_exposed CHECK (exposed_minor >= 0),
  constraint ck_payment_readiness_risk CHECK (risk >= 0 AND risk <= 100)
);
CREATE INDEX idx_payment_readiness_assessed ON payment_readiness USING btree (assessed_at);
CREATE INDEX idx_payment_readiness_weight ON payment_readiness USING btree (weight DESC, payment_id DESC);

-- table payment_reviews
create table payment_reviews (
  id bigint generated always as identity not null,
  payment_id bigint not null,
  company_id bigint not null,
  decision text not null,
  review_reason text not null,
  note text not null,
  decided_by bigint not null,
  decided_at timestamp with time zone not null,
  constraint pk_payment_reviews PRIMARY KEY (id),
  constraint fk_payment_reviews_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_payment_reviews_decider FOREIGN KEY (decided_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_payment_reviews_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint ck_payment_reviews_decision CHECK (decision = ANY (ARRAY['accepted'::text, 'returned'::text, 'noted'::text])),
  constraint ck_payment_reviews_note CHECK (length(note) >= 1 AND length(note) <= 500)
);
CREATE INDEX idx_payment_reviews_payment ON payment_reviews USING btree (payment_id, id);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON payment_reviews FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON payment_reviews FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table payment_status_answers
create table payment_status_answers (
  id bigint generated always as identity not null,
  payment_id bigint not null,
  company_id bigint not null,
  asked_at timestamp with time zone not null,
  asked_by bigint not null,
  is_charged boolean,
  facts jsonb not null,
  constraint pk_payment_status_answers PRIMARY KEY (id),
  constraint fk_payment_status_answers_asker FOREIGN KEY (asked_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_payment_status_answers_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_payment_status_answers_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT
);
CREATE INDEX idx_payment_status_answers_payment ON payment_status_answers USING btree (payment_id, id DESC);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON payment_status_answers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON payment_status_answers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table payments
create table payments (
  id bigint generated always as identity not null,
  company_id bigint not null,
  user_id bigint not null,
  merchant_oid text not null,
  plan text not null,
  currency character(3) not null,
  amount_minor bigint not null,
  status text not null,
  created_at timestamp with time zone not null,
  client_ip inet,
  user_agent text,
  gateway_user_ip inet,
  gateway_token text,
  decided_at timestamp with time zone,
  paid_at timestamp with time zone,
  charged_minor bigint,
  installment_count integer,
  payment_type text,
  test_mode boolean not null,
  failed_reason_code text,
  failed_reason_message text,
  review_reason text,
  superseded_at timestamp with time zone,
  asks_failed integer default 0 not null,
  ask_again_at timestamp with time zone,
  asked_at timestamp with time zone,
  ask_problem text,
  price_list_id bigint,
  price_facts jsonb,
  charged_at timestamp with time zone,
  time_taken_at timestamp with time zone,
  charged_currency character(3),
  constraint pk_payments PRIMARY KEY (id),
  constraint uq_payments_merchant_oid UNIQUE (merchant_oid),
  constraint fk_payments_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_payments_price_list FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE RESTRICT,
  constraint fk_payments_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_payments_amount CHECK (amount_minor >= 100),
  constraint ck_payments_charged CHECK (charged_minor IS NULL OR charged_currency IS NOT NULL),
  constraint ck_payments_charged_currency CHECK (charged_currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_payments_currency CHECK (currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_payments_merchant_oid CHECK (merchant_oid ~ '^[A-Za-z0-9]{1,64}$'::text),
  constraint ck_payments_paid CHECK ((status = 'success'::text) = (paid_at IS NOT NULL)),
  constraint ck_payments_plan CHECK (plan = ANY (ARRAY['starter'::text, 'team'::text, 'enterprise'::text])),
  constraint ck_payments_price_facts CHECK ((price_list_id IS NULL) = (price_facts IS NULL)),
  constraint ck_payments_review CHECK ((status = ANY (ARRAY['review'::text, 'refunded'::text])) = (review_reason IS NOT NULL)),
  constraint ck_payments_status CHECK (status = ANY (ARRAY['pending'::text, 'success'::text, 'failed'::text, 'expired'::text, 'review'::text, 'refused'::text, 'refunded'::text]))
);
CREATE INDEX idx_payments_amount ON payments USING btree (amount_minor, created_at DESC);
CREATE INDEX idx_payments_charged ON payments USING btree (charged_at, charged_currency) INCLUDE (status, charged_minor) WHERE charged_at IS NOT NULL;
CREATE INDEX idx_payments_charged_amount ON payments USING btree (charged_minor) WHERE charged_minor <> amount_minor;
CREATE INDEX idx_payments_company ON payments USING btree (company_id, created_at DESC, id DESC);
CREATE INDEX idx_payments_company_review ON payments USING btree (company_id, id) WHERE status = 'review'::text;
CREATE INDEX idx_payments_pending ON payments USING btree (created_at) WHERE status = 'pending'::text;
CREATE INDEX idx_payments_review ON payments USING btree (id) WHERE status = 'review'::text;
CREATE INDEX idx_payments_time_taken ON payments USING btree (time_taken_at) WHERE time_taken_at IS NOT NULL;
CREATE INDEX idx_payments_uncharged ON payments USING btree (created_at, currency) INCLUDE (status) WHERE charged_at IS NULL;
CREATE INDEX idx_payments_user ON payments USING btree (user_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX uq_payments_open_order ON payments USING btree (company_id) WHERE status = 'pending'::text AND superseded_at IS NULL;
CREATE TRIGGER note_charge BEFORE INSERT OR UPDATE OF charged_minor, charged_at ON payments FOR EACH ROW EXECUTE FUNCTION note_charge();
CREATE TRIGGER refuse_delete BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE OF id, company_id, user_id, merchant_oid, plan, currency, amount_minor, created_at, client_ip, user_agent, gateway_user_ip, test_mode ON payments FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.company_id IS DISTINCT FROM old.company_id OR new.user_id IS DISTINCT FROM old.user_id OR new.merchant_oid IS DISTINCT FROM old.merchant_oid OR new.plan IS DISTINCT FROM old.plan OR new.currency IS DISTINCT FROM old.currency OR new.amount_minor IS DISTINCT FROM old.amount_minor OR new.created_at IS DISTINCT FROM old.created_at OR new.client_ip IS DISTINCT FROM old.client_ip OR new.user_agent IS DISTINCT FROM old.user_agent OR new.gateway_user_ip IS DISTINCT FROM old.gateway_user_ip OR new.test_mode IS DISTINCT FROM old.test_mode) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_rewriting_charge BEFORE UPDATE OF charged_minor ON payments FOR EACH ROW WHEN (old.charged_minor IS NOT NULL AND new.charged_minor IS DISTINCT FROM old.charged_minor) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_rewriting_paid BEFORE UPDATE ON payments FOR EACH ROW WHEN (old.status = ANY (ARRAY['success'::text, 'refunded'::text])) EXECUTE FUNCTION refuse_rewriting_paid();
CREATE TRIGGER refuse_rewriting_prices BEFORE UPDATE OF price_list_id, price_facts ON payments FOR EACH ROW WHEN (new.price_list_id IS DISTINCT FROM old.price_list_id OR new.price_facts IS DISTINCT FROM old.price_facts) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON payments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table price_list_items
create table price_list_items (
  price_list_id bigint not null,
  currency character(3) not null,
  plan text not null,
  amount_minor bigint not null,
  constraint pk_price_list_items PRIMARY KEY (price_list_id, currency, plan),
  constraint fk_price_list_items_list FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE RESTRICT,
  constraint ck_price_list_items_amount CHECK (amount_minor >= 100 AND amount_minor <= 1000000000),
  constraint ck_price_list_items_currency CHECK (currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_price_list_items_plan CHECK (plan = ANY (ARRAY['starter'::text, 'team'::text, 'enterprise'::text]))
);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON price_list_items FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_late_price BEFORE INSERT ON price_list_items FOR EACH ROW EXECUTE FUNCTION refuse_late_price();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON price_list_items FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table price_lists
create table price_lists (
  id bigint generated always as identity not null,
  version integer not null,
  effective_from timestamp with time zone not null,
  kind text not null,
  base_currency character(3),
  rate_side text,
  margin_bps integer,
  rounding_mode text,
  rounding_steps jsonb,
  note text not null,
  created_by bigint,
  created_at timestamp with time zone not null,
  entered_at timestamp with time zone default transaction_timestamp() not null,
  constraint pk_price_lists PRIMARY KEY (id),
  constraint uq_price_lists_version UNIQUE (version),
  constraint fk_price_lists_creator FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_price_lists_base CHECK (base_currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_price_lists_converted CHECK (num_nonnulls(base_currency, rate_side, margin_bps, rounding_mode, rounding_steps) =
CASE kind
    WHEN 'converted'::text THEN 5
    ELSE 0
END),
  constraint ck_price_lists_effective CHECK (version = 1 OR effective_from >= created_at),
  constraint ck_price_lists_kind CHECK (kind = ANY (ARRAY['fixed'::text, 'converted'::text])),
  constraint ck_price_lists_margin CHECK (margin_bps >= 0 AND margin_bps <= 10000),
  constraint ck_price_lists_note CHECK (length(note) >= 1 AND length(note) <= 500),
  constraint ck_price_lists_rounding CHECK (rounding_mode = ANY (ARRAY['nearest'::text, 'up'::text])),
  constraint ck_price_lists_side CHECK (rate_side = ANY (ARRAY['forex_buying'::text, 'forex_selling'::text, 'banknote_buying'::text, 'banknote_selling'::text])),
  constraint ck_price_lists_version CHECK (version > 0 AND (version = 1) = (created_by IS NULL))
);
CREATE TRIGGER enter BEFORE INSERT ON price_lists FOR EACH ROW EXECUTE FUNCTION enter_price_list();
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON price_lists FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON price_lists FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table rate_limits
create table rate_limits (
  key character varying(255) not null,
  points integer default 0 not null,
  expire bigint,
  constraint pk_rate_limits PRIMARY KEY (key)
);
CREATE INDEX idx_rate_limits_expire ON rate_limits USING btree (expire);

-- table recovery_codes
create table recovery_codes (
  id bigint generated always as identity not null,
  user_id bigint not null,
  code_hash text not null,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint pk_recovery_codes PRIMARY KEY (id),
  constraint uq_recovery_codes_code UNIQUE (user_id, code_hash),
  constraint fk_recovery_codes_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

-- table recovery_requests
create table recovery_requests (
  id bigint generated always as identity not null,
  company_id bigint not null,
  user_id bigint not null,
  requested_by bigint not null,
  reason text not null,
  requested_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  objection_token_hash text not null,
  sent_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  cancelled_by bigint,
  objected_at timestamp with time zone,
  objection_ip inet,
  objection_user_agent text,
  constraint pk_recovery_requests PRIMARY KEY (id),
  constraint uq_recovery_requests_objection UNIQUE (objection_token_hash),
  constraint fk_recovery_requests_canceller FOREIGN KEY (cancelled_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_recovery_requests_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_recovery_requests_requester FOREIGN KEY (requested_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_recovery_requests_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_recovery_requests_end CHECK (num_nonnulls(sent_at, cancelled_at, objected_at) <= 1),
  constraint ck_recovery_requests_reason CHECK (length(reason) >= 1 AND length(reason) <= 500)
);
CREATE UNIQUE INDEX uq_recovery_requests_open ON recovery_requests USING btree (user_id) WHERE sent_at IS NULL AND cancelled_at IS NULL AND objected_at IS NULL;
CREATE TRIGGER refuse_delete BEFORE DELETE ON recovery_requests FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON recovery_requests FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table refunds
create table refunds (
  id bigint generated always as identity not null,
  payment_id bigint not null,
  company_id bigint not null,
  source text not null,
  reference_no text,
  amount_minor bigint not null,
  currency character(3) not null,
  state text not null,
  policy text,
  reason text,
  ends_paid_time boolean,
  requested_by bigint,
  requested_at timestamp with time zone not null,
  confirmed_by bigint,
  confirmed_at timestamp with time zone,
  sent_at timestamp with time zone,
  times_sent integer default 0 not null,
  send_again_at timestamp with time zone,
  asks integer default 0 not null,
  asked_at timestamp with time zone,
  ask_again_at timestamp with time zone,
  not_listed_at timestamp with time zone,
  gateway_code text,
  gateway_message text,
  gateway_date text,
  decided_at timestamp with time zone,
  closed_by bigint,
  close_reason text,
  constraint pk_refunds PRIMARY KEY (id),
  constraint uq_refunds_reference_no UNIQUE (reference_no),
  constraint fk_refunds_closer FOREIGN KEY (closed_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_refunds_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_refunds_confirmer FOREIGN KEY (confirmed_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_refunds_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_refunds_requester FOREIGN KEY (requested_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_refunds_amount CHECK (amount_minor > 0),
  constraint ck_refunds_closed CHECK ((closed_by IS NULL) = (close_reason IS NULL) AND (closed_by IS NULL OR state = 'refused'::text)),
  constraint ck_refunds_confirmed CHECK (source = 'panel'::text OR (state = ANY (ARRAY['requested'::text, 'withdrawn'::text])) OR num_nulls(confirmed_by, confirmed_at, sent_at) = 0 AND times_sent > 0),
  constraint ck_refunds_currency CHECK (currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_refunds_decided CHECK ((state = ANY (ARRAY['done'::text, 'refused'::text, 'withdrawn'::text])) = (decided_at IS NOT NULL)),
  constraint ck_refunds_ours CHECK (source = 'panel'::text OR num_nulls(reference_no, policy, reason, ends_paid_time, requested_by) = 0),
  constraint ck_refunds_panel CHECK (source = 'ours'::text OR state = 'done'::text AND num_nonnulls(reference_no, requested_by, confirmed_by) = 0),
  constraint ck_refunds_policy CHECK (policy = ANY (ARRAY['withdrawal'::text, 'not_as_ordered'::text, 'service_fault'::text, 'goodwill'::text, 'legal'::text, 'other'::text])),
  constraint ck_refunds_reason CHECK (length(reason) >= 1 AND length(reason) <= 500 AND length(close_reason) >= 1 AND length(close_reason) <= 500),
  constraint ck_refunds_reference_no CHECK (reference_no ~ '^[A-Za-z0-9]{1,64}$'::text),
  constraint ck_refunds_source CHECK (source = ANY (ARRAY['ours'::text, 'panel'::text])),
  constraint ck_refunds_state CHECK (state = ANY (ARRAY['requested'::text, 'sent'::text, 'waiting'::text, 'unknown'::text, 'done'::text, 'refused'::text, 'withdrawn'::text]))
);
CREATE INDEX idx_refunds_company ON refunds USING btree (company_id, id DESC);
CREATE INDEX idx_refunds_done ON refunds USING btree (decided_at, currency) INCLUDE (amount_minor) WHERE state = 'done'::text;
CREATE INDEX idx_refunds_ends_time ON refunds USING btree (decided_at) WHERE ends_paid_time AND state = 'done'::text;
CREATE INDEX idx_refunds_payment ON refunds USING btree (payment_id, id);
CREATE INDEX idx_refunds_under_way ON refunds USING btree (id) WHERE state = ANY (ARRAY['sent'::text, 'waiting'::text, 'unknown'::text]);
CREATE UNIQUE INDEX uq_refunds_open ON refunds USING btree (payment_id) WHERE state = ANY (ARRAY['requested'::text, 'sent'::text, 'waiting'::text, 'unknown'::text]);
CREATE TRIGGER refuse_delete BEFORE DELETE ON refunds FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON refunds FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_refund();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON refunds FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table refused_attempts
create table refused_attempts (
  key text not null,
  subject text not null,
  company_id bigint,
  user_id bigint,
  event text not null,
  attempts bigint not null,
  own_rows integer not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  window_ends_at timestamp with time zone not null,
  constraint pk_refused_attempts PRIMARY KEY (key),
  constraint fk_refused_attempts_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_refused_attempts_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_refused_attempts_attempts CHECK (attempts > 0 AND own_rows >= 0)
);
CREATE INDEX idx_refused_attempts_company ON refused_attempts USING btree (company_id);
CREATE INDEX idx_refused_attempts_subject ON refused_attempts USING btree (subject);
CREATE INDEX idx_refused_attempts_user ON refused_attempts USING btree (user_id);
CREATE INDEX idx_refused_attempts_window ON refused_attempts USING btree (window_ends_at);

-- table reversal_counters
create table reversal_counters (
  year integer not null,
  last_number integer not null,
  last_issued_at timestamp with time zone,
  constraint pk_reversal_counters PRIMARY KEY (year)
);

-- table reversals
create table reversals (
  id bigint generated always as identity not null,
  refund_id bigint not null,
  invoice_id bigint not null,
  payment_id bigint not null,
  company_id bigint not null,
  year integer not null,
  number integer not null,
  reversal_no text not null,
  issued_at timestamp with time zone not null,
  currency character(3) not null,
  total_minor bigint not null,
  tax_minor bigint not null,
  invoice_no text not null,
  plan text not null,
  period_start timestamp with time zone not null,
  period_end timestamp with time zone not null,
  tax_percent numeric(5,2) not null,
  buyer jsonb not null,
  seller jsonb not null,
  constraint pk_reversals PRIMARY KEY (id),
  constraint uq_reversals_no UNIQUE (reversal_no),
  constraint uq_reversals_number UNIQUE (year, number),
  constraint uq_reversals_refund UNIQUE (refund_id),
  constraint fk_reversals_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_reversals_invoice FOREIGN KEY (invoice_id) REFERENCES invoices(id) ON DELETE RESTRICT,
  constraint fk_reversals_payment FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_reversals_refund FOREIGN KEY (refund_id) REFERENCES refunds(id) ON DELETE RESTRICT,
  constraint ck_reversals_tax CHECK (tax_minor >= 0 AND tax_minor <= total_minor),
  constraint ck_reversals_total CHECK (total_minor > 0)
);
CREATE INDEX idx_reversals_company ON reversals USING btree (company_id, issued_at DESC, id DESC);
CREATE INDEX idx_reversals_invoice ON reversals USING btree (invoice_id, id);
CREATE INDEX idx_reversals_issued ON reversals USING btree (issued_at, currency) INCLUDE (total_minor, tax_minor);
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON reversals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON reversals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table scheduled_jobs
create table scheduled_jobs (
  name text not null,
  next_run_at timestamp with time zone not null,
  last_started_at timestamp with time zone,
  last_finished_at timestamp with time zone,
  last_succeeded boolean,
  last_message text,
  constraint pk_scheduled_jobs PRIMARY KEY (name)
);

-- table second_factor_policies
create table second_factor_policies (
  company_id bigint not null,
  required_from timestamp with time zone not null,
  set_by bigint not null,
  set_at timestamp with time zone not null,
  constraint pk_second_factor_policies PRIMARY KEY (company_id),
  constraint fk_second_factor_policies_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_second_factor_policies_setter FOREIGN KEY (set_by) REFERENCES users(id) ON DELETE RESTRICT
);

-- table security_events
create table security_events (
  slot integer not null,
  at timestamp with time zone not null,
  kind text not null,
  ip_address inet,
  path text,
  request_id text,
  details jsonb default '{}'::jsonb not null,
  constraint pk_security_events PRIMARY KEY (slot),
  constraint ck_security_events_slot CHECK (slot >= 0 AND slot <= 9999)
);
CREATE INDEX idx_security_events_at ON security_events USING btree (at);
CREATE INDEX idx_security_events_kind ON security_events USING btree (kind, at DESC, slot DESC);

-- table ssh_connections
create table ssh_connections (
  connection_hash text not null,
  resume_hash text not null,
  key_id bigint not null,
  company_id bigint not null,
  user_id bigint not null,
  workspace_id bigint not null,
  ip_address inet,
  created_at timestamp with time zone not null,
  constraint pk_ssh_connections PRIMARY KEY (connection_hash),
  constraint uq_ssh_connections_resume UNIQUE (resume_hash),
  constraint fk_ssh_connections_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_ssh_connections_key FOREIGN KEY (key_id) REFERENCES ssh_keys(id) ON DELETE RESTRICT,
  constraint fk_ssh_connections_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_ssh_connections_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE RESTRICT,
  constraint ck_ssh_connections_hashes CHECK (connection_hash ~ '^[0-9a-f]{64}$'::text AND resume_hash ~ '^[0-9a-f]{64}$'::text)
);
CREATE INDEX idx_ssh_connections_created_at ON ssh_connections USING btree (created_at);

-- table ssh_keys
create table ssh_keys (
  id bigint generated always as identity not null,
  company_id bigint not null,
  user_id bigint not null,
  label text not null,
  key_type text not null,
  key_blob text not null,
  fingerprint text not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  last_used_ip inet,
  removed_at timestamp with time zone,
  proven_at timestamp with time zone,
  constraint pk_ssh_keys PRIMARY KEY (id),
  constraint fk_ssh_keys_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_ssh_keys_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_ssh_keys_blob CHECK (key_blob ~ '^[A-Za-z0-9+/]+={0,2}$'::text AND length(key_blob) <= 8000),
  constraint ck_ssh_keys_fingerprint CHECK (fingerprint ~ '^SHA256:[A-Za-z0-9+/]{43}$'::text),
  constraint ck_ssh_keys_label CHECK (length(label) >= 1 AND length(label) <= 60),
  constraint ck_ssh_keys_type CHECK (key_type = ANY (ARRAY['ssh-ed25519'::text, 'ecdsa-sha2-nistp256'::text, 'ecdsa-sha2-nistp384'::text, 'ecdsa-sha2-nistp521'::text, 'sk-ssh-ed25519@openssh.com'::text, 'sk-ecdsa-sha2-nistp256@openssh.com'::text, 'ssh-rsa'::text]))
);
CREATE INDEX idx_ssh_keys_user ON ssh_keys USING btree (user_id, id);
CREATE UNIQUE INDEX uq_ssh_keys_live ON ssh_keys USING btree (fingerprint) WHERE removed_at IS NULL;

-- table stored_cards
create table stored_cards (
  id bigint generated always as identity not null,
  company_id bigint not null,
  user_id bigint not null,
  first_payment_id bigint not null,
  sealed_tokens bytea,
  key_id text,
  stored_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  removal_asked_at timestamp with time zone,
  removal_cause text,
  removal_tries integer default 0 not null,
  removal_due_at timestamp with time zone,
  removal_problem text,
  removed_at timestamp with time zone,
  constraint pk_stored_cards PRIMARY KEY (id),
  constraint uq_stored_cards_payment UNIQUE (first_payment_id),
  constraint fk_stored_cards_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_stored_cards_payment FOREIGN KEY (first_payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_stored_cards_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_stored_cards_cause CHECK (removal_cause = ANY (ARRAY['asked'::text, 'replaced'::text, 'closed'::text, 'cancelled'::text, 'person-left'::text, 'subscription-over'::text])),
  constraint ck_stored_cards_removal CHECK ((removal_asked_at IS NULL) = (removal_cause IS NULL) AND (removed_at IS NULL OR removal_asked_at IS NOT NULL)),
  constraint ck_stored_cards_tokens CHECK ((sealed_tokens IS NULL) = (key_id IS NULL) AND (sealed_tokens IS NULL) = (removed_at IS NOT NULL))
);
CREATE INDEX idx_stored_cards_removal ON stored_cards USING btree (removal_due_at) WHERE removed_at IS NULL AND removal_asked_at IS NOT NULL;
CREATE INDEX idx_stored_cards_user ON stored_cards USING btree (user_id);
CREATE UNIQUE INDEX uq_stored_cards_company ON stored_cards USING btree (company_id) WHERE removal_asked_at IS NULL;
CREATE TRIGGER refuse_delete BEFORE DELETE ON stored_cards FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON stored_cards FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table subscription_notices
create table subscription_notices (
  company_id bigint not null,
  kind text not null,
  about timestamp with time zone not null,
  noted_at timestamp with time zone not null,
  outcome text not null,
  plan text,
  currency character(3),
  amount_minor bigint,
  constraint pk_subscription_notices PRIMARY KEY (company_id, kind, about),
  constraint fk_subscription_notices_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint ck_subscription_notices_asked CHECK ((num_nonnulls(plan, currency, amount_minor) = ANY (ARRAY[0, 3])) AND amount_minor > 0),
  constraint ck_subscription_notices_currency CHECK (currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_subscription_notices_kind CHECK (kind = ANY (ARRAY['reminder'::text, 'last_reminder'::text, 'trial'::text, 'active'::text, 'past_due'::text, 'suspended'::text, 'cancelled'::text])),
  constraint ck_subscription_notices_outcome CHECK (outcome = ANY (ARRAY['mailed'::text, 'nobody'::text, 'skipped'::text, 'silent'::text])),
  constraint ck_subscription_notices_plan CHECK (plan = ANY (ARRAY['starter'::text, 'team'::text, 'enterprise'::text]))
);

-- table subscriptions
create table subscriptions (
  company_id bigint not null,
  plan text not null,
  billing_currency character(3) not null,
  trial_ends_at timestamp with time zone not null,
  period_started_at timestamp with time zone,
  period_ends_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  paid_prices jsonb,
  next_plan text,
  next_period_ends_at timestamp with time zone,
  wanted_plan text,
  cancel_requested_at timestamp with time zone,
  cancelled_by bigint,
  cancel_reason text,
  cancels_at timestamp with time zone,
  opens_until timestamp with time zone generated always as (LEAST(cancels_at, GREATEST(trial_ends_at, (((COALESCE(next_period_ends_at, period_ends_at) AT TIME ZONE 'UTC'::text) + '168:00:00'::interval) AT TIME ZONE 'UTC'::text)))) stored not null,
  usual_currency character(3),
  grace_plan text,
  constraint pk_subscriptions PRIMARY KEY (company_id),
  constraint fk_subscriptions_canceller FOREIGN KEY (cancelled_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_subscriptions_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint ck_subscriptions_cancel CHECK ((cancel_requested_at IS NULL) = (cancels_at IS NULL) AND (cancels_at IS NOT NULL OR cancelled_by IS NULL AND cancel_reason IS NULL)),
  constraint ck_subscriptions_cancel_reason CHECK (length(cancel_reason) >= 1 AND length(cancel_reason) <= 1000),
  constraint ck_subscriptions_currency CHECK (billing_currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_subscriptions_grace_plan CHECK (grace_plan = ANY (ARRAY['starter'::text, 'team'::text, 'enterprise'::text])),
  constraint ck_subscriptions_next CHECK ((next_plan IS NULL) = (next_period_ends_at IS NULL) AND (next_period_ends_at IS NULL OR COALESCE(next_period_ends_at > period_ends_at, false))),
  constraint ck_subscriptions_next_plan CHECK (next_plan = ANY (ARRAY['starter'::text, 'team'::text, 'enterprise'::text])),
  constraint ck_subscriptions_order CHECK (period_ends_at > period_started_at),
  constraint ck_subscriptions_period CHECK ((period_started_at IS NULL) = (period_ends_at IS NULL)),
  constraint ck_subscriptions_plan CHECK (plan = ANY (ARRAY['trial'::text, 'starter'::text, 'team'::text, 'enterprise'::text])),
  constraint ck_subscriptions_usual_currency CHECK (usual_currency = ANY (ARRAY['TRY'::bpchar, 'USD'::bpchar, 'EUR'::bpchar])),
  constraint ck_subscriptions_wanted_plan CHECK (wanted_plan = ANY (ARRAY['starter'::text, 'team'::text, 'enterprise'::text]))
);

-- table totp_secrets
create table totp_secrets (
  id bigint generated always as identity not null,
  user_id bigint not null,
  sealed_secret bytea not null,
  created_at timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  last_step bigint,
  last_used_at timestamp with time zone,
  constraint pk_totp_secrets PRIMARY KEY (id),
  constraint fk_totp_secrets_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX uq_totp_secrets_confirmed ON totp_secrets USING btree (user_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX uq_totp_secrets_waiting ON totp_secrets USING btree (user_id) WHERE confirmed_at IS NULL;

-- table transparency_logs
create table transparency_logs (
  id bigint generated always as identity not null,
  log_uuid uuid default gen_random_uuid() not null,
  company_id bigint,
  created_at timestamp with time zone not null,
  sequenced bigint default 0 not null,
  integrated bigint default 0 not null,
  published bigint default 0 not null,
  constraint pk_transparency_logs PRIMARY KEY (id),
  constraint uq_transparency_logs_company UNIQUE NULLS NOT DISTINCT (company_id),
  constraint uq_transparency_logs_uuid UNIQUE (log_uuid),
  constraint fk_transparency_logs_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint ck_transparency_logs_steps CHECK (0 <= published AND published <= integrated AND integrated <= sequenced)
);
CREATE INDEX idx_transparency_logs_behind ON transparency_logs USING btree (id) WHERE published < sequenced;
CREATE TRIGGER refuse_delete BEFORE DELETE ON transparency_logs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_shrinking BEFORE UPDATE ON transparency_logs FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.log_uuid IS DISTINCT FROM old.log_uuid OR new.created_at IS DISTINCT FROM old.created_at OR new.company_id IS DISTINCT FROM old.company_id OR new.sequenced < old.sequenced OR new.integrated < old.integrated OR new.published < old.published) EXECUTE FUNCTION refuse_shrinking_log();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON transparency_logs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- table usage_statement_links
create table usage_statement_links (
  id bigint generated always as identity not null,
  statement_id bigint not null,
  company_id bigint not null,
  user_id bigint not null,
  token_hash text not null,
  expires_at timestamp with time zone not null,
  not_me_at timestamp with time zone,
  not_me_payment_id bigint,
  cancelled_at timestamp with time zone,
  constraint pk_usage_statement_links PRIMARY KEY (id),
  constraint uq_usage_statement_links_reader UNIQUE (statement_id, user_id),
  constraint uq_usage_statement_links_token UNIQUE (token_hash),
  constraint fk_usage_statement_links_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_usage_statement_links_payment FOREIGN KEY (not_me_payment_id) REFERENCES payments(id) ON DELETE RESTRICT,
  constraint fk_usage_statement_links_statement FOREIGN KEY (statement_id) REFERENCES usage_statements(id) ON DELETE RESTRICT,
  constraint fk_usage_statement_links_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_usage_statement_links_not_me CHECK ((not_me_at IS NULL) = (not_me_payment_id IS NULL)),
  constraint ck_usage_statement_links_token CHECK (token_hash ~ '^[0-9a-f]{64}$'::text)
);
CREATE INDEX idx_usage_statement_links_user ON usage_statement_links USING btree (user_id);

-- table usage_statements
create table usage_statements (
  id bigint generated always as identity not null,
  company_id bigint not null,
  month text not null,
  mailed_at timestamp with time zone not null,
  recipients integer not null,
  constraint pk_usage_statements PRIMARY KEY (id),
  constraint uq_usage_statements_month UNIQUE (company_id, month),
  constraint fk_usage_statements_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint ck_usage_statements_month CHECK (month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text),
  constraint ck_usage_statements_recipients CHECK (recipients >= 0)
);

-- table users
create table users (
  id bigint generated always as identity not null,
  company_id bigint,
  email text not null,
  full_name text not null,
  password_hash text not null,
  role text not null,
  locale text not null,
  created_at timestamp with time zone not null,
  deactivated_at timestamp with time zone,
  last_login_at timestamp with time zone,
  email_confirmed_at timestamp with time zone,
  holds_email boolean default true not null,
  password_blocked_at timestamp with time zone,
  time_zone text default 'Europe/Istanbul'::text not null,
  session_version integer default 0 not null,
  second_factor_at timestamp with time zone,
  constraint pk_users PRIMARY KEY (id),
  constraint uq_users_company_id UNIQUE (company_id, id),
  constraint fk_users_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint ck_users_company CHECK ((role = 'operator'::text) = (company_id IS NULL)),
  constraint ck_users_email CHECK (email = lower(email) AND length(email) >= 3 AND length(email) <= 100),
  constraint ck_users_full_name CHECK (length(full_name) >= 1 AND length(full_name) <= 100),
  constraint ck_users_locale CHECK (locale = ANY (ARRAY['tr'::text, 'en'::text])),
  constraint ck_users_role CHECK (role = ANY (ARRAY['member'::text, 'admin'::text, 'operator'::text])),
  constraint ck_users_time_zone CHECK (length(time_zone) >= 1 AND length(time_zone) <= 64)
);
CREATE INDEX idx_users_company ON users USING btree (company_id, id);
CREATE INDEX idx_users_company_name ON users USING btree (company_id, full_name COLLATE "tr-x-icu", id);
CREATE INDEX idx_users_email_waiting ON users USING btree (email) WHERE NOT holds_email;
CREATE INDEX idx_users_search ON users USING gin (search_text(full_name) gin_trgm_ops, search_text(email) gin_trgm_ops);
CREATE UNIQUE INDEX uq_users_email ON users USING btree (email) WHERE holds_email;
CREATE TRIGGER refuse_delete BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION refuse_delete();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON users FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.company_id IS DISTINCT FROM old.company_id OR new.created_at IS DISTINCT FROM old.created_at OR old.deactivated_at IS NOT NULL AND new.deactivated_at IS NOT NULL AND new.deactivated_at <> old.deactivated_at OR old.last_login_at IS NOT NULL AND (new.last_login_at IS NULL OR new.last_login_at < old.last_login_at)) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER users_keep_company BEFORE UPDATE OF company_id ON users FOR EACH ROW WHEN (old.company_id IS DISTINCT FROM new.company_id) EXECUTE FUNCTION refuse_change_of_company();
CREATE TRIGGER users_keep_email BEFORE UPDATE OF email ON users FOR EACH ROW WHEN (old.email IS DISTINCT FROM new.email) EXECUTE FUNCTION refuse_unrecorded_address();

-- table workspace_hosts
create table workspace_hosts (
  label text not null,
  workspace_id bigint not null,
  company_id bigint not null,
  created_at timestamp with time zone not null,
  constraint pk_workspace_hosts PRIMARY KEY (label),
  constraint uq_workspace_hosts_workspace UNIQUE (workspace_id),
  constraint fk_workspace_hosts_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_workspace_hosts_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE RESTRICT,
  constraint ck_workspace_hosts_label CHECK (label ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)
);

-- table workspace_passes
create table workspace_passes (
  token_hash text not null,
  workspace_id bigint not null,
  company_id bigint not null,
  user_id bigint not null,
  browser_session_id text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  port integer,
  constraint pk_workspace_passes PRIMARY KEY (token_hash),
  constraint fk_workspace_passes_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_workspace_passes_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_workspace_passes_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE RESTRICT,
  constraint ck_workspace_passes_port CHECK (port >= 1024 AND port <= 65535)
);
CREATE INDEX idx_workspace_passes_browser ON workspace_passes USING btree (browser_session_id, workspace_id);
CREATE INDEX idx_workspace_passes_expires_at ON workspace_passes USING btree (expires_at);

-- table workspace_sessions
create table workspace_sessions (
  id bigint default nextval('workspace_sessions_ids'::regclass) not null,
  company_id bigint not null,
  workspace_id bigint not null,
  user_id bigint not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  end_reason text,
  duration_seconds integer generated always as ((floor(EXTRACT(epoch FROM (ended_at - started_at))))::integer) stored,
  last_activity_at timestamp with time zone not null,
  activity_count integer default 0 not null,
  ip_address inet,
  user_agent text,
  session_id text not null,
  access_method text not null,
  interactive_seconds integer default 0 not null,
  connected_minutes integer default 0 not null,
  active_minutes integer default 0 not null,
  connected_until timestamp with time zone,
  active_until timestamp with time zone,
  disconnected_at timestamp with time zone,
  on_behalf_of bigint,
  is_partly_seen boolean default false not null,
  constraint pk_workspace_sessions PRIMARY KEY (id, started_at),
  constraint fk_workspace_sessions_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_workspace_sessions_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_workspace_sessions_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE RESTRICT,
  constraint ck_workspace_sessions_activity CHECK (last_activity_at >= started_at AND activity_count >= 0),
  constraint ck_workspace_sessions_end CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  constraint ck_workspace_sessions_interactive CHECK (interactive_seconds >= 0),
  constraint ck_workspace_sessions_method CHECK (access_method = ANY (ARRAY['web'::text, 'api'::text, 'ssh'::text])),
  constraint ck_workspace_sessions_on_behalf CHECK (on_behalf_of <> user_id),
  constraint ck_workspace_sessions_order CHECK (ended_at IS NULL OR ended_at >= started_at),
  constraint ck_workspace_sessions_reason CHECK (end_reason = ANY (ARRAY['closed'::text, 'idle'::text, 'signed-out'::text, 'stopped'::text, 'revoked'::text, 'replaced'::text, 'app-shutdown'::text, 'deleted'::text, 'deactivated'::text, 'lapsed'::text])),
  constraint ck_workspace_sessions_traffic CHECK (active_minutes >= 0 AND connected_minutes >= active_minutes)
) partition by range (started_at);
CREATE INDEX idx_workspace_sessions_company_end ON workspace_sessions USING btree (company_id, ended_at);
CREATE INDEX idx_workspace_sessions_company_id ON workspace_sessions USING btree (company_id, started_at, id);
CREATE INDEX idx_workspace_sessions_on_behalf_of ON workspace_sessions USING btree (on_behalf_of, started_at) WHERE on_behalf_of IS NOT NULL;
CREATE INDEX idx_workspace_sessions_session_id ON workspace_sessions USING btree (session_id);
CREATE INDEX idx_workspace_sessions_started_at ON workspace_sessions USING brin (started_at);
CREATE INDEX idx_workspace_sessions_user_id ON workspace_sessions USING btree (user_id, started_at, id);
CREATE INDEX idx_workspace_sessions_workspace_end ON workspace_sessions USING btree (workspace_id, ended_at);
CREATE INDEX idx_workspace_sessions_workspace_id ON workspace_sessions USING btree (workspace_id, started_at, id);
CREATE UNIQUE INDEX uq_workspace_sessions_active ON workspace_sessions USING btree (workspace_id, user_id, session_id, access_method, started_at) WHERE ended_at IS NULL;
CREATE TRIGGER claim_open_session BEFORE INSERT ON workspace_sessions FOR EACH ROW WHEN (new.ended_at IS NULL) EXECUTE FUNCTION claim_open_session();
CREATE TRIGGER refuse_counting_back BEFORE UPDATE OF last_activity_at, activity_count, interactive_seconds ON workspace_sessions FOR EACH ROW WHEN (new.last_activity_at < old.last_activity_at OR new.activity_count < old.activity_count OR new.interactive_seconds < old.interactive_seconds) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_counting_traffic_back BEFORE UPDATE OF connected_minutes, active_minutes, connected_until, active_until, is_partly_seen ON workspace_sessions FOR EACH ROW WHEN (new.connected_minutes < old.connected_minutes OR new.active_minutes < old.active_minutes OR (new.connected_until IS NULL OR new.connected_until < old.connected_until) AND old.connected_until IS NOT NULL OR (new.active_until IS NULL OR new.active_until < old.active_until) AND old.active_until IS NOT NULL OR old.is_partly_seen AND NOT new.is_partly_seen) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_delete BEFORE DELETE ON workspace_sessions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_reopening BEFORE UPDATE OF ended_at ON workspace_sessions FOR EACH ROW WHEN (old.ended_at IS NOT NULL AND new.ended_at IS NULL) EXECUTE FUNCTION refuse_reopening();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE OF id, company_id, workspace_id, user_id, started_at, ip_address, user_agent, session_id, access_method, on_behalf_of ON workspace_sessions FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.company_id IS DISTINCT FROM old.company_id OR new.workspace_id IS DISTINCT FROM old.workspace_id OR new.user_id IS DISTINCT FROM old.user_id OR new.started_at IS DISTINCT FROM old.started_at OR new.ip_address IS DISTINCT FROM old.ip_address OR new.user_agent IS DISTINCT FROM old.user_agent OR new.session_id IS DISTINCT FROM old.session_id OR new.access_method IS DISTINCT FROM old.access_method OR new.on_behalf_of IS DISTINCT FROM old.on_behalf_of) EXECUTE FUNCTION refuse_rewriting_final();
CREATE TRIGGER refuse_rewriting_ended BEFORE UPDATE ON workspace_sessions FOR EACH ROW WHEN (old.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_rewriting_ended();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON workspace_sessions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_open_session AFTER UPDATE OF ended_at ON workspace_sessions FOR EACH ROW WHEN (old.ended_at IS NULL AND new.ended_at IS NOT NULL) EXECUTE FUNCTION release_open_session();
create table workspace_sessions_default partition of workspace_sessions default;

-- table workspace_tickets
create table workspace_tickets (
  token_hash text not null,
  workspace_id bigint not null,
  company_id bigint not null,
  user_id bigint not null,
  browser_session_id text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  nonce_hash text,
  port integer,
  constraint pk_workspace_tickets PRIMARY KEY (token_hash),
  constraint fk_workspace_tickets_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_workspace_tickets_user FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_workspace_tickets_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE RESTRICT,
  constraint ck_workspace_tickets_port CHECK (port >= 1024 AND port <= 65535)
);
CREATE INDEX idx_workspace_tickets_expires_at ON workspace_tickets USING btree (expires_at);

-- table workspaces
create table workspaces (
  id bigint generated always as identity not null,
  company_id bigint not null,
  owner_user_id bigint not null,
  name text not null,
  port integer not null,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  deleted_by bigint,
  wanted_running_since timestamp with time zone,
  stopped_because text,
  destroying_since timestamp with time zone,
  destroyed_at timestamp with time zone,
  constraint pk_workspaces PRIMARY KEY (id),
  constraint fk_workspaces_company FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE RESTRICT,
  constraint fk_workspaces_deleter FOREIGN KEY (deleted_by) REFERENCES users(id) ON DELETE RESTRICT,
  constraint fk_workspaces_owner FOREIGN KEY (owner_user_id) REFERENCES users(id) ON DELETE RESTRICT,
  constraint ck_workspaces_deletion CHECK ((deleted_at IS NULL) = (deleted_by IS NULL)),
  constraint ck_workspaces_destruction CHECK ((destroying_since IS NULL OR deleted_at IS NOT NULL) AND (destroyed_at IS NULL OR destroying_since IS NOT NULL)),
  constraint ck_workspaces_name CHECK (length(name) >= 1 AND length(name) <= 60),
  constraint ck_workspaces_port CHECK (port >= 1 AND port <= 65535),
  constraint ck_workspaces_stopped_because CHECK (stopped_because = ANY (ARRAY['unused'::text, 'subscription-lapsed'::text, 'over-limit'::text, 'owner-deactivated'::text, 'disk-full'::text, 'memory-full'::text]))
);
CREATE INDEX idx_workspaces_company ON workspaces USING btree (company_id, id);
CREATE INDEX idx_workspaces_owner ON workspaces USING btree (company_id, owner_user_id, id);
CREATE INDEX idx_workspaces_to_destroy ON workspaces USING btree (deleted_at) WHERE deleted_at IS NOT NULL AND destroyed_at IS NULL;
CREATE UNIQUE INDEX uq_workspaces_name ON workspaces USING btree (company_id, lower(name)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX uq_workspaces_port ON workspaces USING btree (port) WHERE deleted_at IS NULL;
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON workspaces FOR EACH ROW WHEN (new.id IS DISTINCT FROM old.id OR new.company_id IS DISTINCT FROM old.company_id OR new.created_at IS DISTINCT FROM old.created_at OR new.name <> old.name AND NOT (old.deleted_at IS NOT NULL AND new.deleted_at IS NULL)) EXECUTE FUNCTION refuse_rewriting_final();

-- function claim_open_session()
CREATE OR REPLACE FUNCTION claim_open_session()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into open_workspace_sessions (workspace_id, user_id, session_id, access_method, workspace_session_id, started_at)
  values (new.workspace_id, new.user_id, new.session_id, new.access_method, new.id, new.started_at)
  on conflict on constraint pk_open_workspace_sessions do nothing;
  return case when found then new end;
end
$function$;

-- function content_hash(content text)
CREATE OR REPLACE FUNCTION content_hash(content text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN encode(sha256(convert_to(content, 'UTF8'::name)), 'hex'::text);

-- function drop_expired_partition(parent_name text, retention_months integer)
CREATE OR REPLACE FUNCTION drop_expired_partition(parent_name text, retention_months integer)
 RETURNS TABLE(partition_name text, starts_at timestamp with time zone, ends_at timestamp with time zone, dropped_rows bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('youarecoder partitions', 0));
  lock table legal_holds in share mode;
  select e.partition_name, e.starts_at, e.ends_at into partition_name, starts_at, ends_at
  from expired_partitions(parent_name, retention_months) e
  where e.held_by = '{}' and not e.has_open_sessions
  order by e.ends_at
  limit 1;
  if partition_name is null then
    return;
  end if;
  execute format('select count(*) from %I', partition_name) into dropped_rows;
  -- The table and those it refers to are locked for an instant; who would have to wait long makes us try again.
  for attempt in 1..40 loop
    begin
      perform set_config('lock_timeout', '1500ms', true);
      execute format('drop table %I', partition_name);
      return next;
      return;
    exception when lock_not_available or deadlock_detected then
      perform pg_sleep(1);
    end;
  end loop;
  raise exception 'table % was in use all the time: it is dropped with the next run', parent_name
    using errcode = 'lock_not_available';
end
$function$;
revoke execute on function drop_expired_partition(text,integer) from public;

-- function enter_price_list()
CREATE OR REPLACE FUNCTION enter_price_list()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.entered_at := transaction_timestamp();
  return new;
end
$function$;

-- function expired_partitions(parent_name text, retention_months integer)
CREATE OR REPLACE FUNCTION expired_partitions(parent_name text, retention_months integer)
 RETURNS TABLE(partition_name text, starts_at timestamp with time zone, ends_at timestamp with time zone, held_by bigint[], has_open_sessions boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if parent_name not in ('audit_logs', 'workspace_sessions') or retention_months is null or retention_months < 36 then
    raise exception 'evidence in audit_logs and workspace_sessions is kept for 36 months at least'
      using errcode = 'invalid_parameter_value';
  end if;
  for partition_name, starts_at, ends_at in
    select p.partition_name, p.starts_at, p.ends_at from list_partitions(parent_name) p
    where not p.is_default and p.ends_at <= month_start(now(), -retention_months)
    order by p.ends_at
  loop
    execute format(
      'select coalesce(array_agg(h.id order by h.id), ''{}'') from legal_holds h
       where h.released_at is null and (
         exists (select from %1$I r where r.company_id = h.company_id)
         or exists (select from %1$I r join users u on u.id = r.user_id
                    where r.company_id is null and u.company_id = h.company_id))', partition_name)
      into held_by;
    has_open_sessions := false;
    if parent_name = 'workspace_sessions' then
      execute format('select exists (select from %I r where r.ended_at is null)', partition_name) into has_open_sessions;
    end if;
    return next;
  end loop;
end
$function$;
revoke execute on function expired_partitions(text,integer) from public;

-- function list_partitions(parent_name text)
CREATE OR REPLACE FUNCTION list_partitions(parent_name text)
 RETURNS TABLE(partition_name text, starts_at timestamp with time zone, ends_at timestamp with time zone, is_default boolean)
 LANGUAGE sql
 STABLE
 SET "DateStyle" TO 'ISO, MDY'
 SET "TimeZone" TO 'UTC'
AS $function$
  select c.relname::text,
         (regexp_match(b.bound, 'FROM \(''([^'']+)''\)'))[1]::timestamptz,
         (regexp_match(b.bound, 'TO \(''([^'']+)''\)'))[1]::timestamptz,
         b.bound = 'DEFAULT'
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid
  cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as bound) b
  where i.inhparent = parent_name::regclass
  order by 2 nulls first, 3
$function$;

-- function lock_patiently(busy regclass)
CREATE OR REPLACE FUNCTION lock_patiently(busy regclass)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  referenced text;
begin
  select string_agg(distinct confrelid::regclass::text, ', ') into referenced
  from pg_constraint where conrelid = busy and contype = 'f';
  for attempt in 1..40 loop
    begin
      perform set_config('lock_timeout', '1500ms', true);
      execute format('lock table only %s in access exclusive mode', busy);
      if referenced is not null then
        execute format('lock table only %s in share row exclusive mode nowait', referenced);
      end if;
      return;
    exception when lock_not_available then
      perform pg_sleep(1);
    end;
  end loop;
  raise exception 'table % was in use all the time: try again when no long transaction (a large export, a backup) runs', busy
    using errcode = 'lock_not_available';
end
$function$;
revoke execute on function lock_patiently(regclass) from public;

-- function make_month_partition(parent_name text, key_column text, month timestamp with time zone)
CREATE OR REPLACE FUNCTION make_month_partition(parent_name text, key_column text, month timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SET "DateStyle" TO 'ISO, MDY'
 SET "TimeZone" TO 'UTC'
AS $function$
declare
  default_name text := parent_name || '_default';
  new_name     text := format('%s_%s', parent_name, to_char(month at time zone 'UTC', 'YYYY_MM'));
  of_month     text := format('%I >= %L and %I < %L', key_column, month, key_column, month_start(month, 1));
  columns      text;
  moved        bigint;
begin
  perform lock_patiently(default_name::regclass);
  execute format('create table %I (like %I including defaults including generated including constraints)', new_name, parent_name);
  select string_agg(quote_ident(attname), ', ' order by attnum) into columns
  from pg_attribute
  where attrelid = parent_name::regclass and attnum > 0 and not attisdropped and attgenerated = '';
  execute format('insert into %I (%s) select %s from %I where %s', new_name, columns, columns, default_name, of_month);
  get diagnostics moved = row_count;
  if moved > 0 then
    execute format('alter table %I disable trigger user', default_name);
    execute format('delete from %I where %s', default_name, of_month);
    execute format('alter table %I enable trigger user', default_name);
  end if;
  execute format('alter table %I attach partition %I for values from (%L) to (%L)',
    parent_name, new_name, month, month_start(month, 1));
  execute format('create trigger refuse_truncate before truncate on %I for each statement execute function refuse_change()',
    new_name);
  return moved;
end
$function$;
revoke execute on function make_month_partition(text,text,timestamp with time zone) from public;

-- function make_partitions(parent_name text, months_ahead integer)
CREATE OR REPLACE FUNCTION make_partitions(parent_name text, months_ahead integer)
 RETURNS TABLE(partition_month timestamp with time zone, moved_rows bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  key_column text := case parent_name when 'audit_logs' then 'timestamp' when 'workspace_sessions' then 'started_at' end;
  last_month timestamptz := month_start(now(), months_ahead);
  oldest     timestamptz;
  is_needed  boolean;
begin
  if key_column is null or months_ahead is null or months_ahead not between 0 and 24 then
    raise exception 'make_partitions knows audit_logs and workspace_sessions, and makes up to 24 months ahead'
      using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('youarecoder partitions', 0));
  -- A time that no clock shows (minus infinity, before Christ) stays where it is: counting months from there would not end.
  execute format('select min(%1$I) from %2$I where %1$I > now() - interval ''100 years''', key_column, parent_name || '_default')
    into oldest;
  partition_month := month_start(least(oldest, now()), 0);
  while partition_month <= last_month loop
    is_needed := partition_month >= month_start(now(), 0);
    if not is_needed then
      execute format('select exists (select from %I where %I >= $1 and %I < $2)', parent_name || '_default', key_column, key_column)
        into is_needed using partition_month, month_start(partition_month, 1);
    end if;
    if is_needed and not exists (
      select from list_partitions(parent_name) p
      where not p.is_default and coalesce(p.starts_at, '-infinity') <= partition_month and p.ends_at > partition_month
    ) then
      moved_rows := make_month_partition(parent_name, key_column, partition_month);
      return next;
    end if;
    partition_month := month_start(partition_month, 1);
  end loop;
end
$function$;
revoke execute on function make_partitions(text,integer) from public;

-- function missing_partitions(parent_name text, months_ahead integer)
CREATE OR REPLACE FUNCTION missing_partitions(parent_name text, months_ahead integer)
 RETURNS TABLE(partition_month timestamp with time zone, waiting_rows bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  key_column text := case parent_name when 'audit_logs' then 'timestamp' when 'workspace_sessions' then 'started_at' end;
begin
  if key_column is null then
    raise exception 'missing_partitions knows audit_logs and workspace_sessions' using errcode = 'invalid_parameter_value';
  end if;
  return query execute format(
    'with waiting as (select month_start(%1$I, 0) as month, count(*) as rows from %2$I where %1$I < $1 group by 1),
          wanted as (select month_start(now(), n) as month from generate_series(0, $2) as n union select month from waiting)
     select wanted.month, coalesce(waiting.rows, 0) from wanted left join waiting using (month)
     where not exists (
       select from list_partitions($3) p
       where not p.is_default and coalesce(p.starts_at, ''-infinity'') <= wanted.month and p.ends_at > wanted.month)
     order by 1', key_column, parent_name || '_default')
    using month_start(now(), months_ahead + 1), months_ahead, parent_name;
end
$function$;
revoke execute on function missing_partitions(text,integer) from public;

-- function month_start(at timestamp with time zone, months integer)
CREATE OR REPLACE FUNCTION month_start(at timestamp with time zone, months integer)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN ((date_trunc('month'::text, (at AT TIME ZONE 'UTC'::text)) + ((months)::double precision * '1 mon'::interval)) AT TIME ZONE 'UTC'::text);

-- function note_charge()
CREATE OR REPLACE FUNCTION note_charge()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.charged_minor is not null then
    new.charged_currency := coalesce(new.charged_currency, new.currency);
  end if;
  if tg_op = 'UPDATE' and old.charged_at is not null then
    new.charged_at := old.charged_at;
  elsif new.charged_minor is not null then
    new.charged_at := coalesce(new.paid_at, new.decided_at);
  end if;
  return new;
end
$function$;

-- function note_for_alerts()
CREATE OR REPLACE FUNCTION note_for_alerts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into alert_inbox (event_id, event_at, user_id) values (new.event_id, new.timestamp, new.user_id)
  on conflict do nothing;
  return null;
end
$function$;

-- function refuse_change()
CREATE OR REPLACE FUNCTION refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'table % is append-only: % refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege';
end
$function$;

-- function refuse_change_of_company()
CREATE OR REPLACE FUNCTION refuse_change_of_company()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'users.company_id never changes: staff cannot become members, nor members staff or somebody else''s'
    using errcode = 'integrity_constraint_violation';
end
$function$;

-- function refuse_delete()
CREATE OR REPLACE FUNCTION refuse_delete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a row of % is never deleted: evidence refers to it', tg_table_name
    using errcode = 'foreign_key_violation';
end
$function$;

-- function refuse_late_price()
CREATE OR REPLACE FUNCTION refuse_late_price()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (
    select from price_lists where id = new.price_list_id and entered_at = transaction_timestamp()
  ) then
    raise exception 'a version of the prices is whole from the start: price refused'
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

-- function refuse_reopening()
CREATE OR REPLACE FUNCTION refuse_reopening()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a workspace session that has ended stays ended: update refused' using errcode = 'insufficient_privilege';
end
$function$;

-- function refuse_rewriting_callback()
CREATE OR REPLACE FUNCTION refuse_rewriting_callback()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.payment_id, new.merchant_oid, new.body, new.body_sha256, new.ip_address, new.received_at, new.outcome)
     is distinct from
     (old.payment_id, old.merchant_oid, old.body, old.body_sha256, old.ip_address, old.received_at, old.outcome) then
    raise exception 'a notification is kept as it came: update refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

-- function refuse_rewriting_dispute()
CREATE OR REPLACE FUNCTION refuse_rewriting_dispute()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.id, new.company_id, new.payment_id, new.user_id, new.source, new.opened_at, new.opened_by)
     is distinct from
     (old.id, old.company_id, old.payment_id, old.user_id, old.source, old.opened_at, old.opened_by)
     or (old.reference is not null and new.reference is distinct from old.reference)
     or (old.disputed_at is not null and new.disputed_at is distinct from old.disputed_at) then
    raise exception 'a case keeps its payment, its reference and its beginning: update of row % refused', old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

-- function refuse_rewriting_ended()
CREATE OR REPLACE FUNCTION refuse_rewriting_ended()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.ended_at, new.end_reason, new.disconnected_at) is distinct from (old.ended_at, old.end_reason, old.disconnected_at)
     or new.last_activity_at > old.ended_at and new.last_activity_at is distinct from old.last_activity_at
     or now() > old.ended_at + interval '1 day' and
       (new.last_activity_at, new.activity_count, new.interactive_seconds, new.connected_minutes, new.active_minutes,
        new.connected_until, new.active_until, new.is_partly_seen)
       is distinct from
       (old.last_activity_at, old.activity_count, old.interactive_seconds, old.connected_minutes, old.active_minutes,
        old.connected_until, old.active_until, old.is_partly_seen) then
    raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

-- function refuse_rewriting_final()
CREATE OR REPLACE FUNCTION refuse_rewriting_final()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
    using errcode = 'insufficient_privilege';
end
$function$;

-- function refuse_rewriting_hold()
CREATE OR REPLACE FUNCTION refuse_rewriting_hold()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.released_at is not null then
    raise exception 'a released hold stays as it is: update refused' using errcode = 'insufficient_privilege';
  end if;
  if (new.id, new.company_id, new.user_id, new.kind, new.reference, new.reason, new.placed_at, new.placed_by, new.dispute_id)
     is distinct from
     (old.id, old.company_id, old.user_id, old.kind, old.reference, old.reason, old.placed_at, old.placed_by, old.dispute_id) then
    raise exception 'a hold is kept as it was placed: update refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

-- function refuse_rewriting_paid()
CREATE OR REPLACE FUNCTION refuse_rewriting_paid()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.status, new.decided_at, new.paid_at, new.installment_count, new.payment_type, new.failed_reason_code,
      new.failed_reason_message, new.review_reason)
     is distinct from
     (old.status, old.decided_at, old.paid_at, old.installment_count, old.payment_type, old.failed_reason_code,
      old.failed_reason_message, old.review_reason)
    or (old.charged_currency is not null and new.charged_currency is distinct from old.charged_currency) then
    raise exception 'table % keeps what is settled: update of row % refused', tg_table_name, old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

-- function refuse_rewriting_refund()
CREATE OR REPLACE FUNCTION refuse_rewriting_refund()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.id, new.payment_id, new.company_id, new.source, new.reference_no, new.amount_minor, new.currency, new.requested_by,
      new.requested_at)
     is distinct from
     (old.id, old.payment_id, old.company_id, old.source, old.reference_no, old.amount_minor, old.currency, old.requested_by,
      old.requested_at)
     or (old.ends_paid_time is not null
         and (new.ends_paid_time, new.policy, new.reason) is distinct from (old.ends_paid_time, old.policy, old.reason))
     or (old.state in ('done', 'refused', 'withdrawn')
         and (new.state, new.confirmed_by, new.confirmed_at, new.sent_at, new.times_sent, new.gateway_code, new.gateway_message,
              new.gateway_date, new.decided_at, new.closed_by, new.close_reason)
             is distinct from
             (old.state, old.confirmed_by, old.confirmed_at, old.sent_at, old.times_sent, old.gateway_code, old.gateway_message,
              old.gateway_date, old.decided_at, old.closed_by, old.close_reason)) then
    raise exception 'a refund is kept as it was asked for and decided: update of row % refused', old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

-- function refuse_rewriting_report()
CREATE OR REPLACE FUNCTION refuse_rewriting_report()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.id, new.kind, new.from_day, new.to_day, new.body, new.row_count, new.problems, new.fetched_at)
     is distinct from (old.id, old.kind, old.from_day, old.to_day, old.body, old.row_count, old.problems, old.fetched_at) then
    raise exception 'a report is kept as it came: update refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

-- function refuse_rewriting_tile()
CREATE OR REPLACE FUNCTION refuse_rewriting_tile()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a tile only grows at its end: update refused' using errcode = 'insufficient_privilege';
end
$function$;

-- function refuse_shrinking_log()
CREATE OR REPLACE FUNCTION refuse_shrinking_log()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'log % only grows: update refused', old.log_uuid using errcode = 'insufficient_privilege';
end
$function$;

-- function refuse_time()
CREATE OR REPLACE FUNCTION refuse_time()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') or exists (
    select from audit_time_bounds
    where new.timestamp between clock_timestamp() - oldest and clock_timestamp() + ahead
  ) then
    return new;
  end if;
  raise exception 'an audit row of % cannot be written at %', new.timestamp, clock_timestamp()
    using errcode = 'check_violation', constraint = 'ck_audit_logs_time';
end
$function$;

-- function refuse_unknown_person()
CREATE OR REPLACE FUNCTION refuse_unknown_person()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  unknown record;
begin
  select user_id, company_id into unknown from added
  where not exists (
      select from users
      where users.id = added.user_id and users.company_id = added.company_id offset 0)
    and ((user_id is not null and not exists (select from users where users.id = added.user_id offset 0))
      or (company_id is not null
        and not exists (select from companies where companies.id = added.company_id offset 0)))
  limit 1;
  if found then
    raise exception 'insert into % violates a reference: no person % or no company %',
      tg_table_name, unknown.user_id, unknown.company_id
      using errcode = 'foreign_key_violation', constraint = 'fk_audit_logs';
  end if;
  return null;
end
$function$;

-- function refuse_unrecorded_address()
CREATE OR REPLACE FUNCTION refuse_unrecorded_address()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (
    select from email_changes c
    where c.user_id = new.id and c.old_email = old.email and c.new_email = new.email
  ) then
    raise exception 'users.email changes only as email_changes says: update of row % refused', old.id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$function$;

-- function release_open_session()
CREATE OR REPLACE FUNCTION release_open_session()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from open_workspace_sessions where workspace_session_id = new.id;
  return null;
end
$function$;

-- function search_text(value text)
CREATE OR REPLACE FUNCTION search_text(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN upper((regexp_replace(NORMALIZE(value, NFKD), '[\u0300-\u036f]'::text, ''::text, 'g'::text) COLLATE "und-x-icu"));

-- function start_data_request_clock()
CREATE OR REPLACE FUNCTION start_data_request_clock()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.received_at > clock_timestamp() + interval '5 minutes' then
    raise exception 'a request is not received in the future' using errcode = 'check_violation';
  end if;
  new.due_at := new.received_at + interval '720 hours';
  return new;
end
$function$;

-- function write_audit_row(event_id uuid, happened_at timestamp with time zone, user_id bigint, company_id bigint, actor_type text, action_type text, resource_type text, resource_id text, ip_address inet, user_agent text, request_method text, request_path text, request_id text, details jsonb, success boolean, error_message text)
CREATE OR REPLACE FUNCTION write_audit_row(event_id uuid, happened_at timestamp with time zone, user_id bigint, company_id bigint, actor_type text, action_type text, resource_type text, resource_id text, ip_address inet, user_agent text, request_method text, request_path text, request_id text, details jsonb, success boolean, error_message text)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
begin
  insert into audit_logs (
    event_id, timestamp, user_id, company_id, actor_type, action_type, resource_type, resource_id, ip_address, user_agent,
    request_method, request_path, request_id, details, success, error_message
  )
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);
  return null;
exception when others then
  return format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
end
$function$;

-- grants
grant usage on access_tokens_id_seq to app;
grant usage on account_locks_id_seq to app;
grant usage on alerts_id_seq to app;
grant usage on audit_logs_ids to app;
grant usage on chargebacks_id_seq to app;
grant usage on companies_id_seq to app;
grant usage on data_request_notes_id_seq to app;
grant usage on data_requests_id_seq to app;
grant usage on dispute_answers_id_seq to app;
grant usage on dispute_exhibits_id_seq to app;
grant usage on dispute_history_decisions_id_seq to app;
grant usage on dispute_packages_id_seq to app;
grant usage on disputes_id_seq to app;
grant usage on email_change_requests_id_seq to app;
grant usage on email_changes_id_seq to app;
grant usage on email_confirmations_id_seq to app;
grant usage on exchange_rates_id_seq to app;
grant usage on factor_resets_id_seq to app;
grant usage on finance_differences_id_seq to app;
grant usage on gateway_movements_id_seq to app;
grant usage on gateway_payout_lines_id_seq to app;
grant usage on gateway_payouts_id_seq to app;
grant usage on gateway_reports_id_seq to app;
grant usage on incident_steps_id_seq to app;
grant usage on incidents_id_seq to app;
grant usage on invitations_id_seq to app;
grant usage on invoices_id_seq to app;
grant usage on knex_migrations_id_seq to app;
grant usage on knex_migrations_lock_index_seq to app;
grant usage on known_devices_id_seq to app;
grant usage on legal_acceptances_id_seq to app;
grant usage on legal_documents_id_seq to app;
grant usage on legal_holds_id_seq to app;
grant usage on legal_invoice_files_id_seq to app;
grant usage on legal_invoices_id_seq to app;
grant usage on log_checks_id_seq to app;
grant usage on log_entries_id_seq to app;
grant usage on log_halts_id_seq to app;
grant usage on log_stamps_id_seq to app;
grant usage on mail_events_id_seq to app;
grant usage on mails_id_seq to app;
grant usage on membership_periods_id_seq to app;
grant usage on order_consents_id_seq to app;
grant usage on passkeys_id_seq to app;
grant usage on password_reset_requests_id_seq to app;
grant usage on password_resets_id_seq to app;
grant usage on payment_callbacks_id_seq to app;
grant usage on payment_reviews_id_seq to app;
grant usage on payment_status_answers_id_seq to app;
grant usage on payments_id_seq to app;
grant usage on price_lists_id_seq to app;
grant usage on recovery_codes_id_seq to app;
grant usage on recovery_requests_id_seq to app;
grant usage on refunds_id_seq to app;
grant usage on reversals_id_seq to app;
grant usage on security_events_access_refused to app;
grant usage on security_events_forged_request to app;
grant usage on security_events_sign_in_refused to app;
grant usage on security_events_slot to app;
grant usage on security_events_token_refused to app;
grant usage on security_events_unsigned_callback to app;
grant usage on ssh_keys_id_seq to app;
grant usage on stored_cards_id_seq to app;
grant usage on totp_secrets_id_seq to app;
grant usage on transparency_logs_id_seq to app;
grant usage on usage_statement_links_id_seq to app;
grant usage on usage_statements_id_seq to app;
grant usage on users_id_seq to app;
grant usage on workspace_sessions_ids to app;
grant usage on workspaces_id_seq to app;
grant delete, insert, select, update on access_tokens to app;
grant delete, insert, select, update on account_locks to app;
grant delete, insert, select, update on alert_inbox to app;
grant delete, insert, select, update on alert_rules to app;
grant delete, insert, select, update on alerts to app;
grant delete, insert, select, update on api_idempotency_keys to app;
grant insert, select on audit_logs to app;
grant select on audit_time_bounds to app;
grant delete, insert, select, update on billing_details to app;
grant delete, insert, select, update on browser_sessions to app;
grant delete, insert, select, update on card_charges to app;
grant delete, insert, select, update on card_renewals to app;
grant delete, insert, select, update on chargeback_counters to app;
grant insert, select on chargebacks to app;
grant delete, insert, select, update on companies to app;
grant insert, select on data_request_notes to app;
grant delete, insert, select, update on data_requests to app;
grant delete, insert, select, update on delivery_periods to app;
grant delete, insert, select, update on delivery_progress to app;
grant insert, select on dispute_answers to app;
grant delete, insert, select, update on dispute_exhibits to app;
grant insert, select on dispute_history_decisions to app;
grant insert, select on dispute_package_files to app;
grant insert, select on dispute_packages to app;
grant delete, insert, select, update on disputes to app;
grant delete, insert, select, update on email_change_requests to app;
grant delete, insert, select, update on email_changes to app;
grant delete, insert, select, update on email_confirmations to app;
grant insert, select on exchange_rates to app;
grant delete, insert, select, update on export_progress to app;
grant delete, insert, select, update on factor_resets to app;
grant delete, insert, select, update on finance_differences to app;
grant insert, select on finance_months to app;
grant insert, select on gateway_movements to app;
grant insert, select on gateway_payout_lines to app;
grant insert, select on gateway_payouts to app;
grant delete, insert, select, update on gateway_reports to app;
grant delete, insert, select, update on incident_steps to app;
grant delete, insert, select, update on incidents to app;
grant delete, insert, select, update on invitations to app;
grant delete, insert, select, update on invoice_counters to app;
grant insert, select on invoices to app;
grant select on knex_migrations to app;
grant select on knex_migrations_lock to app;
grant delete, insert, select, update on known_devices to app;
grant insert, select on legal_acceptances to app;
grant insert, select on legal_documents to app;
grant delete, insert, select, update on legal_holds to app;
grant delete, insert, select, update on legal_invoice_counters to app;
grant insert, select on legal_invoice_files to app;
grant delete, insert, select, update on legal_invoices to app;
grant insert, select on log_checkpoints to app;
grant insert, select on log_checks to app;
grant insert, select on log_cosignatures to app;
grant delete, insert, select, update on log_cursors to app;
grant insert, select on log_entries to app;
grant insert, select on log_halts to app;
grant insert, select on log_kept_leaves to app;
grant delete, insert, select, update on log_keys to app;
grant insert, select on log_leaves to app;
grant insert, select on log_resumptions to app;
grant insert, select on log_stamps to app;
grant delete, insert, select, update on log_tiles to app;
grant delete, insert, select, update on login_locks to app;
grant insert, select on mail_events to app;
grant delete, insert, select, update on mails to app;
grant delete, insert, select, update on membership_periods to app;
grant select on migration_checksums to app;
grant delete, insert, select, update on notification_choices to app;
grant delete, insert, select, update on open_workspace_sessions to app;
grant insert, select on order_consents to app;
grant delete, insert, select, update on passkey_challenges to app;
grant delete, insert, select, update on passkeys to app;
grant delete, insert, select, update on password_reset_requests to app;
grant delete, insert, select, update on password_resets to app;
grant delete, insert, select, update on payment_callbacks to app;
grant insert, select on payment_card_facts to app;
grant delete, insert, select, update on payment_deliveries to app;
grant delete, insert, select, update on payment_follow_ups to app;
grant delete, insert, select, update on payment_readiness to app;
grant insert, select on payment_reviews to app;
grant insert, select on payment_status_answers to app;
grant delete, insert, select, update on payments to app;
grant insert, select on price_list_items to app;
grant insert, select on price_lists to app;
grant delete, insert, select, update on rate_limits to app;
grant delete, insert, select, update on recovery_codes to app;
grant delete, insert, select, update on recovery_requests to app;
grant delete, insert, select, update on refunds to app;
grant delete, insert, select, update on refused_attempts to app;
grant delete, insert, select, update on reversal_counters to app;
grant insert, select on reversals to app;
grant delete, insert, select, update on scheduled_jobs to app;
grant delete, insert, select, update on second_factor_policies to app;
grant delete, insert, select, update on security_events to app;
grant delete, insert, select, update on ssh_connections to app;
grant delete, insert, select, update on ssh_keys to app;
grant delete, insert, select, update on stored_cards to app;
grant delete, insert, select, update on subscription_notices to app;
grant delete, insert, select, update on subscriptions to app;
grant delete, insert, select, update on totp_secrets to app;
grant delete, insert, select, update on transparency_logs to app;
grant delete, insert, select, update on usage_statement_links to app;
grant delete, insert, select, update on usage_statements to app;
grant delete, insert, select, update on users to app;
grant delete, insert, select, update on workspace_hosts to app;
grant delete, insert, select, update on workspace_passes to app;
grant delete, insert, select, update on workspace_sessions to app;
grant delete, insert, select, update on workspace_tickets to app;
grant delete, insert, select, update on workspaces to app;
