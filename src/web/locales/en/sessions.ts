/** English texts of the pages about sessions: who used what, when and how long. ICU MessageFormat. */
export const sessions = {
  enteredTitle: 'Entered by an administrator',
  enteredText: 'Administrators of your company may enter your workspaces. Each time is recorded.',
  enteredLine: '{name} was here on {date} for {length}',
  enteredNow: '{name} has been here since {date}',
  asAdmin: 'As administrator',
  asAdminOf: 'As administrator, in the workspace of {owner}',
};
