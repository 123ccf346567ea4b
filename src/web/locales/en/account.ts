/** English texts about a person's own account. ICU MessageFormat. */
export const account = {
  title: 'Account',
  subtitle: 'What we know you by, and how you sign in.',
  nav: 'Your account',
  openNav: 'Pages of the account',
  password: 'Password',
  profile: 'Profile',
  role: 'Role',
  language: 'Language',
  languageName: 'English',
  since: 'Account since',
  lastSignIn: 'Last sign-in',
};
