/** Locks after wrong passwords, and help for people who cannot sign in. ICU MessageFormat. */
export const lock = {
  mailSubject: 'Sign-in to your YouAreCoder account is locked for a while',
  mailBody:
    'On {time} (Istanbul time) the password of your account was given wrongly five times in a row. Sign-in is locked for half an hour.',
  mailLink:
    'If it was you, open this link in the browser in which you want to sign in. It may try again at once:',
  mailExpires: 'The link works once and is good for {hours, plural, one {# hour} other {# hours}}.',
  mailNotYou: 'If it was not you, do nothing: nobody got in, and the lock opens for nobody else.',
  openTitle: 'Open the lock for this browser',
  openText: 'Sign-in as {email} is locked after wrong passwords. It opens for this browser alone.',
  openButton: 'Open it here',
  opened: 'You can sign in here again.',
  overTitle: 'This link no longer works',
  unknownTitle: 'There is no such link',
  overText: 'A lock ends by itself after half an hour. With a new password you get in at once.',
  lockedUntil: 'Sign-in is locked until {time} after wrong passwords.',
  openByAdmin: 'Open the lock',
  signOutEverywhere: 'Sign out everywhere',
  signedOut: 'The person is signed out of every browser.',
  nowhereSignedIn: 'The person is not signed in anywhere.',
  openedByAdmin: 'The lock is open: the person can sign in again.',
  notLocked: 'Sign-in was not locked.',
};

/** A link for a new password that an admin or an operator has sent. */
export const recovery = {
  cardTitle: 'Sign-in',
  emailConfirmed: 'The email address was confirmed on {date}.',
  emailNotConfirmed: 'The email address is not confirmed.',
  sendLink: 'Send a link for a new password',
  sendLinkHint:
    'The link goes to the person’s mailbox only. You do not see it, and their password stays until they use it.',
  linkSent: 'The link is on its way to the person’s mailbox. It is good for 24 hours.',
  link_unconfirmed:
    'This person has not confirmed the email address yet, so no link was sent. They set a new password under “Forgot your password?”.',
  'link_not-active': 'This person cannot sign in, so no link was sent.',
  'link_too-many': 'This person has got enough links for now. Please try again later.',
  'link_no-mail': 'No mail server is set up, so no link can be sent.',
  reason: 'Reason, and how the person was identified',
  reasonHint:
    'The only administrator of a company gets a link for a new password after 24 hours. They are told at once, and can object.',
  reasonMissing: 'Say why, and how the person was identified.',
  request: 'Send a link after 24 hours',
  requested: 'The person was told. The link goes out in {hours} hours unless they object.',
  waits: 'A link for a new password goes out on {time}. Reason: {reason}',
  cancel: 'Do not send it',
  cancelled: 'The link will not be sent.',
  noneWaits: 'No link was waiting.',
  notSoleAdmin: 'An administrator of the company can send this person a link for a new password.',
  'refused_not-sole-admin':
    'Only the sole administrator of a company gets a link from us. Everybody else gets it from their administrator.',
  refused_already: 'A link is waiting already.',
  'refused_no-mail': 'No mail server is set up, so no link can be sent.',
  mailSubject: 'Somebody wants a new password for your YouAreCoder account',
  mailBody:
    'Our staff were asked for a new password for your account. You are the only administrator of your company, so on {time} (Istanbul time) we will send a link to this address by which a new password can be set.',
  mailLink: 'If you did not ask for it, object here. You need no sign-in:',
  mailIgnore: 'If it was you, there is nothing to do: the link comes by itself.',
  openTitle: 'Object to a new password',
  openText: 'Then no link for a new password is sent, and our staff see that you objected.',
  objectButton: 'I did not ask for it',
  doneTitle: 'No link will be sent',
  doneText: 'Thank you. Your password stays as it is. If somebody may know it, set a new one yourself.',
  overTitle: 'This is over',
  overText: 'The link was sent, withdrawn or objected to already.',
  unknownTitle: 'There is no such link',
  unknownText: 'Check that the link is complete: email programs sometimes break long lines.',
};
