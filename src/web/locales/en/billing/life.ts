/** The life of a subscription: the next payment, cancelling, and the mails about both. */
export const life = {
  title: 'Next payment',
  nextCharge: 'Amount',
  nextChargeFor: 'one month of {plan}, VAT included',
  dueOn: 'Due on',
  nothingByItself:
    'Nothing is charged by itself: you pay when you choose to. After that day, workspaces stay open for seven more days.',
  payNow: 'Pay {amount} now',
  noCharge: 'There is no payment ahead. Choose a plan below when you want to go on.',
  cancelLink: 'Cancel the subscription',
  cancellation: 'Cancellation',
  endEarlier: 'End it earlier',
  willEnd: 'Cancelled: the subscription ends on {date}',
  isCancelled: 'The subscription ended on {date}',
  resumeText:
    'You can take the cancellation back until {date}. It costs nothing. A payment takes it back as well: the paid time that is left goes on, and what you pay for follows it.',
  payText: 'Choose a plan below to go on. Everything in the workspaces is kept.',
  resumeAction: 'Take the cancellation back',

  cancelTitle: 'Cancel the subscription',
  cancelIntro: 'Your company’s plan: {plan}',
  meansTitle: 'What happens',
  meansClosed: 'Workspaces stop and cannot be opened or created any more.',
  meansKept: 'Nothing is deleted. You can still sign in, look at workspaces and download invoices.',
  meansNoCharge: 'There is no further payment. Time that was paid for is not refunded by cancelling.',
  meansUndo: 'You can take it back on the billing page until {date}.',
  alreadyCancelled: 'The subscription is already cancelled and ends on {date}. You can end it earlier.',
  when: 'When should it end?',
  whenMissing: 'Choose when the subscription should end.',
  whenEnd: 'At the end, on {date}',
  whenEndHint: 'Everything can be used until then.',
  whenNow: 'Now',
  whenNowHint:
    'Workspaces are closed at once, also for people who are in them. The paid time that is left passes unused, until you take it back or pay again.',
  whenNowTrialHint: 'Workspaces are closed at once, also for people who are in them.',
  onlyNow: 'The subscription ends at once. Workspaces are closed, also for people who are in them.',
  timeOver: 'The paid time is over: the subscription can only end now.',
  reason: 'Why are you leaving?',
  reasonHint: 'It helps us, and is kept with the cancellation.',
  cancelAction: 'Cancel the subscription',
  keep: 'Keep it',
  cancelled:
    'The subscription is cancelled. It ends on {date}. Your company’s administrators get a mail about it.',
  nothingToCancel: 'There is nothing to cancel: the subscription has ended.',
  resumed: 'The cancellation was taken back. Your time goes on until {date}.',
  notCancelled: 'There is no cancellation to take back.',
  nothingLeft: 'There is no time left to go on with. Choose a plan to continue.',

  mailHello: 'Hello {name},',
  mailContact: 'If you have a question, or did not expect this mail, write to {contact}.',
  billingLink: 'The billing page (sign in as an administrator):',
  cancelledSubject: 'YouAreCoder: the subscription was cancelled, it ends on {date}',
  cancelledBody: 'Your company’s subscription was cancelled. This mail confirms it.',
  factBy: 'Cancelled by',
  factRequested: 'Cancelled on',
  factEnds: 'Ends on',
  closedMeans:
    'From then on, workspaces cannot be opened or created. Nothing in them is deleted, and you can still sign in and download invoices. There is no further payment.',
  resumeLink: 'You can take the cancellation back until {date} (sign in as an administrator):',
  resumedSubject: 'YouAreCoder: the cancellation was taken back',
  resumedBody:
    '{by} took the cancellation of your company’s subscription back. Its time goes on until {date}.',

  renewalSubject: 'YouAreCoder: {plan} is paid until {date}, the next month is due',
  renewalBody:
    'Your company’s {plan} plan is paid until {date}. Pay for the next month before then to go on without a break.',
  nothingByItselfMail:
    'Nothing is charged by itself, and the amount is today’s: you see it again before you pay.',
  factCloses: 'Workspaces close on',
  payLink: 'Pay for the next month (sign in as an administrator):',
  cancelMailLink: 'Cancel the subscription (sign in as an administrator):',
  trialSubject: 'YouAreCoder: your trial ends on {date}',
  trialBody:
    'Your company’s trial ends on {date}. After it, workspaces cannot be opened until a plan is paid for. Nothing in them is deleted.',
  factTrialEnds: 'Trial ends on',
  factMonthOf: 'A month of {plan}, VAT included',
  trialNothingByItself: 'The trial costs nothing and does not become a paid plan by itself.',
  choosePlanLink: 'Choose a plan (sign in as an administrator):',
  pastDueSubject: 'YouAreCoder: the {plan} payment is missing, workspaces close on {date}',
  pastDueBody:
    'The paid time of your company’s {plan} plan has ended. Workspaces stay open until {date}. A month that is paid for before then begins where the paid time ended.',
  graceLimits:
    'Until then the limits of the {plan} plan apply: no whole month of the larger one was paid for. What is over them is closed, and kept.',
  factEnded: 'Paid until',
  suspendedSubject: 'YouAreCoder: workspaces are closed until a plan is paid for',
  suspendedBody: 'No payment came, so your company’s workspaces have been closed since {date}.',
  suspendedMeans:
    'Nothing was deleted. You can sign in, look at workspaces and download invoices, and open everything again as soon as a plan is paid for.',
  trialOverSubject: 'YouAreCoder: your trial is over',
  trialOverBody: 'Your company’s trial ended on {date}, and its workspaces are closed.',

  changeTitle: 'Change to {plan}',
  changeIntro: 'From the end of your paid time on: {date}',
  changeUntil: 'Until {date} everything stays as it is.',
  changeNoCharge:
    'Nothing is charged now. The next payment is for the smaller plan, and can be made before that day.',
  changeLimits:
    'The smaller plan has {workspaces, plural, one {# workspace} other {# workspaces}} and {members, plural, one {# person} other {# people}}.',
  changeUndo: 'You can take it back on the billing page until it is paid for.',
  overTitle:
    'Over the smaller plan’s limits: {workspaces, plural, =0 {} one {# workspace} other {# workspaces}}{workspaces, select, 0 {} other {{members, select, 0 {} other {, }}}}{members, plural, =0 {} one {# person} other {# people}}',
  overText:
    'Nothing is deleted. What is over the limits is kept and closed from that day on, and opens again when the plan grows.',
  changeAction: 'Change to {plan}',
  changed: 'From {date} on the plan is {plan}. Your next payment will be for it.',
  cannotChange:
    'This is not possible now: no paid time of a larger plan runs, or another change is paid for already.',
  chooseCurrency: 'Make {currency} our usual currency',
  chooseCurrencyHint: 'Prices and reminders are in {currency} now.',
  currencyChosen: 'Prices and reminders are in {currency} from now on.',
  kept: 'Your plan stays as it is.',
  changeAhead: 'From {date}: {plan}',
  changePaid: 'It is paid for. Until then your plan stays as it is.',
  changeWanted: 'Your next payment will be for it. Until then your plan stays as it is.',
  keepPlan: 'Keep the current plan',
};
