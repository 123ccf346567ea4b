-- The package that a case has fixed as its answer: what is sent is what was fixed.
alter table disputes
  add column frozen_package_id bigint,
  -- When the schedule last saw to its draft.
  add column drafted_at timestamptz,
  add constraint fk_disputes_frozen_package foreign key (frozen_package_id) references dispute_packages (id) on delete restrict,
  add constraint ck_disputes_frozen check (state <> 'frozen' or frozen_package_id is not null);
alter table dispute_answers
  add constraint fk_dispute_answers_package foreign key (package_id) references dispute_packages (id) on delete restrict;
-- The schedule: open cases, those without a draft first.
create index idx_disputes_drafted on disputes (drafted_at nulls first, answer_by, id) where closed_at is null;
