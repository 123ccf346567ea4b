/** English texts of the page about security events, for the platform's staff. ICU MessageFormat. */
export const security = {
  title: 'Security events',
  intro: 'Requests that were refused, of all companies and of nobody, newest first.',
  bounded:
    'Of each kind the newest {slots, number} are kept and older ones are overwritten, and one address leaves at most {perMinute, number} of a kind a minute. Whatever is beyond that is only counted, in the metric security_events_total.',
  chooserTitle: 'Refused requests',
  chooserText: 'Forged or unsigned requests and refused sign-ins, tokens and access, of all companies.',
  chooserAction: 'Show security events',

  kind: 'Kind',
  allKinds: 'All kinds',
  counts: 'Kept now',
  'kind_unsigned-callback': 'Payment notice without a valid signature',
  'kind_forged-request': 'Forged form or request',
  'kind_access-refused': 'Access refused',
  'kind_sign-in-refused': 'Sign-in refused',
  'kind_token-refused': 'Access token refused',

  path: 'Path',
  known: 'What is known',
  utc: '{time} UTC',
  none: 'No security events',
  noneText: 'Nothing was refused that would have to be noted here.',
  noneOfKind: 'No event of this kind',
  noneOfKindText: 'Choose another kind, or all of them.',
};
