-- Third version of the privacy notice: it knows second factors, alerts, the look-up of countries, kept mails, the
-- own copy and the form for requests, and lists the purposes and periods of the registry (src/privacy/registry)
-- word for word. test/privacy/record.test.ts compares the two: a change there needs a new version.

create function pg_temp.publish_privacy_notice(of_kind text, in_locale text, changes text[]) returns void
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

select pg_temp.publish_privacy_notice('privacy', 'tr', array[
  [$old$adresi; ayrıca oturum açtığınız tarayıcılar. Hesapların$old$,
   $new$adresi; oturum açtığınız tarayıcılar; ikinci adımlarınız (doğrulama uygulamasının anahtarı mühürlü, geçiş
anahtarlarının yalnızca açık yarısı, kurtarma kodlarının özeti); e-posta adresinizin doğrulanması ve
değişiklikleri. IP adresinin ülkesi sunucumuzdaki bir dosyadan bulunur, dışarıya sorulmaz. Olağan dışı
oturum açmalar ve değişiklikler için size ve şirketinizin yöneticilerine uyarı verilir. Hesapların$new$],
  [$old$### Sunucunun işletilmesi ve korunması$old$,
   $new$### E-postalar

Davet, makbuz veya uyarı gibi hizmete ait her e-posta: alıcı, konu, zaman, iletinin akıbeti ve bir şey açan
bağlantılar çıkarılmış metni. İletinin ulaştırılması ve gönderildiğinin ispatı için gereklidir. Hukuki sebep:
sözleşme ve bir hakkın korunması (KVKK m. 5/2-c ve e, GDPR m. 6(1)(b) ve (f)).

### Sunucunun işletilmesi ve korunması$new$],
  [$old$## 8. Otomatik kararlar$old$,
   $new$### Tüm amaçlar ve süreler

- Hesap. Hizmetin şirketinize sunulması: kimin, hangi rolle ve nasıl katıldığı. Saklama: hesap var
  olduğu ve kayıtlar ona dayandığı sürece; ait olduğu kayıtlar saklandığı sürece.
- Oturum açma. Hesapların korunması ve kimin nereden oturum açtığının sonradan gösterilebilmesi.
  Saklama: işlemi tamamlanana kadar; hesap var olduğu ve kayıtlar ona dayandığı sürece; son
  kullanımından itibaren 730 gün; oluşturulmasından itibaren 7 gün; oluşturulmasından itibaren 24 saat.
- Erişim belirteçleri ve SSH anahtarları. Programlarınızın sizin adınıza, yalnızca sizin adınıza işlem
  yapabilmesi. Saklama: hesap var olduğu ve kayıtlar ona dayandığı sürece; oluşturulmasından itibaren 24
  saat.
- İşlem günlüğü. Hizmetin yürütülmesi, güvenliği ve bir hesapta neyin kim tarafından yapıldığının
  ispatı. Saklama: ait olduğu ücretli dönemin bitiminden itibaren 24 ay.
- Çalışma alanlarının kullanımı. Çalışma alanlarının sunulması ile sunulduğunun ve ne kadar
  kullanıldığının ispatı. Saklama: ait olduğu kayıtlar saklandığı sürece; ait olduğu ücretli dönemin
  bitiminden itibaren 24 ay; işlemi tamamlanana kadar; oluşturulmasından itibaren 24 saat;
  oluşturulmasından itibaren 7 gün.
- Kabul edilen metinler. Hangi koşulların kabul edildiğinin ve bilgilendirildiğinizin ispatı. Saklama:
  oluşturulmasından itibaren 10 yıl; ait olduğu ücretli dönemin bitiminden itibaren 24 ay.
- Siparişler ve ödemeler. Ödemelerin yapılması, dolandırıcılığın önlenmesi ve bir ödeme itirazının
  yanıtlanması. Saklama: oluşturulmasından itibaren 10 yıl; ait olduğu ücretli dönemin bitiminden
  itibaren 24 ay.
- Faturalar. Faturaların ticaret ve vergi mevzuatının gerektirdiği gibi düzenlenmesi ve saklanması.
  Saklama: hesap var olduğu ve kayıtlar ona dayandığı sürece; oluşturulmasından itibaren 10 yıl.
- E-postalar. Makbuz ve davet gibi hizmete ait iletilerin gönderilmesi ve gönderildiğinin ispatı.
  Saklama: ait olduğu kayıtlar saklandığı sürece.
- Saldırılara karşı koruma. Parola tahmin edenlerin veya hizmeti aşırı yükleyenlerin yavaşlatılması.
  Saklama: son kullanımından itibaren 24 saat; oluşturulmasından itibaren 24 saat; ait olduğu kayıtlar
  saklandığı sürece; yerini yeni kayıtlar alana kadar; işlemi tamamlanana kadar; oluşturulmasından
  itibaren 24 ay; hesap var olduğu ve kayıtlar ona dayandığı sürece.
- Veri başvuruları. Kişilerin verileriyle ilgili başvurularının yanıtlanması, ne zaman ve nasıl
  yanıtlandığının ispatı. Saklama: süreç kapandıktan sonra en az 3 yıl.
- İtirazlar ve hukuki süreçler. Bir bankanın, mahkemenin veya makamın istediklerinin süreç kapanıncaya
  kadar saklanması. Saklama: süreç kapanıncaya ve neyin saklandığını açıkladığı sürece.
- İndirmeler. Kayıtların indirilmesinin ne kadar ilerlediğinin gösterilmesi. Saklama: son kullanımından
  itibaren 24 saat.

## 8. Otomatik kararlar$new$],
  [$old$Sitede bunun için bir form yoktur; talebinizle bir kişi ilgilenir.$old$,
   $new$Oturum açtığınızda hesap
sayfanızdaki formu da kullanabilir, verilerinizin bir kopyasını orada kendiniz indirebilirsiniz. Talebinizle
bir kişi ilgilenir.$new$]
]);

select pg_temp.publish_privacy_notice('privacy', 'en', array[
  [$old$address that was entered; and the browsers you have signed in with. Needed$old$,
   $new$address that was entered; the browsers you have signed in with; your second factors (the key of an
authenticator app sealed, passkeys in their public half, recovery codes as hashes); proofs and changes of
your e-mail address. The country of an IP address is looked up in a file on our server, and no one outside
is asked. Unusual sign-ins and changes raise alerts to you and to the admins of your company. Needed$new$],
  [$old$### Running and protecting the server$old$,
   $new$### E-mails

Every e-mail that belongs to the service, such as an invitation, a receipt or an alert: recipient, subject,
time, what became of it, and its text without links that open something. Needed to deliver it and to prove
that it was sent. Legal basis: contract and protecting rights (KVKK art. 5/2-c and e, GDPR art. 6(1)(b) and
(f)).

### Running and protecting the server$new$],
  [$old$## 8. Automated decisions$old$,
   $new$### All purposes and periods

- Account. To provide the service to your company: who belongs to it, in which role, and how they came.
  Kept: as long as the account exists and records refer to it; as long as the records it belongs to.
- Signing in. To protect accounts, and to show later who signed in from where. Kept: until it has been
  dealt with; as long as the account exists and records refer to it; 730 days after the last use; 7 days
  after it was made; 24 hours after it was made.
- Access tokens and SSH keys. To let your programs act for you, and only for you. Kept: as long as the
  account exists and records refer to it; 24 hours after it was made.
- Audit trail. To run the service, to keep it secure, and to prove what was done in an account and by
  whom. Kept: 24 months after the end of the paid period it belongs to.
- Use of workspaces. To provide workspaces, and to prove that they were provided and how long they were
  used. Kept: as long as the records it belongs to; 24 months after the end of the paid period it
  belongs to; until it has been dealt with; 24 hours after it was made; 7 days after it was made.
- Accepted texts. To prove which terms were agreed and that you were informed. Kept: 10 years after it
  was made; 24 months after the end of the paid period it belongs to.
- Orders and payments. To carry out payments, to prevent fraud, and to answer a dispute about a payment.
  Kept: 10 years after it was made; 24 months after the end of the paid period it belongs to.
- Invoices. To issue and keep invoices as commercial and tax law demand. Kept: as long as the account
  exists and records refer to it; 10 years after it was made.
- Mails. To send what belongs to the service, such as receipts and invitations, and to prove that it was
  sent. Kept: as long as the records it belongs to.
- Protection against attacks. To slow down those who guess passwords or flood the service. Kept: 24
  hours after the last use; 24 hours after it was made; as long as the records it belongs to; until
  newer entries take its place; until it has been dealt with; 24 months after it was made; as long as
  the account exists and records refer to it.
- Requests about personal data. To answer what people ask about their data, and to prove when and how it
  was answered. Kept: at least 3 years after the case is closed.
- Disputes and legal holds. To keep what a bank, a court or an authority asks for until the case is
  closed. Kept: until the case is closed, and as long as it explains what was kept.
- Downloads. To show how far a download of records has come. Kept: 24 hours after the last use.

## 8. Automated decisions$new$],
  [$old$There is no form for this on the site; a person deals with your request.$old$,
   $new$Signed in, you can
also use the form on the page of your account, where you can download a copy of your own data yourself. A
person deals with your request.$new$]
]);
