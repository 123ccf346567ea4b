-- SSH keys whose owner has shown to hold the private half.

select lock_patiently('ssh_keys');

-- When the person signed a text of ours with it. Null while they only said that the key is theirs. Evidence, kept
-- as the key.
alter table ssh_keys add column proven_at timestamptz;
