-- Second version of both contracts of an order: they name the public key by which the log of the account's records is
-- verified (src/transparency/README.md). Whoever has the contract can verify with a key that did not come with the proof.

create function pg_temp.publish_contract(in_kind text, in_locale text, change text[]) returns void
language plpgsql as $function$
declare
  text_now  text;
  title_now text;
begin
  select title, body into strict title_now, text_now from legal_documents
    where kind = in_kind and version = '2026-12-01' and locale = in_locale;
  if length(text_now) - length(replace(text_now, change[1], '')) <> length(change[1]) then
    raise exception 'not found exactly once in % (%): %', in_kind, in_locale, change[1];
  end if;
  insert into legal_documents (kind, version, locale, title, body)
    values (in_kind, '2026-12-01a', in_locale, title_now, replace(text_now, change[1], change[2]));
end
$function$;

select pg_temp.publish_contract('distance-sales', 'tr', array[
  'saklanır ve uyuşmazlıkta delil olarak kullanılabilir. Alıcının her türlü delille ispat hakkı saklıdır.',
  $new$saklanır ve uyuşmazlıkta delil olarak kullanılabilir. Alıcının her türlü delille ispat hakkı saklıdır. Kayıtların
sonradan değiştirilmediği, imzalı bir günlükle gösterilebilir; makbuzlarda ve e-postalarda bulunan denetim noktaları
hesabın günlüğüne ait şu açık anahtarla doğrulanır: {{log_key}}$new$]);

select pg_temp.publish_contract('distance-sales', 'en', array[
  'the privacy notice says and may serve as evidence in a dispute. The buyer may use evidence of every kind.',
  $new$the privacy notice says and may serve as evidence in a dispute. The buyer may use evidence of every kind. That
records were not changed afterwards can be shown by a signed log; the checkpoints on receipts and in mails are verified
by this public key of the account's log: {{log_key}}$new$]);

select pg_temp.publish_contract('company-sales', 'tr', array[
  'saklanır ve uyuşmazlıkta delil olarak kullanılabilir.',
  $new$saklanır ve uyuşmazlıkta delil olarak kullanılabilir. Kayıtların sonradan değiştirilmediği, imzalı bir günlükle
gösterilebilir; makbuzlarda ve e-postalarda bulunan denetim noktaları hesabın günlüğüne ait şu açık anahtarla doğrulanır:
{{log_key}}$new$]);

select pg_temp.publish_contract('company-sales', 'en', array[
  'the privacy notice says and may serve as evidence in a dispute.',
  $new$the privacy notice says and may serve as evidence in a dispute. That records were not changed afterwards can be
shown by a signed log; the checkpoints on receipts and in mails are verified by this public key of the account's log:
{{log_key}}$new$]);
