/** What a terminal says, and what the page of a workspace says about terminals. */
export const ssh = {
  title: 'From a terminal',
  text: 'Add this to the file ~/.ssh/config, then “ssh {label}” opens a shell in the workspace; scp, sftp, rsync and git go the same way.',
  keysText: 'You need one of your keys in your settings.',
  keysLink: 'SSH keys',
  config: 'Lines for ~/.ssh/config',
  off: 'Whoever runs this service has not set up SSH: keys open nothing yet.',

  refused_unknown: 'You have no such workspace. Check SetEnv WORKSPACE in your ssh configuration.',
  refused_none: 'You have no workspace yet. Make one in the browser: {url}',
  refused_several: 'Say which workspace you mean, with SetEnv WORKSPACE in your ssh configuration:',
  refused_tooMany: 'You have too many connections open. Close some first.',
  refused_pass: 'This connection took too long to begin. Please try again.',
  refused_removed: 'This key was removed from your account.',
  refused_deactivated: 'Your access was ended by an admin of your company.',
  refused_notAllowed: 'You have no right to this workspace any more.',
  refused_notAccepted: 'Please read and accept the current terms in the browser first: {url}',
  refused_lapsed: 'The subscription of your company has ended, so its workspaces are closed.',
  refused_stopped: 'This workspace does not run. Start it in the browser: {url}',
  refused_deleted: 'This workspace was deleted.',
  refused_shutdown: 'The platform was shut down.',
  refused_lost: 'The platform was restarted and does not know this connection any more.',
};
