-- One row is a public key with which a person enters workspaces by SSH. What is public is stored as it is; the private half never
-- comes here. Owner: auth. Kept as long as the person: the evidence of what was done with it refers to it.
create table ssh_keys (
  id           bigint      generated always as identity,
  company_id   bigint      not null,
  user_id      bigint      not null,
  label        text        not null,
  key_type     text        not null,
  -- The key as it stands in an authorized_keys file: base64 of the wire format (RFC 4253, section 6.6).
  key_blob     text        not null,
  -- As ssh-keygen prints it.
  fingerprint  text        not null,
  created_at   timestamptz not null,
  -- Both null until it has been used.
  last_used_at timestamptz,
  last_used_ip inet,
  -- Null while it opens something.
  removed_at   timestamptz,
  constraint pk_ssh_keys             primary key (id),
  constraint fk_ssh_keys_company     foreign key (company_id) references companies (id) on delete restrict,
  constraint fk_ssh_keys_user        foreign key (user_id) references users (id) on delete restrict,
  constraint ck_ssh_keys_label       check (length(label) between 1 and 60),
  constraint ck_ssh_keys_type        check (key_type in (
    'ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521',
    'sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com', 'ssh-rsa')),
  -- Ends up in a line of options that sshd reads.
  constraint ck_ssh_keys_blob        check (key_blob ~ '^[A-Za-z0-9+/]+={0,2}$' and length(key_blob) <= 8000),
  constraint ck_ssh_keys_fingerprint check (fingerprint ~ '^SHA256:[A-Za-z0-9+/]{43}$')
);
-- A key that is in use stands for one person, in all companies: sshd knows nobody by name.
create unique index uq_ssh_keys_live on ssh_keys (fingerprint) where removed_at is null;
create index idx_ssh_keys_user on ssh_keys (user_id, id);
