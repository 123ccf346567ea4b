/** The texts of a terminal, and those about terminals on the page of a workspace. */
export const ssh = {
  title: 'From a terminal',
  text: 'Add this to the file ~/.ssh/config. Then “ssh {label}” opens a shell in the workspace; scp, sftp, rsync and git work the same way.',
  keysText: 'For this you need an SSH key in your account.',
  keysLink: 'SSH keys',
  config: 'Lines for ~/.ssh/config',
  off: 'SSH has not been set up on this service yet, so keys cannot be used.',

  refused_unknown: 'You have no such workspace. Check SetEnv WORKSPACE in your ssh configuration.',
  refused_none: 'You have no workspace yet. Create one in the browser: {url}',
  refused_several: 'Say which workspace you mean, with SetEnv WORKSPACE in your ssh configuration:',
  refused_tooMany: 'You have too many connections open. Close some first.',
  refused_tooOften: 'You have opened too many connections within a minute. Wait a little and try again.',
  refused_pass: 'This connection took too long to begin. Please try again.',
  refused_removed: 'This key was removed from your account.',
  refused_deactivated: 'Your access was ended by an administrator of your company.',
  refused_notAllowed: 'You may no longer use this workspace.',
  refused_noSecondFactor:
    'Please set up a second factor in the browser first; your company asks for one: {url}',
  refused_notAccepted: 'Please read and accept the current terms in the browser first: {url}',
  refused_lapsed: 'Your company’s subscription has ended, so its workspaces are closed.',
  refused_overLimit:
    'Your company’s plan has no room for this workspace, so it is closed. Nothing in it is deleted.',
  refused_stopped: 'This workspace is not running. Start it in the browser: {url}',
  refused_deleted: 'This workspace was deleted.',
  refused_shutdown: 'The platform was shut down.',
  refused_lost: 'The platform was restarted and no longer knows this connection.',
};
