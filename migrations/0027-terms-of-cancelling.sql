-- Fourth version of the terms: days of grace after a paid period, cancelling and its undoing
-- (src/billing/subscription-state.ts, src/billing/life). Written as changes to the third version.

create function pg_temp.publish_terms(in_locale text, changes text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
  change    text[];
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = 'terms' and version = '2026-11-30' and locale = in_locale;
  foreach change slice 1 in array changes loop
    if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
      raise exception 'not found exactly once in the terms (%): %', in_locale, change[1];
    end if;
    text_now := replace(text_now, change[1], change[2]);
  end loop;
  insert into legal_documents (kind, version, locale, title, body)
    values ('terms', '2026-11-30a', in_locale, title_now, text_now);
end
$function$;

select pg_temp.publish_terms('tr', array[
  [$old$Önceki dönem bittikten sonra satın alınan ay, ödemeyle başlar.$old$,
   $new$Önceki dönemin
  bitiminden sonraki yedi gün içinde satın alınan ay, o dönemin bittiği anda başlar; daha sonra veya bir iptal
  geçerli olduktan sonra satın alınan ay ödemeyle başlar.$new$],
  [$old$Deneme süresi veya ücretli dönem sona erdiğinde çalışma alanları açılamaz ve yenileri oluşturulamaz.
Oturum açma,$old$,
   $new$Ücretli dönem sona erdiğinde çalışma alanları yedi gün daha açık kalır. Bu günlerden sonra, deneme süresi
sona erdiğinde veya bir iptal geçerli olduğunda çalışma alanları açılamaz ve yenileri oluşturulamaz.
Oturum açma,$new$],
  [$old$- Ardından yeni bir satın alma yapılmayan ücretli dönem kendiliğinden sona erer. İptal edilmesi gereken
  bir şey yoktur.$old$,
   $new$- Ardından yeni bir satın alma yapılmayan ücretli dönem kendiliğinden sona erer; bunun için iptal gerekmez.
- Bir yönetici aboneliği faturalama sayfasından hemen veya sürenin sonunda geçerli olmak üzere iptal edebilir.
  İptal e-postayla doğrulanır ve ücretli süre ya da deneme süresi bitmediği sürece geri alınabilir. İptalden
  sonra ek yedi gün yoktur. Yeni bir ödeme iptali sona erdirir.
- Hemen yapılan iptal, kullanılmayan süre için kendiliğinden para iadesi doğurmaz.$new$]
]);

select pg_temp.publish_terms('en', array[
  [$old$A month bought after the earlier period has ended begins
  at the payment.$old$,
   $new$A month bought within seven days after the
  end of the earlier period begins where that period ended; a month bought later, or after a cancellation has
  taken effect, begins at the payment.$new$],
  [$old$When the trial or a paid period has ended, workspaces cannot be opened and no new ones can be created.
Sign-in,$old$,
   $new$When a paid period has ended, workspaces stay open for seven more days. After these days, when the trial has
ended, or when a cancellation has taken effect, workspaces cannot be opened and no new ones can be created.
Sign-in,$new$],
  [$old$- A paid period that is not followed by another purchase ends by itself. Nothing needs to be cancelled.$old$,
   $new$- A paid period that is not followed by another purchase ends by itself; no cancellation is needed for that.
- An admin can cancel the subscription on the billing page, at once or at the end of its time. The
  cancellation is confirmed by e-mail and can be taken back as long as paid time or the trial has not ended.
  No seven days follow a cancellation. A new payment ends it.
- A cancellation at once does not by itself bring money back for the time that is not used.$new$]
]);
