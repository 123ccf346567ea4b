-- Fifth version of the privacy notice: it names stored cards, disputed payments and the signed log, says of each
-- recipient whether data goes abroad, and lists each purpose of the registry with its data, ground, recipients and
-- periods (src/privacy/registry). test/privacy/record.test.ts compares the two: a change there needs a new version.

create function pg_temp.publish_complete_notice(in_locale text, changes text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
  change    text[];
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = 'privacy' and version = '2026-11-30a' and locale = in_locale;
  foreach change slice 1 in array changes loop
    if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
      raise exception 'not found exactly once in the privacy notice (%): %', in_locale, change[1];
    end if;
    text_now := replace(text_now, change[1], change[2]);
  end loop;
  insert into legal_documents (kind, version, locale, title, body)
    values ('privacy', '2026-11-30b', in_locale, title_now, text_now);
end
$function$;

select pg_temp.publish_complete_notice('tr', array[
  [$old$parolanızın ve erişim anahtarlarınızın yalnızca tek yönlü özeti;$old$,
   $new$parolanızın ve erişim belirteçlerinizin yalnızca tek yönlü özeti;$new$],
  [$old$3-D Secure bilgisi. Hukuki sebep: sözleşme,$old$,
   $new$3-D Secure bilgisi. Yenilemeler için kart saklamayı siz isterseniz kart numarası PayTR’de kalır; bizde
PayTR’nin o karta verdiği iki belirteç (şifreli), kartı kimin ne zaman sakladığı ve kabul edilen metin
bulunur, belirteçler kart kaldırılınca silinir. Bir ödemeye itiraz edilirse: bildirim, süreler, verilen
yanıt, yanıtla giden kayıtlar ve dosyalar, sonuç ve bankanın aldığı para. Hukuki sebep: sözleşme,$new$],
  [$old$gösterilen iletişim adresinden öğrenebilirsiniz.

## 7.$old$,
   $new$gösterilen iletişim adresinden öğrenebilirsiniz.

- Şirketinizin yöneticileri: Satıcı tarafından aktarım yapılmaz. Yurt dışındaki bir yönetici kayıtları
  bulunduğu yerden görüntüler.
- Satıcının yetkili çalışanları: Aktarım yapılmaz: çalışanlar satıcıya bağlıdır.
- Barındırma hizmeti sağlayıcısı: Yalnızca satıcının kiraladığı sunucular yurt dışındaysa aktarılır; o zaman
  yeterlilik kararına veya imzasından itibaren beş iş günü içinde Kurum’a bildirilen bir standart sözleşmeye
  dayanır (KVKK m. 9, GDPR V. bölüm).
- E-posta hizmeti sağlayıcısı: E-postalar satıcının kurduğu SMTP sunucusu üzerinden gider: yalnızca
  sağlayıcısı yurt dışındaysa aktarılır; o zaman yeterlilik kararına veya imzasından itibaren beş iş günü
  içinde Kurum’a bildirilen bir standart sözleşmeye dayanır (KVKK m. 9, GDPR V. bölüm). Posta kutusunun
  nerede bulunduğu sahibinin seçimidir.
- PayTR: PayTR Türkiye’de yerleşiktir: Türkiye’deki bir satıcı yurt dışına aktarım yapmaz. Başka bir
  ülkedeki satıcı bakımından GDPR V. bölüm uyarınca bir aktarımdır.
- Bir ödemeye itiraz edildiğinde bankalar ve kart sistemleri: Yurt dışındaki bankalar ve kart sistemleri
  yalnızca itiraz edilen bir ödemenin kayıtlarını, tek bir olay için ve bir hakkın korunması amacıyla alır
  (KVKK m. 9, GDPR m. 49(1)(e)).
- Kanunun gerektirdiği hâllerde mahkemeler ve makamlar: Yurt dışındaki makamlar verileri yalnızca kanunun
  veya bir antlaşmanın gerektirdiği hâllerde alır.

## 7.$new$],
  [$old$### Tüm amaçlar ve süreler

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

## 8. Otomatik kararlar$old$,
   $new$13. bölüm her amacı verileri, hukuki sebebi, alıcıları ve süreleriyle tek tek sayar.

## 8. Otomatik kararlar$new$],
  [$old$Talebinizle
bir kişi ilgilenir.$old$,
   $new$Talebinizle
bir çalışanımız ilgilenir.$new$],
  [$old$Satıcının çalışanlarının bu site üzerinden erişimi kaydedilir.$old$,
   $new$Satıcının çalışanlarının bu site üzerinden erişimi kaydedilir. Kayıtların sonradan değiştirilmediği
gösterilebilsin diye delil kayıtlarının özet değerleri imzalı bir günlüğe girer ve günlüğün kök değeri
başkalarına verilir; bu değerlerden kimsenin verisi okunamaz.$new$],
  [$old$Önceki sürümler bu sitede okunabilir kalır.$old$,
   $new$Önceki sürümler bu sitede okunabilir kalır.

## 13. Her amaç: veriler, hukuki sebep, alıcılar, süreler

### Hesap

- Amaç: Hizmetin şirketinize sunulması: kimin, hangi rolle ve nasıl katıldığı.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları, davet edilenler.
- Veriler: sizi gösteren iç numaralar, e-posta adresi, ad, şirket ve rol, parola ve anahtarlar (yalnızca
  özetleri, açık yarıları veya şifreli hâlleri), dil ve tercihler, neyin ne zaman yapıldığı.
- Hukuki sebep: sözleşme (KVKK m. 5/2-c, GDPR m. 6(1)(b)); güvenliğe ve hizmetin sunulmasına ilişkin meşru
  menfaat (KVKK m. 5/2-f, GDPR m. 6(1)(f)).
- Alıcılar: şirketinizin yöneticileri, satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar, PayTR, bir ödemeye itiraz edildiğinde bankalar ve
  kart sistemleri.
- Saklama süresi: hesap var olduğu ve kayıtlar ona dayandığı sürece (Hesap; Şirket; Üyelikler; Seçilen
  e-postalar); ait olduğu kayıtlar saklandığı sürece (Davetler).

### Oturum açma

- Amaç: Hesapların korunması ve kimin nereden oturum açtığının sonradan gösterilebilmesi.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları, oturum açmayı deneyenler.
- Veriler: e-posta adresi, IP adresi ve tarayıcı, neyin ne zaman yapıldığı, sizi gösteren iç numaralar,
  parola ve anahtarlar (yalnızca özetleri, açık yarıları veya şifreli hâlleri), yazdığınız adlar ve
  açıklamalar.
- Hukuki sebep: güvenliğe ve hizmetin sunulmasına ilişkin meşru menfaat (KVKK m. 5/2-f, GDPR m. 6(1)(f));
  bir hakkın korunması (KVKK m. 5/2-e, GDPR m. 6(1)(f)).
- Alıcılar: şirketinizin yöneticileri, satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar, PayTR, bir ödemeye itiraz edildiğinde bankalar ve
  kart sistemleri.
- Saklama süresi: kullanılana, kaldırılana veya işlemi tamamlanana kadar (Yeni parola istekleri; Doğrulama
  uygulamaları; Geçiş anahtarları; Kurtarma kodları); hesap var olduğu ve kayıtlar ona dayandığı sürece
  (Yeni parola bağlantıları; Doğrulanan adresler; Adres değiştirme istekleri; Adres değişiklikleri;
  Kilitlenen hesaplar; İşletmecinin başlattığı yeni parolalar; Kaldırılan ikinci adımlar); son kullanımından
  itibaren 730 gün (Oturum açan tarayıcılar); oluşturulmasından itibaren 7 gün (Tarayıcı oturumları);
  oluşturulmasından itibaren 24 saat (Geçiş anahtarı soruları).

### Erişim belirteçleri ve SSH anahtarları

- Amaç: Programlarınızın sizin adınıza, yalnızca sizin adınıza işlem yapabilmesi.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları.
- Veriler: sizi gösteren iç numaralar, yazdığınız adlar ve açıklamalar, parola ve anahtarlar (yalnızca
  özetleri, açık yarıları veya şifreli hâlleri), IP adresi ve tarayıcı, neyin ne zaman yapıldığı.
- Hukuki sebep: sözleşme (KVKK m. 5/2-c, GDPR m. 6(1)(b)); güvenliğe ve hizmetin sunulmasına ilişkin meşru
  menfaat (KVKK m. 5/2-f, GDPR m. 6(1)(f)).
- Alıcılar: şirketinizin yöneticileri, satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar.
- Saklama süresi: hesap var olduğu ve kayıtlar ona dayandığı sürece (Erişim belirteçleri; SSH anahtarları);
  oluşturulmasından itibaren 24 saat (API isteklerinin anahtarları).

### İşlem günlüğü

- Amaç: Hizmetin yürütülmesi, güvenliği ve bir hesapta neyin kim tarafından yapıldığının ispatı.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları, oturum açmayı deneyenler.
- Veriler: sizi gösteren iç numaralar, neyin ne zaman yapıldığı, IP adresi ve tarayıcı, parola ve anahtarlar
  (yalnızca özetleri, açık yarıları veya şifreli hâlleri).
- Hukuki sebep: sözleşme (KVKK m. 5/2-c, GDPR m. 6(1)(b)); güvenliğe ve hizmetin sunulmasına ilişkin meşru
  menfaat (KVKK m. 5/2-f, GDPR m. 6(1)(f)); bir hakkın korunması (KVKK m. 5/2-e, GDPR m. 6(1)(f)).
- Alıcılar: şirketinizin yöneticileri, satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar, PayTR, bir ödemeye itiraz edildiğinde bankalar ve
  kart sistemleri.
- Saklama süresi: ait olduğu ücretli dönemin bitiminden itibaren 24 ay.

### Çalışma alanlarının kullanımı

- Amaç: Çalışma alanlarının sunulması ile sunulduğunun ve ne kadar kullanıldığının ispatı.
- Kişiler: şirket üyeleri, şirket yöneticileri.
- Veriler: sizi gösteren iç numaralar, yazdığınız adlar ve açıklamalar, neyin ne zaman yapıldığı, IP adresi
  ve tarayıcı, parola ve anahtarlar (yalnızca özetleri, açık yarıları veya şifreli hâlleri).
- Hukuki sebep: sözleşme (KVKK m. 5/2-c, GDPR m. 6(1)(b)); güvenliğe ve hizmetin sunulmasına ilişkin meşru
  menfaat (KVKK m. 5/2-f, GDPR m. 6(1)(f)); bir hakkın korunması (KVKK m. 5/2-e, GDPR m. 6(1)(f)).
- Alıcılar: şirketinizin yöneticileri, satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar, PayTR, bir ödemeye itiraz edildiğinde bankalar ve
  kart sistemleri.
- Saklama süresi: ait olduğu kayıtlar saklandığı sürece (Çalışma alanları; Çalışma alanı adresleri); ait
  olduğu ücretli dönemin bitiminden itibaren 24 ay (Çalışma alanı kullanımı); kullanılana, kaldırılana veya
  işlemi tamamlanana kadar (Şu anda açık çalışma alanları); oluşturulmasından itibaren 24 saat (Çalışma
  alanı girişleri; SSH bağlantıları); oluşturulmasından itibaren 7 gün (Çalışma alanına alınan tarayıcılar).

### Kabul edilen metinler

- Amaç: Hangi koşulların kabul edildiğinin ve bilgilendirildiğinizin ispatı.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları.
- Veriler: sizi gösteren iç numaralar, fatura adresi ve vergi bilgileri, IP adresi ve tarayıcı, dil ve
  tercihler, neyin ne zaman yapıldığı, sipariş ve ödeme (kart numarasının tamamı yoktur).
- Hukuki sebep: hukuki yükümlülük (KVKK m. 5/2-ç, GDPR m. 6(1)(c)); bir hakkın korunması (KVKK m. 5/2-e,
  GDPR m. 6(1)(f)).
- Alıcılar: şirketinizin yöneticileri, satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar, PayTR, bir ödemeye itiraz edildiğinde bankalar ve
  kart sistemleri.
- Saklama süresi: oluşturulmasından itibaren 10 yıl (Kabul edilen sipariş koşulları: sizi gösteren iç
  numaralar, fatura adresi ve vergi bilgileri, dil ve tercihler, neyin ne zaman yapıldığı, sipariş ve ödeme
  (kart numarasının tamamı yoktur); Kabul edilen metinler: sizi gösteren iç numaralar, neyin ne zaman
  yapıldığı); ait olduğu ücretli dönemin bitiminden itibaren 24 ay (Kabul edilen sipariş koşulları: IP
  adresi ve tarayıcı; Kabul edilen metinler: IP adresi ve tarayıcı).

### Siparişler ve ödemeler

- Amaç: Ödemelerin yapılması, dolandırıcılığın önlenmesi ve bir ödeme itirazının yanıtlanması.
- Kişiler: şirket yöneticileri.
- Veriler: sizi gösteren iç numaralar, neyin ne zaman yapıldığı, yazdığınız adlar ve açıklamalar, sipariş ve
  ödeme (kart numarasının tamamı yoktur), IP adresi ve tarayıcı, parola ve anahtarlar (yalnızca özetleri,
  açık yarıları veya şifreli hâlleri).
- Hukuki sebep: sözleşme (KVKK m. 5/2-c, GDPR m. 6(1)(b)); güvenliğe ve hizmetin sunulmasına ilişkin meşru
  menfaat (KVKK m. 5/2-f, GDPR m. 6(1)(f)); bir hakkın korunması (KVKK m. 5/2-e, GDPR m. 6(1)(f)).
- Alıcılar: şirketinizin yöneticileri, satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar, PayTR, bir ödemeye itiraz edildiğinde bankalar ve
  kart sistemleri.
- Saklama süresi: oluşturulmasından itibaren 10 yıl (Abonelik; Siparişler ve ödemeler: sizi gösteren iç
  numaralar, sipariş ve ödeme (kart numarasının tamamı yoktur), parola ve anahtarlar (yalnızca özetleri,
  açık yarıları veya şifreli hâlleri), neyin ne zaman yapıldığı; Fiyat listeleri; Ödemelerin kartları;
  Ödemeden sonra yapılanlar; Ödeme hizmetinin yanıtları; Saklanan kartlar; Saklanan kartlardan bildirilen
  tahsilatlar; Saklanan kartlardan tahsilatlar; İadeler; PayTR’nin ödeme yanıtları; İncelemedeki çekim
  kararları; Harcama itirazları; İtirazlara verilen yanıtlar; Kart geçmişi hakkındaki kararlar; Bankaların
  itirazlarda aldığı para; İtiraz dosyaları; İtirazlar için hazırlanan paketler; O paketlerin dosyaları;
  PayTR listelerindeki çekim ve iadeler; PayTR ödemelerindeki siparişler; Defterlerdeki farklar); ait olduğu
  ücretli dönemin bitiminden itibaren 24 ay (Siparişler ve ödemeler: IP adresi ve tarayıcı; Ödemelere göre
  kullanım; Ödeme değerlendirmeleri).

### Faturalar

- Amaç: Faturaların ticaret ve vergi mevzuatının gerektirdiği gibi düzenlenmesi ve saklanması.
- Kişiler: şirket yöneticileri.
- Veriler: sizi gösteren iç numaralar, fatura adresi ve vergi bilgileri, sipariş ve ödeme (kart numarasının
  tamamı yoktur), neyin ne zaman yapıldığı, yazdığınız adlar ve açıklamalar.
- Hukuki sebep: hukuki yükümlülük (KVKK m. 5/2-ç, GDPR m. 6(1)(c)).
- Alıcılar: şirketinizin yöneticileri, satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar, PayTR, bir ödemeye itiraz edildiğinde bankalar ve
  kart sistemleri.
- Saklama süresi: hesap var olduğu ve kayıtlar ona dayandığı sürece (Fatura bilgileri); oluşturulmasından
  itibaren 10 yıl (Ödeme özetleri; Yasal faturalar; Yasal fatura dosyaları; İade belgeleri).

### E-postalar

- Amaç: Makbuz ve davet gibi hizmete ait iletilerin gönderilmesi ve gönderildiğinin ispatı.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları, davet edilenler.
- Veriler: sizi gösteren iç numaralar, neyin ne zaman yapıldığı, parola ve anahtarlar (yalnızca özetleri,
  açık yarıları veya şifreli hâlleri), e-posta adresi, dil ve tercihler, yazdığınız adlar ve açıklamalar.
- Hukuki sebep: sözleşme (KVKK m. 5/2-c, GDPR m. 6(1)(b)); bir hakkın korunması (KVKK m. 5/2-e, GDPR m.
  6(1)(f)).
- Alıcılar: şirketinizin yöneticileri, satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar, e-posta hizmeti sağlayıcısı, PayTR, bir ödemeye
  itiraz edildiğinde bankalar ve kart sistemleri.
- Saklama süresi: ait olduğu kayıtlar saklandığı sürece.

### Saldırılara karşı koruma

- Amaç: Parola tahmin edenlerin veya hizmeti aşırı yükleyenlerin yavaşlatılması.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları, oturum açmayı deneyenler.
- Veriler: sizi gösteren iç numaralar, neyin ne zaman yapıldığı, IP adresi ve tarayıcı, parola ve anahtarlar
  (yalnızca özetleri, açık yarıları veya şifreli hâlleri), yazdığınız adlar ve açıklamalar.
- Hukuki sebep: güvenliğe ve hizmetin sunulmasına ilişkin meşru menfaat (KVKK m. 5/2-f, GDPR m. 6(1)(f)).
- Alıcılar: satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı, kanunun gerektirdiği hâllerde
  mahkemeler ve makamlar.
- Saklama süresi: son kullanımından itibaren 24 saat (Yanlış parolalar); oluşturulmasından itibaren 24 saat
  (Deneme sayaçları; Sayılmakta olan reddedilmiş denemeler); ait olduğu kayıtlar saklandığı sürece (İkinci
  adım kuralları); yerini yeni kayıtlar alana kadar (Reddedilen istekler); kullanılana, kaldırılana veya
  işlemi tamamlanana kadar (İncelenmeyi bekleyen olaylar); oluşturulmasından itibaren 24 ay (Uyarılar;
  Güvenlik olayları; Olay adımları); hesap var olduğu ve kayıtlar ona dayandığı sürece (Uyarı kuralları).

### Veri başvuruları

- Amaç: Kişilerin verileriyle ilgili başvurularının yanıtlanması, ne zaman ve nasıl yanıtlandığının ispatı.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları, oturum açmayı deneyenler.
- Veriler: ad, şirket ve rol, e-posta adresi, dil ve tercihler, sizi gösteren iç numaralar, neyin ne zaman
  yapıldığı, yazdığınız adlar ve açıklamalar.
- Hukuki sebep: hukuki yükümlülük (KVKK m. 5/2-ç, GDPR m. 6(1)(c)); bir hakkın korunması (KVKK m. 5/2-e,
  GDPR m. 6(1)(f)).
- Alıcılar: satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı, e-posta hizmeti sağlayıcısı,
  kanunun gerektirdiği hâllerde mahkemeler ve makamlar.
- Saklama süresi: süreç kapandıktan sonra en az 3 yıl.

### İtirazlar ve hukuki süreçler

- Amaç: Bir bankanın, mahkemenin veya makamın istediklerinin süreç kapanıncaya kadar saklanması.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları.
- Veriler: sizi gösteren iç numaralar, neyin ne zaman yapıldığı, yazdığınız adlar ve açıklamalar.
- Hukuki sebep: bir hakkın korunması (KVKK m. 5/2-e, GDPR m. 6(1)(f)); hukuki yükümlülük (KVKK m. 5/2-ç,
  GDPR m. 6(1)(c)).
- Alıcılar: satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı, kanunun gerektirdiği hâllerde
  mahkemeler ve makamlar, PayTR, bir ödemeye itiraz edildiğinde bankalar ve kart sistemleri.
- Saklama süresi: süreç kapanıncaya ve neyin saklandığını açıkladığı sürece.

### İndirmeler

- Amaç: Kayıtların indirilmesinin ne kadar ilerlediğinin gösterilmesi.
- Kişiler: şirket üyeleri, şirket yöneticileri, platform çalışanları.
- Veriler: sizi gösteren iç numaralar, parola ve anahtarlar (yalnızca özetleri, açık yarıları veya şifreli
  hâlleri), neyin ne zaman yapıldığı.
- Hukuki sebep: sözleşme (KVKK m. 5/2-c, GDPR m. 6(1)(b)); bir hakkın korunması (KVKK m. 5/2-e, GDPR m.
  6(1)(f)).
- Alıcılar: satıcının yetkili çalışanları, barındırma hizmeti sağlayıcısı.
- Saklama süresi: son kullanımından itibaren 24 saat.$new$]
]);

select pg_temp.publish_complete_notice('en', array[
  [$old$the number of instalments and, where it is reported, 3-D Secure. Legal basis: contract,$old$,
   $new$the number of instalments and, where it is reported, 3-D Secure. If you ask for a card to be stored for
renewals, its number stays with PayTR; we keep the two tokens that PayTR gave for it (encrypted), who
stored it and when, and the text that was agreed, and the tokens are removed with the card. When a payment
is disputed: the notice, its time limits, the answer, the records and files that went with it, the result,
and the money that the bank took. Legal basis: contract,$new$],
  [$old$this page tells you which providers are used, where they are and which safeguards apply.

## 7.$old$,
   $new$this page tells you which providers are used, where they are and which safeguards apply.

- Admins of your company: No transfer by the seller. An admin who is abroad reads the records from there.
- Authorised staff of the seller: No transfer: the staff belong to the seller.
- The hosting provider: Abroad only when the servers that the seller rents stand there: then by an adequacy
  decision, or by a standard contract that the Authority is told of within five working days of its signing
  (KVKK art. 9, GDPR chapter V).
- The mail provider: Mails go through the SMTP server that the seller has set up: abroad only when its
  provider is there, then by an adequacy decision, or by a standard contract that the Authority is told of
  within five working days of its signing (KVKK art. 9, GDPR chapter V). Where a mailbox itself stands is
  the choice of its owner.
- PayTR: PayTR is established in Türkiye: no transfer abroad by a seller in Türkiye. For a seller elsewhere
  it is one, under GDPR chapter V.
- Banks and card schemes, when a payment is disputed: Banks and card schemes abroad get records only about a
  disputed payment, in the single case, to protect a right (KVKK art. 9, GDPR art. 49(1)(e)).
- Courts and authorities, where the law demands it: Those abroad get data only where the law or a treaty
  demands it.

## 7.$new$],
  [$old$### All purposes and periods

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

## 8. Automated decisions$old$,
   $new$Section 13 lists each purpose with its data, legal ground, recipients and periods.

## 8. Automated decisions$new$],
  [$old$person deals with your request.$old$,
   $new$member of our staff deals with your request.$new$],
  [$old$Access by the seller's staff through this site is recorded.$old$,
   $new$Access by the seller's staff through this site is recorded. So that it can be shown that records were not
changed afterwards, the hashes of records of evidence go into a signed log, and its root is given to
others; nobody's data can be read from these values.$new$],
  [$old$Earlier versions stay readable on this site.$old$,
   $new$Earlier versions stay readable on this site.

## 13. Every purpose: data, legal ground, recipients, periods

### Account

- Purpose: To provide the service to your company: who belongs to it, in which role, and how they came.
- People: members of a company, admins of a company, staff of the platform, invited people.
- Data: internal numbers that refer to you, e-mail address, name, company and role, passwords and keys (only
  as hashes, in their public half or encrypted), language and choices, what was done and when.
- Legal ground: contract (KVKK art. 5/2-c, GDPR art. 6(1)(b)); legitimate interest in security and in
  providing the service (KVKK art. 5/2-f, GDPR art. 6(1)(f)).
- Recipients: admins of your company, authorised staff of the seller, the hosting provider, courts and
  authorities, where the law demands it, PayTR, banks and card schemes, when a payment is disputed.
- Kept: as long as the account exists and records refer to it (Account; Company; Memberships; Chosen mails);
  as long as the records it belongs to are kept (Invitations).

### Signing in

- Purpose: To protect accounts, and to show later who signed in from where.
- People: members of a company, admins of a company, staff of the platform, people who try to sign in.
- Data: e-mail address, IP address and browser, what was done and when, internal numbers that refer to you,
  passwords and keys (only as hashes, in their public half or encrypted), names and words you entered.
- Legal ground: legitimate interest in security and in providing the service (KVKK art. 5/2-f, GDPR art.
  6(1)(f)); protection of a right (KVKK art. 5/2-e, GDPR art. 6(1)(f)).
- Recipients: admins of your company, authorised staff of the seller, the hosting provider, courts and
  authorities, where the law demands it, PayTR, banks and card schemes, when a payment is disputed.
- Kept: until it has been used, removed or dealt with (Requests for a new password; Authenticator apps;
  Passkeys; Recovery codes); as long as the account exists and records refer to it (Links for a new
  password; Confirmed addresses; Wishes for another address; Changes of the address; Locked accounts; New
  passwords by operators; Ended second factors); 730 days after the last use (Browsers that signed in); 7
  days after it was made (Browser sessions); 24 hours after it was made (Questions to passkeys).

### Access tokens and SSH keys

- Purpose: To let your programs act for you, and only for you.
- People: members of a company, admins of a company, staff of the platform.
- Data: internal numbers that refer to you, names and words you entered, passwords and keys (only as hashes,
  in their public half or encrypted), IP address and browser, what was done and when.
- Legal ground: contract (KVKK art. 5/2-c, GDPR art. 6(1)(b)); legitimate interest in security and in
  providing the service (KVKK art. 5/2-f, GDPR art. 6(1)(f)).
- Recipients: admins of your company, authorised staff of the seller, the hosting provider, courts and
  authorities, where the law demands it.
- Kept: as long as the account exists and records refer to it (Access tokens; SSH keys); 24 hours after it
  was made (Keys of API requests).

### Audit trail

- Purpose: To run the service, to keep it secure, and to prove what was done in an account and by whom.
- People: members of a company, admins of a company, staff of the platform, people who try to sign in.
- Data: internal numbers that refer to you, what was done and when, IP address and browser, passwords and
  keys (only as hashes, in their public half or encrypted).
- Legal ground: contract (KVKK art. 5/2-c, GDPR art. 6(1)(b)); legitimate interest in security and in
  providing the service (KVKK art. 5/2-f, GDPR art. 6(1)(f)); protection of a right (KVKK art. 5/2-e, GDPR
  art. 6(1)(f)).
- Recipients: admins of your company, authorised staff of the seller, the hosting provider, courts and
  authorities, where the law demands it, PayTR, banks and card schemes, when a payment is disputed.
- Kept: 24 months after the end of the paid period it belongs to.

### Use of workspaces

- Purpose: To provide workspaces, and to prove that they were provided and how long they were used.
- People: members of a company, admins of a company.
- Data: internal numbers that refer to you, names and words you entered, what was done and when, IP address
  and browser, passwords and keys (only as hashes, in their public half or encrypted).
- Legal ground: contract (KVKK art. 5/2-c, GDPR art. 6(1)(b)); legitimate interest in security and in
  providing the service (KVKK art. 5/2-f, GDPR art. 6(1)(f)); protection of a right (KVKK art. 5/2-e, GDPR
  art. 6(1)(f)).
- Recipients: admins of your company, authorised staff of the seller, the hosting provider, courts and
  authorities, where the law demands it, PayTR, banks and card schemes, when a payment is disputed.
- Kept: as long as the records it belongs to are kept (Workspaces; Addresses of workspaces); 24 months after
  the end of the paid period it belongs to (Use of workspaces); until it has been used, removed or dealt
  with (Workspaces open now); 24 hours after it was made (Ways into workspaces; Connections by SSH); 7 days
  after it was made (Browsers let into workspaces).

### Accepted texts

- Purpose: To prove which terms were agreed and that you were informed.
- People: members of a company, admins of a company, staff of the platform.
- Data: internal numbers that refer to you, billing address and tax data, IP address and browser, language
  and choices, what was done and when, order and payment (no complete card number).
- Legal ground: legal duty (KVKK art. 5/2-ç, GDPR art. 6(1)(c)); protection of a right (KVKK art. 5/2-e,
  GDPR art. 6(1)(f)).
- Recipients: admins of your company, authorised staff of the seller, the hosting provider, courts and
  authorities, where the law demands it, PayTR, banks and card schemes, when a payment is disputed.
- Kept: 10 years after it was made (Accepted order terms: internal numbers that refer to you, billing
  address and tax data, language and choices, what was done and when, order and payment (no complete card
  number); Accepted texts: internal numbers that refer to you, what was done and when); 24 months after the
  end of the paid period it belongs to (Accepted order terms: IP address and browser; Accepted texts: IP
  address and browser).

### Orders and payments

- Purpose: To carry out payments, to prevent fraud, and to answer a dispute about a payment.
- People: admins of a company.
- Data: internal numbers that refer to you, what was done and when, names and words you entered, order and
  payment (no complete card number), IP address and browser, passwords and keys (only as hashes, in their
  public half or encrypted).
- Legal ground: contract (KVKK art. 5/2-c, GDPR art. 6(1)(b)); legitimate interest in security and in
  providing the service (KVKK art. 5/2-f, GDPR art. 6(1)(f)); protection of a right (KVKK art. 5/2-e, GDPR
  art. 6(1)(f)).
- Recipients: admins of your company, authorised staff of the seller, the hosting provider, courts and
  authorities, where the law demands it, PayTR, banks and card schemes, when a payment is disputed.
- Kept: 10 years after it was made (Subscription; Orders and payments: internal numbers that refer to you,
  order and payment (no complete card number), passwords and keys (only as hashes, in their public half or
  encrypted), what was done and when; Price lists; Cards of payments; What follows a payment; Answers of the
  payment service; Stored cards; Announced charges of stored cards; Charges of stored cards; Refunds;
  PayTR’s answers about payments; Decisions about charges in review; Disputed payments; Answers to disputes;
  Decisions about the history of a card; Money that banks took in disputes; Files of disputes; Packages made
  for disputes; Files of those packages; Charges and refunds in PayTR’s lists; Orders in PayTR’s payouts;
  Differences in the books); 24 months after the end of the paid period it belongs to (Orders and payments:
  IP address and browser; Use by payment; Assessments of payments).

### Invoices

- Purpose: To issue and keep invoices as commercial and tax law demand.
- People: admins of a company.
- Data: internal numbers that refer to you, billing address and tax data, order and payment (no complete
  card number), what was done and when, names and words you entered.
- Legal ground: legal duty (KVKK art. 5/2-ç, GDPR art. 6(1)(c)).
- Recipients: admins of your company, authorised staff of the seller, the hosting provider, courts and
  authorities, where the law demands it, PayTR, banks and card schemes, when a payment is disputed.
- Kept: as long as the account exists and records refer to it (Billing details); 10 years after it was made
  (Receipts; Legal invoices; Files of legal invoices; Reversals).

### Mails

- Purpose: To send what belongs to the service, such as receipts and invitations, and to prove that it was
  sent.
- People: members of a company, admins of a company, staff of the platform, invited people.
- Data: internal numbers that refer to you, what was done and when, passwords and keys (only as hashes, in
  their public half or encrypted), e-mail address, language and choices, names and words you entered.
- Legal ground: contract (KVKK art. 5/2-c, GDPR art. 6(1)(b)); protection of a right (KVKK art. 5/2-e, GDPR
  art. 6(1)(f)).
- Recipients: admins of your company, authorised staff of the seller, the hosting provider, courts and
  authorities, where the law demands it, the mail provider, PayTR, banks and card schemes, when a payment is
  disputed.
- Kept: as long as the records it belongs to are kept.

### Protection against attacks

- Purpose: To slow down those who guess passwords or flood the service.
- People: members of a company, admins of a company, staff of the platform, people who try to sign in.
- Data: internal numbers that refer to you, what was done and when, IP address and browser, passwords and
  keys (only as hashes, in their public half or encrypted), names and words you entered.
- Legal ground: legitimate interest in security and in providing the service (KVKK art. 5/2-f, GDPR art.
  6(1)(f)).
- Recipients: authorised staff of the seller, the hosting provider, courts and authorities, where the law
  demands it.
- Kept: 24 hours after the last use (Wrong passwords); 24 hours after it was made (Counters of attempts;
  Refused attempts being counted); as long as the records it belongs to are kept (Rules about second
  factors); until newer entries take its place (Refused requests); until it has been used, removed or dealt
  with (Events waiting for a look); 24 months after it was made (Alerts; Incidents; Steps of incidents); as
  long as the account exists and records refer to it (Rules of alerts).

### Requests about personal data

- Purpose: To answer what people ask about their data, and to prove when and how it was answered.
- People: members of a company, admins of a company, staff of the platform, people who try to sign in.
- Data: name, company and role, e-mail address, language and choices, internal numbers that refer to you,
  what was done and when, names and words you entered.
- Legal ground: legal duty (KVKK art. 5/2-ç, GDPR art. 6(1)(c)); protection of a right (KVKK art. 5/2-e,
  GDPR art. 6(1)(f)).
- Recipients: authorised staff of the seller, the hosting provider, the mail provider, courts and
  authorities, where the law demands it.
- Kept: at least 3 years after the case is closed.

### Disputes and legal holds

- Purpose: To keep what a bank, a court or an authority asks for until the case is closed.
- People: members of a company, admins of a company, staff of the platform.
- Data: internal numbers that refer to you, what was done and when, names and words you entered.
- Legal ground: protection of a right (KVKK art. 5/2-e, GDPR art. 6(1)(f)); legal duty (KVKK art. 5/2-ç,
  GDPR art. 6(1)(c)).
- Recipients: authorised staff of the seller, the hosting provider, courts and authorities, where the law
  demands it, PayTR, banks and card schemes, when a payment is disputed.
- Kept: until the case is closed, and as long as it explains what was kept.

### Downloads

- Purpose: To show how far a download of records has come.
- People: members of a company, admins of a company, staff of the platform.
- Data: internal numbers that refer to you, passwords and keys (only as hashes, in their public half or
  encrypted), what was done and when.
- Legal ground: contract (KVKK art. 5/2-c, GDPR art. 6(1)(b)); protection of a right (KVKK art. 5/2-e, GDPR
  art. 6(1)(f)).
- Recipients: authorised staff of the seller, the hosting provider.
- Kept: 24 hours after the last use.$new$]
]);
