-- The days of grace keep the plan that a whole month was paid for, and a payment after a cancellation goes on with the
-- paid time that is left (src/billing/subscription-state.ts, src/billing/period.ts).
select lock_patiently('subscriptions');

alter table subscriptions
  -- The plan of the days of grace, where only an upgrade for less than a month raised the last one: an upgrade for the
  -- last hours costs next to nothing. Null: the last plan of the paid time.
  add column grace_plan text,
  add constraint ck_subscriptions_grace_plan check (grace_plan in ('starter', 'team', 'enterprise'));

-- Sixth version of the terms, written as changes to the fifth.
create function pg_temp.publish_grace_terms(in_locale text, changes text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
  change    text[];
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = 'terms' and version = '2026-11-30b' and locale = in_locale;
  foreach change slice 1 in array changes loop
    if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
      raise exception 'not found exactly once in the terms (%): %', in_locale, change[1];
    end if;
    text_now := replace(text_now, change[1], change[2]);
  end loop;
  insert into legal_documents (kind, version, locale, title, body)
    values ('terms', '2026-11-30c', in_locale, title_now, text_now);
end
$function$;

select pg_temp.publish_grace_terms('tr', array[
  [$old$yedi gün içinde satın alınan ay, o dönemin bittiği anda başlar; daha sonra veya bir iptal
  geçerli olduktan sonra satın alınan ay ödemeyle başlar.$old$,
   $new$yedi gün içinde satın alınan ay, o dönemin bittiği anda başlar; bu günlerde iptal edilmiş
  olması bunu değiştirmez. Daha sonra veya dönem sonunda geçerli olan bir iptalden sonra satın alınan ay ödemeyle
  başlar. Hemen iptal edilen abonelikte ödenmiş süre bitmeden satın alınan ay, o sürenin ardından gelir; kalan süre
  ödemeyle devam eder.$new$],
  [$old$Ücretli dönem sona erdiğinde çalışma alanları yedi gün daha açık kalır.$old$,
   $new$Ücretli dönem sona erdiğinde çalışma alanları yedi gün daha açık kalır. Bu günlerde tam bir ayı ödenmiş olan
planın sınırları geçerlidir; daha kısa bir süre için yapılan plan yükseltmesi bunu değiştirmez.$new$]
]);

select pg_temp.publish_grace_terms('en', array[
  [$old$A month bought within seven days after the
  end of the earlier period begins where that period ended; a month bought later, or after a cancellation has
  taken effect, begins at the payment.$old$,
   $new$A month bought within seven days after the
  end of the earlier period begins where that period ended, also when the subscription was cancelled in these
  days. A month bought later, or after a cancellation for the end of the period, begins at the payment. A month
  bought after a cancellation at once, before the paid time has ended, follows that time; what is left of it goes
  on with the payment.$new$],
  [$old$When a paid period has ended, workspaces stay open for seven more days.$old$,
   $new$When a paid period has ended, workspaces stay open for seven more days. In these days the limits of the plan
apply that a whole month was paid for; an upgrade for a shorter time does not change that.$new$]
]);
