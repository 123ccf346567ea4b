-- Third version of the terms: a larger plan's month begins at its payment, and what is left of a smaller plan is converted into days
-- of the larger one by the two prices (src/billing/bought-period.ts). Before, the larger plan applied to the smaller plan's time as
-- well. Written as changes, like 0171. The privacy notice stays as it is.

create function pg_temp.publish_third_version(of_kind text, in_locale text, changes text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
  change    text[];
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = of_kind and version = '2026-11-29' and locale = in_locale;
  foreach change slice 1 in array changes loop
    if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
      raise exception 'not found exactly once in % (%): %', of_kind, in_locale, change[1];
    end if;
    text_now := replace(text_now, change[1], change[2]);
  end loop;
  insert into legal_documents (kind, version, locale, title, body)
    values (of_kind, '2026-11-30', in_locale, title_now, text_now);
end
$function$;

select pg_temp.publish_third_version('terms', 'tr', array[
  [$old$Önceki ücretli dönem sürerken satın alınan
  ay, o dönemin sonuna eklenir.$old$,
   $new$Önceki ücretli dönem sürerken aynı
  plandan satın alınan ay, o dönemin sonuna eklenir.$new$],
  [$old$  alınamaz; daha yüksek bir plan, ücretli sürenin bitimine en fazla bir ay kaldığında satın alınabilir ve
  ödenir ödenmez geçerli olur. Ücretli süre$old$,
   $new$  alınamaz; daha yüksek bir plan, ücretli sürenin bitimine en fazla bir ay kaldığında satın alınabilir.
  Onun ayı ödemeyle başlar ve plan o andan itibaren geçerli olur. Düşük planın o anda kalan ücretli süresi,
  iki planın aylık fiyatlarının oranına göre yüksek planın süresine çevrilir, tam güne aşağı yuvarlanarak
  o aya eklenir. Fiyatlar siparişin para birimindeki liste fiyatlarıdır; önceki süre başka bir para biriminde
  ödenmişse iki orandan küçük olanı uygulanır. Eklenecek gün sayısı ödemeden önce gösterilir. Ücretli süre$new$]
]);

select pg_temp.publish_third_version('terms', 'en', array[
  [$old$A month bought while an earlier paid
  period is still running is added to its end.$old$,
   $new$A month of the same plan bought
  while an earlier paid period is still running is added to its end.$new$],
  [$old$  cannot be bought; a higher plan can be bought when at most one month of the paid time is left, and applies
  as soon as it is paid. Paid time$old$,
   $new$  cannot be bought; a higher plan can be bought when at most one month of the paid time is left. Its month
  begins at the payment, and the plan applies from then on. What is then left of the lower plan's paid time is
  converted into time of the higher plan in the ratio of the two plans' monthly prices, rounded down to whole
  days, and added to that month. The prices are the list prices in the currency of the order; when the earlier
  time was paid in another currency, the smaller of the two ratios applies. The number of days to be added is
  shown before the payment. Paid time$new$]
]);
