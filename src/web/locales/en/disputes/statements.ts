/** English texts of the monthly usage statement and of the pages behind its links. ICU MessageFormat. */
export const usageStatements = {
  subject: 'Your use and payments in {month}',
  hello: 'Hello {name},',
  intro: 'This is what {company} paid for and used in {month}.',
  plan: 'Plan',
  upgradeTo: 'Upgrade to',
  period: '{plan}, {from} – {to}',
  paid: 'Paid',
  paidOn: '{amount} on {date}, receipt {invoice}',
  used: 'Used',
  usedBetween: '{sessions, plural, one {# session} other {# sessions}}: at least {least}, at most {most}',
  notUsed: 'not used in this month',
  lastUse: 'Last used',
  bounds:
    'At least: minutes in which somebody worked. At most: minutes in which somebody was connected. Several people add up; somebody in two sessions at once counts once.',
  nothingToDo:
    'If this is right, there is nothing to do. If it is not, tell us: no sign-in is needed, and the links are good until {date}. Whoever has this mail can use them, so do not pass it on.',
  notMeLink: 'This was not me: I do not know this payment or this use',
  cancelLink: 'Cancel the subscription at the end of the paid time',
  secretNote: 'The link was in the mail itself and is not kept.',
  contact: 'Questions: {contact}',

  notMeTitle: 'This wasn’t me',
  notMeIntro: 'The statement of {company} for {month}',
  notMeThen:
    'If you press the button, a case is opened: a person looks into it and writes to you. You need not go to your bank first.',
  whichPayment: 'Which payment is it about?',
  paymentMissing: 'Choose the payment that it is about.',
  whatIsWrong: 'What is wrong?',
  whatMissing: 'Choose what is wrong.',
  what_payment: 'I did not make this payment',
  what_use: 'Nobody of ours used it',
  what_both: 'Neither the payment nor the use is ours',
  words: 'In your own words',
  wordsHint: 'Please no card numbers and no passwords.',
  notMeButton: 'Report it',
  notMeOtherwise: 'If everything is right, close this page: nothing has happened.',
  reportedTitle: 'We look into it',
  reportedText: 'Your report arrived on {date}. A person reads it and answers by mail. Questions: {contact}',

  cancelTitle: 'Cancel the subscription',
  cancelIntro:
    'The subscription of {company} ends with its paid time, on {date}. Until then everything goes on.',
  cancelMeans:
    'Nothing more is charged. Workspaces close on that day. Until then an administrator can take this back on the billing page.',
  cancelCard: 'The stored card is removed.',
  cancelNow:
    'This link cancels for the end of the paid time only, and that can be taken back. To cancel at once, sign in:',
  cancelNowLink: 'cancel at once on the billing pages',
  confirm: 'Yes, cancel at the end of the paid time',
  confirmMissing: 'Tick the box to confirm.',
  cancelButton: 'Cancel the subscription',
  cancelledText: 'The subscription is cancelled. It ends on {date}. All administrators got a mail about it.',
  nothingToCancel: 'There is no paid time left that this link could cancel. Questions: {contact}',
  keep: 'If you want to keep it, close this page: nothing has happened.',

  toBilling: 'Open the billing page',
  overTitle: 'This link is over',
  overText:
    'The links of a statement are good for 60 days, and only for people who still belong to the company. On the billing page you find everything; there you have to sign in.',
};
