import { BlockList, isIP } from 'node:net';

// Ranges from which no customer on the internet can call (IANA special-purpose registries, RFC 6890). The
// documentation ranges (RFC 5737, RFC 3849) are not in the list: in tests and development they stand for the
// public internet.
const NOT_PUBLIC: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'], // this network
  ['10.0.0.0', 8, 'ipv4'], // private
  ['100.64.0.0', 10, 'ipv4'], // carrier-grade NAT
  ['127.0.0.0', 8, 'ipv4'], // loopback
  ['169.254.0.0', 16, 'ipv4'], // link-local
  ['172.16.0.0', 12, 'ipv4'], // private
  ['192.0.0.0', 24, 'ipv4'], // protocol assignments
  ['192.168.0.0', 16, 'ipv4'], // private
  ['198.18.0.0', 15, 'ipv4'], // benchmarks
  ['224.0.0.0', 4, 'ipv4'], // multicast
  ['240.0.0.0', 4, 'ipv4'], // reserved and broadcast
  ['::', 127, 'ipv6'], // unspecified and loopback
  ['100::', 64, 'ipv6'], // discard
  ['fc00::', 7, 'ipv6'], // unique local
  ['fe80::', 10, 'ipv6'], // link-local
  ['fec0::', 10, 'ipv6'], // the old site-local
  ['ff00::', 8, 'ipv6'], // multicast
];

const notPublic = new BlockList();
for (const [network, prefix, family] of NOT_PUBLIC) notPublic.addSubnet(network, prefix, family);

/**
 * True when `ip` is an address that a customer can have on the public internet, as PayTR demands of `user_ip`
 * (iFrame API, step 1). False for private, loopback, link-local and carrier-grade NAT addresses, and for text
 * that is no address. `::ffff:10.0.0.1` counts as `10.0.0.1`.
 */
export function isPublicAddress(ip: string): boolean {
  const family = isIP(ip);
  // A zone ("fe80::1%eth0") only exists on the machine itself.
  if (family === 0 || ip.includes('%')) return false;
  return !notPublic.check(ip, family === 4 ? 'ipv4' : 'ipv6');
}
