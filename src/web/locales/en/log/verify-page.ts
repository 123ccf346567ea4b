/** English texts of the public page that verifies evidence files. ICU MessageFormat. */
export const verifyPage = {
  title: 'Verify an evidence file',
  lede: 'The file is verified in your browser. It is not uploaded, and nothing about it leaves your machine.',
  bundle: 'Evidence file',
  bundleHint: 'JSON or NDJSON, as it was downloaded.',
  dropHint: 'You can also drop the file here.',
  policy: 'Policy (optional)',
  policyHint:
    'A text file of two lines: “log” with the key of the log behind it, and “quorum none”. Take the key from a contract, a mail or another source than the evidence file. Without a policy the key inside the file is taken as it is.',
  submit: 'Verify',
  working: 'Progress',
  failed: 'The file could not be read in this browser. Use the program below.',
  resultHeading: 'Result',
  programHeading: 'On your own machine',
  programText:
    'The same program runs without this page and without a network: one file of readable code that needs Node 20.12 or newer and nothing else.',
  command: 'node verify.mjs bundle.json --policy policy.txt --lang en',
  programLink: 'Download verify.mjs',
  meaningHeading: 'What the result means',
  verifiedMeans:
    '“verified”: a log whose key your policy names holds each counted record exactly as it stands in the file.',
  agreesMeans:
    '“agrees with the key inside”: the same, but anybody can make a key. It proves something only when you compare the key with one from elsewhere.',
  failedMeans: '“not verified”: something does not fit, and the first place is named.',
  limits:
    'A log proves that nothing was changed afterwards. It does not prove that what was written was true, nor that a record which is not in the file is about somebody else. A time counts only with a time stamp of an authority that your policy names.',
  trust:
    'This page comes from the seller. If you do not trust the seller, read the program, run it on your own machine, and take the key and old checkpoints from elsewhere.',
};
