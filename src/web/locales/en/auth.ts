/** Sign-in, registration, invitations. */
export const auth = {
  loginTitle: 'Sign in',
  loginSubtitle: 'Welcome back. Your workspaces are where you left them.',
  loginButton: 'Sign in',
  noAccount: 'No account yet?',
  wrongCredentials: 'The email address or the password is not right.',
  tooMany: 'Too many attempts. Please try again in {minutes, plural, one {# minute} other {# minutes}}.',

  registerTitle: 'Start your free trial',
  registerSubtitle: 'Every feature for {days} days. No card needed.',
  companyName: 'Company name',
  subdomain: 'Short name for your company',
  subdomainHint: '3 to 40 letters (a–z), digits and hyphens. It cannot be changed later.',
  subdomainAt: 'Your workspaces will be at name-shortname.{domain}.',
  emailHint: 'You will sign in with this address.',
  passwordHint: 'At least 10 characters. A few unusual words are easy to remember and hard to guess.',
  registerButton: 'Create company',
  haveAccount: 'Already have an account?',
  tooManyRegistrations:
    'Too many companies were created from your network. Please try again in {minutes, plural, one {# minute} other {# minutes}}.',

  companyNameMissing: 'Enter the name of your company.',
  subdomainMissing: 'Enter a short name for your company.',
  fullNameMissing: 'Enter your full name.',
  emailMissing: 'Enter your email address.',
  passwordMissing: 'Enter a password.',
  oddCharacters: 'This needs a letter or a digit, and no invisible characters.',
  emailAscii:
    'Please use an email address with plain letters only. Letters such as ç, ğ, ı, İ, ö, ş and ü are not accepted by the payment service.',
  signInAscii:
    'Email addresses of accounts contain plain letters only. Type yours without letters such as ç, ğ, ı, İ, ö, ş and ü: ismail@ instead of İsmail@.',
  subdomainShape:
    'Use 3 to 40 letters (a–z), digits and single hyphens, with a letter or a digit at both ends.',
  subdomainReserved: 'This name is reserved. Please choose another one.',
  subdomainTaken: 'Another company has this short name. Please choose another one.',
  passwordCommon: 'This password is one of the first to be guessed. Please choose another one.',
  passwordPersonal: 'Please choose a password that is not just your name, company or email address.',

  inviteTitle: 'Join {company}',
  inviteSubtitle: '{inviter} has invited you to the company’s workspaces.',
  inviteEmailHint: 'The invitation is for this address. You will sign in with it.',
  inviteRole: 'Your role: {role}',
  inviteButton: 'Create account and join',

  inviteGoSignIn: 'Go to the sign-in page',
  inviteGoHome: 'Go to the start page',
  inviteSignOut: 'Sign out',
  inviteStay: 'Stay signed in',
  invite_unknownTitle: 'There is no such invitation',
  invite_unknownText: 'Check that the link is complete: email programs sometimes break long lines.',
  invite_expiredTitle: 'This invitation has expired',
  invite_expiredText: 'Ask the person who invited you to send a new one.',
  invite_usedTitle: 'This invitation has already been used',
  invite_usedText: 'If it was you, sign in with your email address and the password you chose.',
  invite_revokedTitle: 'This invitation was withdrawn',
  invite_revokedText: 'If you think this is a mistake, ask the person who invited you.',
  'invite_email-takenTitle': 'You already have an account',
  'invite_email-takenText':
    'There is already an account with the email address of this invitation, and an address can belong to one company only. Sign in, or ask for an invitation to another address.',
  'invite_member-limitTitle': 'No seats left',
  'invite_member-limitText':
    'The company’s plan does not allow more people at the moment. Tell the person who invited you; the link will work again once there is a free seat.',
  'invite_signed-inTitle': 'You are already signed in',
  'invite_signed-inText':
    'This invitation creates a new account. To accept it, sign out first and open the link again.',

  inviteMailSubject: '{inviter} invites you to {company} on YouAreCoder',
  inviteMailHello: 'Hello,',
  inviteMailBody: '{inviter} has invited you to {company} on YouAreCoder. Your role: {role}.',
  inviteMailLink: 'Open this link to choose your password and join:',
  inviteMailExpires: 'The link works once and is valid for {days, plural, one {# day} other {# days}}.',
  inviteMailIgnore: 'If you did not expect this invitation, you can ignore this email.',
};
