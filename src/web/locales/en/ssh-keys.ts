/** SSH keys: what a person enters workspaces with from a terminal. */
export const sshKeys = {
  title: 'SSH keys',
  intro:
    'With a key of yours you reach your workspaces by SSH: from a terminal, and with programs such as scp and git.',
  emptyTitle: 'No keys yet',
  emptyText: 'Add the public key of each machine that you work on.',
  tableLabel: 'Your SSH keys',
  label: 'Name',
  labelHint: 'So that you know which machine it is. Without one we take what stands behind the key.',
  labelMissing: 'Give the key a name.',
  fingerprint: 'Fingerprint',
  lastUse: 'Last used',
  neverUsed: 'Never',
  addedOn: 'Added',

  addTitle: 'New key',
  addIntro: 'A key stands for one person only. Its private half stays on your machine.',
  key: 'Public key',
  keyHint: 'The one line of a file such as id_ed25519.pub. No such file? ssh-keygen -t ed25519 makes one.',
  keyMissing: 'Paste a public key.',
  add: 'Add key',
  added: '“{label}” was added.',
  tooMany: 'You have {max} keys, which is the most. Remove one that you no longer need.',
  faultPrivate:
    'This is a private key. We have not kept it, but it should not have left your machine: if it went anywhere else, make a new one. What belongs here is the file that ends in .pub.',
  faultLines: 'A public key is one line. Paste the content of the file that ends in .pub, one key at a time.',
  faultOptions:
    'Leave out what stands in front of the key: it begins with its kind, such as ssh-ed25519 or ssh-rsa.',
  faultType:
    'We do not know this kind of key. Ed25519, ECDSA, RSA and keys on a security key (FIDO) are taken.',
  faultBroken: 'This key is not whole: part of it may be missing, or something was added.',
  faultRsa: 'This RSA key is too short. It needs 2048 bits at least; an Ed25519 key is better.',
  faultOwn: 'You have added this key before.',
  faultTaken: 'This key is in use already. Make a new one for this account.',

  remove: 'Remove',
  removeWhich: 'Remove {label}',
  removeTitle: 'Remove SSH key',
  removeText: 'It opens nothing any more, and connections made with it end within seconds.',
  removeConfirm: 'Remove key',
  removed: '“{label}” was removed. It opens nothing any more.',
};
