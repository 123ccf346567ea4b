/** English texts about the journey of a person and the use of a company. ICU MessageFormat. */
export const journey = {
  link: 'Journey',
  title: 'Journey of {name}',
  subtitle:
    'Everything known of this person in one line of time, oldest first: the same facts as the evidence bundle, the mails, and the disputes.',
  kind: 'Kind',
  'kind_sign-ins': 'Sign-ins',
  kind_account: 'Account',
  kind_workspaces: 'Workspaces',
  kind_sessions: 'Use',
  kind_payments: 'Payments',
  kind_acceptances: 'Acceptances',
  kind_cases: 'Disputes',
  case: 'Dispute {name} about order {order}',
  kind_mails: 'Mails',
  kind_others: 'Staff and downloads',
  counts:
    'In this time: {audit_logs, number} rows of the audit trail, {workspace_sessions, number} sessions, {payments, number} payments, {invoices, number} receipts, {acceptances, number} acceptances, {mails, number} mails.',
  cut: 'Of each list the newest {max, number} are shown. Choose a shorter time, or download the evidence, which has all.',
  emptyTitle: 'Nothing in this time',
  empty: 'Choose another kind or a longer time.',
  accepted: 'Accepted {document}, version {version}',
  document_terms: 'the terms of use',
  document_privacy: 'the privacy notice',
  joined: 'Became a member of the company',
  left: 'Stopped being a member of the company',
  session: 'Used the workspace {workspace}',
  use: 'connected {most}, active {least}',
  useUnknown: 'use was not counted',
  payment: 'Payment of {amount}, order {order}',
  paid: 'paid',
  notPaid: 'not paid',
  mail: 'Mail “{subject}”',
};

/** English texts about how a company uses its workspaces. ICU MessageFormat. */
export const usage = {
  title: 'Use',
  subtitle:
    'How long the company used its workspaces: at most (connected) and at least (active). Days and months are those of Istanbul.',
  csv: 'Download CSV',
  perHour: 'Cost of an active hour',
  perHourHint: '{paid} paid in this month, divided by the active hours',
  nothingPaid: 'Nothing was paid in this month',
  chart: 'Use by day',
  chartText:
    'Each bar is a day: the wide one is the time connected, the narrow one the time active. The table below has the same numbers.',
  axisHours: '{count, number} h',
  axisMinutes: '{count, number} min',
  people: 'By person',
  workspaces: 'By workspace',
  name: 'Name',
  absent: 'Not here for {days} days',
  nobodyAbsent: 'Nobody who has been here for {days} days has stayed away.',
  never: 'never',
};
