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

  proven: 'Proven',
  unproven: 'Not proven',
  prove: 'Prove',
  proveWhich: 'Prove that {label} is yours',
  proveTitle: 'Prove that “{label}” is yours',
  proveIntro:
    'Sign a text with the private half of the key. It shows that the key is really yours: in a dispute, what was done with it counts for more.',
  proveStep1: 'Run this in a terminal on the computer that has the key, within 15 minutes:',
  proveFile: 'Change the end of the line when the private key lies in another file.',
  signature: 'Signature',
  signatureHint: 'Everything that the command prints, from BEGIN SSH SIGNATURE to END SSH SIGNATURE.',
  signatureMissing: 'Paste the signature.',
  proveButton: 'Check the signature',
  proveNote:
    'The private key never leaves your computer. A key that is not proven opens your workspaces all the same.',
  provenOn: 'You proved on {date} that this key is yours.',
  wasProven: 'The signature is right: the key is proven to be yours.',
  proof_over: 'That took longer than 15 minutes. Here is a new text to sign.',
  proof_unreadable: 'This is not a signature, or a part is missing. Copy everything that the command prints.',
  'proof_other-key':
    'This signature was made with another key. Name the file of this key at the end of the command.',
  'proof_other-namespace':
    'This signature was made for something else. Leave -n {namespace} in the command as it is.',
  proof_wrong: 'This signature does not fit. Run the command as it stands here, and copy its whole answer.',
};
