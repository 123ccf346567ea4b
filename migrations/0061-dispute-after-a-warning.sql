-- When the bank's dispute itself came: before that a case is a warning, whatever its state. A warning whose package
-- was fixed went back to being a warning after the bank had told, and a dispute under the reference of an inquiry that
-- had ended or was answered moved nothing.
alter table disputes add column disputed_at timestamptz;

-- Cases that the bank opened, and warnings that became a dispute.
update disputes set disputed_at = opened_at
where source = 'bank' or state = 'needs_response' or answer_by is not null and source <> 'inquiry' or round = 2;

create or replace function refuse_rewriting_dispute() returns trigger
language plpgsql as $$
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
$$;

-- A file that was added while a package was fixed belongs to the answer again when that package is given up. Its
-- round may go down, and nothing else of it changes.
drop trigger refuse_rewriting on dispute_exhibits;
create trigger refuse_rewriting before update on dispute_exhibits
  for each row when (
    (new.id, new.dispute_id, new.company_id, new.kind, new.name, new.description, new.proves, new.file_kind,
     new.content, new.received_sha256, new.width, new.height, new.pages, new.text, new.mail_id, new.added_at, new.added_by)
    is distinct from
    (old.id, old.dispute_id, old.company_id, old.kind, old.name, old.description, old.proves, old.file_kind,
     old.content, old.received_sha256, old.width, old.height, old.pages, old.text, old.mail_id, old.added_at, old.added_by)
    or new.round > old.round
    or old.withdrawn_at is not null)
  execute function refuse_change();
