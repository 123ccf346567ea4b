/** English texts of the page about the log of a company. ICU MessageFormat. */
export const logState = {
  recordProof: 'Proof that this record is in the log',
  nav: 'Log',
  title: 'The log of this company',
  subtitle: 'Every record of evidence has its place in a log that nobody can change unseen.',
  faultsTitle: 'The log does not fit its records',
  faults:
    '{count, plural, one {# fault} other {# faults}} found: records were changed, put in or taken away. The operators of the platform were told.',
  stateTitle: 'State',
  emptyTitle: 'No record yet',
  empty: 'The log begins with the first record of the company.',
  size: 'Records in the log',
  newest: 'Newest signed checkpoint',
  newestSize: '{size, plural, one {# record} other {# records}},',
  never: 'Not yet',
  waiting: 'Waiting for their place',
  nothingWaits: 'Nothing: every record has its place',
  waits: 'The oldest record for {seconds, plural, one {# second} other {# seconds}}',
  stamp: 'Newest time stamp',
  stampOurs: 'An authority that is not independent of us: it proves nothing to others.',
  check: 'Last check of everything',
  checkGood:
    '{count, plural, one {# record of the platform} other {# records of the platform}} verified, no fault',
  late: '{count, plural, one {# record} other {# records}} came late and got a later place.',
  note: 'The checkpoint',
  noteHint:
    'Copy these lines and keep them somewhere else: whoever has them can see later that nothing before them was changed.',
  keys: 'Public keys',
  public: 'About the log',
  verify: 'Verify a file',
  address: 'The checkpoint as a file',
  provesTitle: 'What this proves, and what not',
  proves:
    'Once a checkpoint is signed, no record before it can be changed or removed, and none can be put in between, without being noticed by whoever verifies a file or holds that checkpoint.',
  provesNot:
    'It does not prove that a record was true when it was written. Nor does it prove that records which a file does not show are about somebody else.',
  changesTitle: 'If somebody had every right over the database',
  change_oneRecord: 'They change, remove or insert one record:',
  change_records: 'They make the whole log fit their changes:',
  change_newKey: 'They sign it with another key:',
  change_withKey: 'They sign it with our stolen key:',
  change_rolledBack: 'They take records and checkpoints back together:',
  by_bundle: 'found by every file and by the check.',
  by_outside: 'found only with a checkpoint from outside.',
  isOutside: 'Checkpoints of this platform are kept outside: see the page about the log.',
  notOutside:
    'Receipts and mails carry checkpoints to their readers. Beyond that this installation keeps none outside: ask its operator for a time stamp authority or a witness.',
};
