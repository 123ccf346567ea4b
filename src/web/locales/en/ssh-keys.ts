/** SSH keys: what a person enters workspaces with from a terminal. */
export const sshKeys = {
  title: 'SSH keys',
  intro:
    'With one of your keys you connect to your workspaces by SSH: from a terminal, and with programs such as scp and git.',
  emptyTitle: 'No keys yet',
  emptyText: 'Add the public key of each computer you work on.',
  tableLabel: 'Your SSH keys',
  label: 'Name',
  labelHint:
    'So that you know which computer it is. If you leave it empty, the comment at the end of the key is used.',
  labelMissing: 'Give the key a name.',
  fingerprint: 'Fingerprint',
  lastUse: 'Last used',
  neverUsed: 'Never',
  addedOn: 'Added',

  addTitle: 'New key',
  addIntro: 'A key belongs to one person only. Its private half stays on your computer.',
  key: 'Public key',
  keyHint:
    'The one line in a file such as id_ed25519.pub. If you have none, ssh-keygen -t ed25519 creates one.',
  keyMissing: 'Paste a public key.',
  add: 'Add key',
  added: '“{label}” was added.',
  tooMany: 'You already have {max} keys, the most allowed. Remove one that you no longer need.',
  faultPrivate:
    'This is a private key. We have not kept it, but it should not have left your computer: if it went anywhere else, create a new one. Paste the content of the file that ends in .pub here.',
  faultLines: 'A public key is one line. Paste the content of the file that ends in .pub, one key at a time.',
  faultOptions: 'Remove what comes before the key: it begins with its type, such as ssh-ed25519 or ssh-rsa.',
  faultType:
    'This type of key is not supported. Ed25519, ECDSA, RSA and keys on a security key (FIDO) are accepted.',
  faultBroken: 'This key is incomplete or damaged: part of it may be missing, or something was added.',
  faultRsa: 'This RSA key is too short. It needs at least 2048 bits; an Ed25519 key is better.',
  faultOwn: 'You have already added this key.',
  faultTaken: 'This key is already in use. Create a new one for this account.',

  remove: 'Remove',
  removeWhich: 'Remove {label}',
  removeTitle: 'Remove SSH key',
  removeText: 'It can no longer be used to connect, and connections made with it end within seconds.',
  removeConfirm: 'Remove key',
  removed: '“{label}” was removed. It can no longer be used to connect.',
};
