-- Fifth version of the terms: an upgrade costs the difference for the time that is left (src/billing/upgrade.ts), and a
-- smaller plan can be chosen from the end of the paid time on. Written as changes to the fourth version.

create function pg_temp.publish_upgrade_terms(in_locale text, changes text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
  change    text[];
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = 'terms' and version = '2026-11-30a' and locale = in_locale;
  foreach change slice 1 in array changes loop
    if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
      raise exception 'not found exactly once in the terms (%): %', in_locale, change[1];
    end if;
    text_now := replace(text_now, change[1], change[2]);
  end loop;
  insert into legal_documents (kind, version, locale, title, body)
    values ('terms', '2026-11-30b', in_locale, title_now, text_now);
end
$function$;

select pg_temp.publish_upgrade_terms('tr', array[
  [$old$Ücretli dönem sürerken daha düşük bir plan satın
  alınamaz; daha yüksek bir plan, ücretli sürenin bitimine en fazla bir ay kaldığında satın alınabilir.
  Onun ayı ödemeyle başlar ve plan o andan itibaren geçerli olur. Düşük planın o anda kalan ücretli süresi,
  iki planın aylık fiyatlarının oranına göre yüksek planın süresine çevrilir, tam güne aşağı yuvarlanarak
  o aya eklenir. Fiyatlar siparişin para birimindeki liste fiyatlarıdır; önceki süre başka bir para biriminde
  ödenmişse iki orandan küçük olanı uygulanır. Eklenecek gün sayısı ödemeden önce gösterilir.$old$,
   $new$
- Ücretli dönem sürerken daha yüksek bir plan, kalan süre için satın alınabilir. Plan ödemeyle birlikte geçerli
  olur ve ücretli sürenin bitişi değişmez. Bedel, iki planın aylık fiyatları arasındaki farkın kalan tam ay ve
  günlere düşen kısmıdır; en az 1,00 birimdir. Düşük planın ayı için ödenmiş olan düşülür; başka bir para
  biriminde ödenmişse iki para birimindeki fiyatların verdiği paylardan küçük olanı düşülür. Hesap ödemeden
  önce gösterilir.
- Ücretli dönem sürerken bir yönetici, dönemin sonundan itibaren daha düşük bir plan seçebilir. Bu plan, sonraki
  her ay gibi ödenir; ödenene kadar seçim geri alınabilir. Yürürlükteki planın yanında yalnızca bir plan daha
  önceden ödenebilir. Düşük planın sınırını aşanlar silinmez.
- Yüksek planın bir ayı, düşük planın dönemi ödenmeden önce sipariş edilmişse ödemeyle başlar. Düşük planın kalan
  süresi, iki planın aylık fiyatlarının oranına göre yüksek planın süresine çevrilir, tam güne aşağı
  yuvarlanarak o aya eklenir.
-$new$]
]);

select pg_temp.publish_upgrade_terms('en', array[
  [$old$While a paid period is running, a lower plan
  cannot be bought; a higher plan can be bought when at most one month of the paid time is left. Its month
  begins at the payment, and the plan applies from then on. What is then left of the lower plan's paid time is
  converted into time of the higher plan in the ratio of the two plans' monthly prices, rounded down to whole
  days, and added to that month. The prices are the list prices in the currency of the order; when the earlier
  time was paid in another currency, the smaller of the two ratios applies. The number of days to be added is
  shown before the payment.$old$,
   $new$
- While a paid period is running, a higher plan can be bought for the time that is left. It applies from the
  payment, and the end of the paid time stays. The price is the difference between the two plans' monthly prices
  for the whole months and days that are left, and at least 1.00. What was paid for a month of the lower plan is
  deducted; when it was paid in another currency, the smaller of the shares that the prices in the two
  currencies give. The calculation is shown before the payment.
- While a paid period is running, an admin can choose a lower plan from its end on. It is paid for like every
  further month, and the choice can be taken back until then. Beside the plan in force only one other can be
  paid ahead. What is over the lower plan's limits is not deleted.
- When a month of a higher plan was ordered before the lower plan's period was paid, it begins at its payment.
  What is left of the lower plan's paid time is converted into time of the higher plan in the ratio of the two
  plans' monthly prices, rounded down to whole days, and added to that month.
-$new$]
]);
