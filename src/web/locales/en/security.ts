/** English texts of the page about security events, for the platform's staff. ICU MessageFormat. */
export const security = {
  title: 'Security events',
  intro: 'Refused requests from all companies and from visitors who were not signed in, newest first.',
  bounded:
    'The newest {slots, number} events of each kind are kept and older ones are overwritten; one address leaves at most {perMinute, number} events of a kind per minute. Anything beyond that is only counted, in the metric security_events_total.',
  workspacesElsewhere: 'Workspaces run on other machines.',
  workspacesApart:
    'Each workspace on this machine runs in a sandbox of its own (bubblewrap): own files, /tmp and processes.',
  network_own:
    'Each has a network of its own: it reaches the internet, but neither this machine nor private networks.',
  network_none: 'None has a network.',
  network_shared:
    'All share the network of this machine (WORKSPACE_NETWORK: shared), with the ports on its loopback address.',
  network_auto: 'Nobody knows yet which network they have.',
  workspacesTogether:
    'Workspaces on this machine run without a sandbox (WORKSPACE_SANDBOX: none): they share /tmp, the list of processes and the ports of this machine.',
  boundsOfGroups: 'Each has a control group of its own for its memory, processes and processor time.',
  boundsOfProcesses:
    'None has a control group (WORKSPACE_CGROUP): memory is bounded for each process at most, and processor time not at all.',
  disk_quota: 'A project quota of the file system bounds the disk of each.',
  disk_measured: 'The disk of each is measured, and one that takes more than it may is stopped.',
  disk_none: 'Their disk is not bounded (WORKSPACE_DISK_MB).',
  chooserTitle: 'Refused requests',

  kind: 'Kind',
  allKinds: 'All kinds',
  counts: 'Kept now',
  'kind_unsigned-callback': 'Payment notice without a valid signature',
  'kind_forged-request': 'Forged form or request',
  'kind_access-refused': 'Access refused',
  'kind_sign-in-refused': 'Sign-in refused',
  'kind_token-refused': 'Access token refused',

  path: 'Path',
  known: 'Details',
  utc: '{time} UTC',
  none: 'No security events',
  noneText: 'No request that belongs here has been refused so far.',
  noneOfKind: 'No event of this kind',
  noneOfKindText: 'Choose another kind, or show all of them.',
};
