/** English texts of the page that asks once more who somebody is. ICU MessageFormat. */
export const stepUp = {
  title: 'Please confirm that it is you',
  intro: 'The next step is a sensitive one, and you signed in a while ago.',
  button: 'Confirm and go on',
  why: 'You will not be asked again for ten minutes. Whatever you typed on the page before is kept.',
  orRecoveryCode: 'Six digits, or one of your recovery codes.',
  wrongPassword: 'This is not your password.',
  downloadTitle: 'Thank you, the download begins',
  downloadText: 'Your browser saves the file. This page can be closed.',
  downloadBack: 'Back',
  downloadAgain: 'Download again',
};
