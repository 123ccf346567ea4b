-- Fourth version of the privacy notice: the texts of an order are kept word for word, and the payment service is asked
-- which card paid (src/billing/consent, src/billing/follow-up). Written as changes to the third version.

create function pg_temp.publish_privacy_notice(in_locale text, changes text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
  change    text[];
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = 'privacy' and version = '2026-11-30' and locale = in_locale;
  foreach change slice 1 in array changes loop
    if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
      raise exception 'not found exactly once in the privacy notice (%): %', in_locale, change[1];
    end if;
    text_now := replace(text_now, change[1], change[2]);
  end loop;
  insert into legal_documents (kind, version, locale, title, body)
    values ('privacy', '2026-11-30a', in_locale, title_now, text_now);
end
$function$;

select pg_temp.publish_privacy_notice('tr', array[
  [$old$dili, metnin özet değeri, zaman, IP adresi ve tarayıcı bilgisi. Hukuki sebep: bir hakkın tesisi ve$old$,
   $new$dili, metnin özet değeri, zaman, IP adresi ve tarayıcı bilgisi. Bir siparişte ayrıca: siparişin
numaralarıyla doldurulmuş metinler kelimesi kelimesine, işaretlediğiniz kutular ve bastığınız düğme; aynı
metinler ödemeden sonra size e-postayla gönderilir. Hukuki sebep: bir hakkın tesisi ve$new$],
  [$old$başarı, ret ve ret nedeni gibi yanıtları. Kart bilgileri PayTR'nin sayfasına girilir; bize ulaşmaz ve
tarafımızca saklanmaz. Hukuki sebep: sözleşme,$old$,
   $new$başarı, ret ve ret nedeni gibi yanıtları. Kart numarası, son kullanma tarihi ve güvenlik kodu PayTR'nin
sayfasına girilir; bize ulaşmaz ve tarafımızca saklanmaz. Ödemeden sonra PayTR'ye sorulur ve yanıtı saklanır:
kart numarasının ilk altı ve son dört hanesi, kartın markası, türü ve bankası, taksit sayısı ve bildirilirse
3-D Secure bilgisi. Hukuki sebep: sözleşme,$new$],
  [$old$Alıcının adı, adresi ve vergi bilgileri, dönem, tutar ve vergi.$old$,
   $new$Alıcının adı, adresi ve vergi bilgileri, şirket olarak mı tüketici olarak mı aldığı, dönem, tutar ve vergi.$new$]
]);

select pg_temp.publish_privacy_notice('en', array[
  [$old$hash of the text, time, IP address and browser identification. Legal basis: establishing and protecting
rights, and$old$,
   $new$hash of the text, time, IP address and browser identification. With an order also: the texts filled with
its numbers, word for word, the boxes you ticked and the button you pressed; the same texts are mailed to you
after the payment. Legal basis: establishing and protecting rights, and$new$],
  [$old$payment; and PayTR's answers, such as success, refusal and its reason. Card data are entered on PayTR's
page; we neither receive nor store them. Legal basis: contract,$old$,
   $new$payment; and PayTR's answers, such as success, refusal and its reason. The card number, expiry date and
security code are entered on PayTR's page; we neither receive nor store them. After a payment PayTR is asked,
and its answer is kept: the first six and last four digits of the card number, the card's brand, type and bank,
the number of instalments and, where it is reported, 3-D Secure. Legal basis: contract,$new$],
  [$old$Name, address and tax details of the buyer, period, amount and tax.$old$,
   $new$Name, address and tax details of the buyer, whether it buys as a company or as a consumer, period, amount and tax.$new$]
]);
