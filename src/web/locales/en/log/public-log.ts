/** English texts of the public page about the log of the evidence. ICU MessageFormat. */
export const publicLog = {
  title: 'The log of the evidence',
  lede: 'How anybody can see that our records were not changed afterwards.',
  haltedTitle: 'Nothing new is published at the moment',
  haltedText:
    'A copy of the log that is kept elsewhere does not fit what is here. We publish nothing until that is explained.',
  whatHeading: 'What this is',
  what: 'Every record that can become evidence (a sign-in, the use of a workspace, an accepted contract, a payment) gets the next place in the log of its company. A fingerprint of all places together, the checkpoint, is signed and given away.',
  proves:
    'Whoever holds an old checkpoint can verify that nothing before it was changed, removed or put in between. Only fingerprints are public: they say nothing about anybody.',
  provesNot:
    'The log does not show that a record was true when it was written. And it shows changes only to somebody who has a checkpoint from outside, which is why we hand them out.',
  newestHeading: 'Newest checkpoint of the platform',
  newest: '{size, plural, one {# record} other {# records}}, signed on',
  checkpointLink: 'The checkpoint as a file',
  none: 'There is none yet: the first one is signed soon after the first record.',
  keysHeading: 'Keys',
  keysText:
    'By these public keys checkpoints are verified. A key counts from one place in the log of the platform to another, not from one day to another, so that an old key cannot sign something new. The log of a company has the same key under its own name; the contract of each order states it.',
  keyFrom: 'From record {from, number} on',
  keyFromTo: 'From record {from, number} to before record {to, number}',
  outsideHeading: 'Where checkpoints are kept outside',
  outsideText:
    'The log of the platform holds the newest checkpoints of all companies, so its checkpoint stands for all.',
  outsideMails: 'Receipts and mails about payments end with the newest checkpoint of the company.',
  stamped: 'Once a day an independent authority puts a time stamp on it (RFC 3161). The newest: {authority},',
  stampedByOurselves:
    'It gets a time stamp once a day, but by an authority that is not independent of us. The newest: {authority},',
  notStamped: 'No time stamp of an authority was put on it yet.',
  witnessed: 'A witness signs each one that goes on from those before. Its key:',
  notWitnessed: 'No witness signs it.',
  handedOutHeading: 'Checkpoint of the records',
  handedOut:
    'Keep the lines below: they are a signed checkpoint of our records about your company. With them you can show later that nothing recorded before them was changed or removed. More: {address}',
  monitorsHeading: 'For monitors',
  monitorsText:
    'Each log can be read in the format of C2SP tlog-tiles: its newest checkpoint, and the fingerprints in tiles of 256. The records themselves are not public. The name of a log stands in its checkpoints.',
};
