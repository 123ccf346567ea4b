-- Second version of both texts: the first said that a deleted workspace cannot come back (it can for some days), that nothing
-- here deletes records (retention does, once it is switched on), and did not know SSH keys, access tokens and the cookie at a
-- workspace's host. Written as changes to the first version, so that one sees what changed; a passage that is not found, or
-- found twice, stops the migration. test/legal/documents.test.ts holds the promises against the product.

create function pg_temp.publish_revision(of_kind text, in_locale text, changes text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
  change    text[];
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = of_kind and version = '2026-11-01' and locale = in_locale;
  foreach change slice 1 in array changes loop
    if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
      raise exception 'not found exactly once in % (%): %', of_kind, in_locale, change[1];
    end if;
    text_now := replace(text_now, change[1], change[2]);
  end loop;
  insert into legal_documents (kind, version, locale, title, body)
    values (of_kind, '2026-11-29', in_locale, title_now, text_now);
end
$function$;

select pg_temp.publish_revision('terms', 'tr', array[
  [$old$- Silinen bir çalışma alanı bu site üzerinden geri getirilemez.$old$,
   $new$- Silinen bir çalışma alanı, silinirken gösterilen gün sayısı içinde bu site üzerinden geri alınabilir. Bu
  süre dolduğunda içeriği geri dönülmez biçimde yok edilir.$new$],
  [$old$  otuz dakika boyunca hiçbir etkinlik olmadığında sona erer ve son etkinlik anına kadar sayılır.$old$,
   $new$  otuz dakika boyunca hiçbir etkinlik olmadığında sona erer ve son etkinlik anına kadar sayılır. Çalışma
  alanı durdurulduğunda veya kişinin erişimi sona erdiğinde de biter.$new$],
  [$old$  farklı bir tutar veya para birimiyle onayladığı ödeme kendiliğinden etkinleştirilmez; satıcının bir
  çalışanı tarafından incelenir.$old$,
   $new$  farklı bir tutar veya para birimiyle onayladığı ya da ödendiği anda artık satın alınamayacak bir siparişe
  ait ödeme kendiliğinden etkinleştirilmez; satıcının bir çalışanı tarafından incelenir.$new$],
  [$old$- Kayıtlar, ücretli dönemin bitiminden itibaren 24 ay delil olarak; faturalar 10 yıl saklanır. Ayrıntılar
  aydınlatma metnindedir.$old$,
   $new$- Kayıtlar, ücretli dönemin bitiminden itibaren en az 24 ay delil olarak; faturalar 10 yıl saklanır.
  Ayrıntılar aydınlatma metnindedir.$new$]
]);

select pg_temp.publish_revision('terms', 'en', array[
  [$old$- A deleted workspace cannot be brought back through this site.$old$,
   $new$- A deleted workspace can be brought back through this site within the number of days shown when it is
  deleted. After that its content is destroyed for good.$new$],
  [$old$  out, or after thirty minutes without activity; it is then counted up to its last activity.$old$,
   $new$  out, or after thirty minutes without activity; it is then counted up to its last activity. It also ends
  when the workspace is stopped or the person's access ends.$new$],
  [$old$  or currency than ordered is not activated automatically; a member of the seller's staff examines it.$old$,
   $new$  or currency than ordered, or for an order that could no longer be placed at the moment it is paid, is not
  activated automatically; a member of the seller's staff examines it.$new$],
  [$old$- They are kept as evidence for 24 months after the end of the paid period; invoices are kept for 10
  years. The privacy notice says more.$old$,
   $new$- They are kept as evidence for at least 24 months after the end of the paid period; invoices are kept for
  10 years. The privacy notice says more.$new$]
]);

select pg_temp.publish_revision('privacy', 'tr', array[
  [$old$davet; parolanızın yalnızca tek yönlü özeti. Hizmetin$old$,
   $new$davet; parolanızın ve erişim anahtarlarınızın yalnızca tek yönlü özeti; eklediğiniz açık SSH anahtarları,
parmak izleri ve son kullanımları. Hizmetin$new$],
  [$old$indirilmesi. Bir çalışma alanının her kullanımı için: başlangıç, son etkinlik, bitiş, bildirilen etkinlik
sayısı, erişim yolu, IP adresi ve tarayıcı bilgisi.$old$,
   $new$indirilmesi. Bir çalışma alanının her kullanımı için: başlangıç, son etkinlik, bitiş ve nedeni, bağlı ve
etkin olduğunuz dakikalar, erişim yolu, IP adresi, tarayıcı bilgisi veya SSH anahtarının parmak izi.$new$],
  [$old$karşı korumak, dilinizi hatırlamak ve$old$,
   $new$karşı korumak, çalışma alanınızın adresinde sizi tanımak, dilinizi hatırlamak ve$new$],
  [$old$  ödeme ve kabul kayıtlarındaki IP adresi ve tarayıcı bilgisi): ait oldukları ücretli dönemin bitiminden
  itibaren 24 ay; ücretli bir dönem yoksa kaydın oluşturulmasından itibaren 24 ay. Bu süre, bir kart
  ödemesine ne kadar geç itiraz edilebildiğinden kaynaklanır.$old$,
   $new$  ödeme ve kabul kayıtlarındaki IP adresi ve tarayıcı bilgisi): ait oldukları ücretli dönemin bitiminden
  itibaren en az 24 ay. Ücretli süre en fazla on iki ay ileriye uzanabildiği ve kayıtlar ay ay silindiği için
  bu, kaydın oluşturulmasından itibaren en az 36 aydır; satıcının belirlediği süreyi, bu sayfada gösterilen
  iletişim adresi bildirir. Bu süre, bir kart ödemesine ne kadar geç itiraz edilebildiğinden kaynaklanır.$new$],
  [$old$Bu sitede, delil olarak saklanan kayıtları silen bir işlev yoktur. Süre dolduğunda veriler, en geç altı
ay içinde yapılan periyodik imha sırasında satıcının çalışanlarınca silinir.$old$,
   $new$Bu süreler dolmadan, delil olarak saklanan kayıtları silen bir işlev yoktur. Süre dolduğunda veriler, en geç
altı ay içinde yapılan periyodik imha sırasında tam aylar hâlinde silinir.$new$],
  [$old$işlem günlüğüne, kabul kayıtlarına ve faturalara ekleme yapabilir, ancak bunların içeriğini değiştiremez
ve silemez. Satıcının$old$,
   $new$işlem günlüğüne, kabul kayıtlarına ve faturalara ekleme yapabilir, ancak bunların içeriğini değiştiremez
ve silemez; bunu yalnızca veri tabanının kendisini yöneten çalışanlar yapabilir. Satıcının$new$]
]);

select pg_temp.publish_revision('privacy', 'en', array[
  [$old$through which you came; your password only as a one-way hash. Needed$old$,
   $new$through which you came; your password and your access tokens only as one-way hashes; the public SSH keys
you add, with their fingerprints and last use. Needed$new$],
  [$old$invited or removed, roles changed, purchases, downloads of records. For each use of a workspace: start,
last activity, end, number of reported activities, way of access, IP address and browser identification.$old$,
   $new$invited or removed, roles changed, purchases, downloads of records. For each use of a workspace: start,
last activity, end and its reason, the minutes in which you were connected and active, way of access, IP
address, and browser identification or fingerprint of the SSH key.$new$],
  [$old$protect forms against forgery, to
remember your language,$old$,
   $new$protect forms against forgery, to
recognise you at the address of your workspace, to remember your language,$new$],
  [$old$  identification stored with orders, payments and acceptances): 24 months after the end of the paid
  period they belong to; without a paid period, 24 months after they were made. The period follows from
  how late a card payment can be disputed.$old$,
   $new$  identification stored with orders, payments and acceptances): at least 24 months after the end of the
  paid period they belong to. Since paid time can reach twelve months ahead and records are removed month by
  month, that is at least 36 months after they were made; the contact shown on this page states the number
  the seller has set. The period follows from how late a card payment can be disputed.$new$],
  [$old$This site has no function that deletes records kept as evidence. When a period has run out, the seller's
staff remove the data in a periodic clean-up, at most six months later.$old$,
   $new$Before these periods are over, this site has no function that deletes records kept as evidence. When a period
has run out, the data are removed in a periodic clean-up, at most six months later, as whole months.$new$],
  [$old$in them. Access by the seller's staff$old$,
   $new$in them; only staff who run the database itself could. Access by the seller's staff$new$]
]);
