-- Decisions about the history of a card in a dispute (Visa Compelling Evidence 3.0), with all that they were made from.

-- One row is one decision for one case. The same inputs to the same code are decided once. Append-only, so that a decision
-- can be made again from its inputs and compared.
-- Owner: disputes/ce3. Kept 10 years, as its case.
-- Personal data: inputs, with addresses and login ids of the payer.
create table dispute_history_decisions (
  id            bigint      generated always as identity,
  dispute_id    bigint      not null,
  company_id    bigint      not null,
  decided_at    timestamptz not null,
  status        text        not null,
  rule_version  text        not null,
  -- Which code decided: it counts up with each change of the decision.
  code_version  text        not null,
  inputs        jsonb       not null,
  inputs_sha256 text        not null,
  decision      jsonb       not null,
  constraint pk_dispute_history_decisions         primary key (id),
  constraint uq_dispute_history_decisions         unique (dispute_id, inputs_sha256, code_version),
  constraint fk_dispute_history_decisions_dispute foreign key (dispute_id) references disputes (id) on delete restrict,
  constraint fk_dispute_history_decisions_company foreign key (company_id) references companies (id) on delete restrict,
  constraint ck_dispute_history_decisions_hash    check (inputs_sha256 ~ '^[0-9a-f]{64}$'),
  constraint ck_dispute_history_decisions_status  check (status in (
    'qualifies', 'boundary', 'requires_action', 'not_qualified', 'closed', 'liability_shift', 'blocked_ato_suspicion')),
  constraint ck_dispute_history_decisions_rule    check (rule_version in ('until-2026-10-23', 'from-2026-10-24'))
);
create trigger refuse_change before update or delete on dispute_history_decisions
  for each row execute function refuse_change();
create trigger refuse_truncate before truncate on dispute_history_decisions
  for each statement execute function refuse_change();
