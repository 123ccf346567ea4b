const reserved = new Set(
  [
    'www api app apps admin administrator root system operator operators support help helpdesk contact sales info',
    'mail email smtp imap pop webmail mx ns ns1 ns2 dns ftp sftp ssh vpn proxy gateway cdn static assets media images img',
    'auth login logout signin signup register account accounts sso oauth security secure billing pay payment payments',
    'paytr invoice invoices status health metrics monitor docs blog news legal terms privacy kvkk abuse postmaster',
    'hostmaster webmaster noreply no-reply test testing staging stage dev development demo sandbox beta internal local',
    'localhost workspace workspaces youarecoder yac',
  ]
    .join(' ')
    .split(' '),
);

/**
 * True for names that the platform needs itself or that could be mistaken for it. No company can have one as
 * its address.
 */
export function isReservedSubdomain(subdomain: string): boolean {
  return reserved.has(subdomain);
}
