-- One folding for every search: the text without accents and case, with all four letters i as one, however its letters were
-- composed. Upper case, since I, İ, ı and i have the same there once the dot is off; the locale is named, so that the answer is
-- the same on every server. 'Işıl', 'isil' and 'IŞIL' are one.
create function search_text(value text) returns text
language sql immutable strict parallel safe
return upper(regexp_replace(normalize(value, nfkd), '[\u0300-\u036f]', '', 'g') collate "und-x-icu");

-- Comes with Postgres, and the owner of a database may add it. Somebody may have done so before.
create extension if not exists pg_trgm;

create index idx_users_search on users
  using gin (search_text(full_name) gin_trgm_ops, search_text(email) gin_trgm_ops);
create index idx_invitations_search on invitations using gin (search_text(email) gin_trgm_ops);
create index idx_companies_search on companies
  using gin (search_text(name) gin_trgm_ops, search_text(subdomain) gin_trgm_ops);

-- Operators' list: in Turkish order, as the list of people, and not in that of the server.
create index idx_companies_by_name on companies ((name collate "tr-x-icu"), id);
drop index idx_companies_name;
