import { BlockList, isIP } from 'node:net';

/**
 * Networks of nobody's public address (IANA's special-purpose registries: RFC 6890, RFC 9637), the examples
 * of documents among them.
 */
const networks: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'], // this network
  ['10.0.0.0', 8, 'ipv4'], // private
  ['100.64.0.0', 10, 'ipv4'], // carrier-grade NAT
  ['127.0.0.0', 8, 'ipv4'], // loopback
  ['169.254.0.0', 16, 'ipv4'], // link-local
  ['172.16.0.0', 12, 'ipv4'], // private
  ['192.0.0.0', 24, 'ipv4'], // protocol assignments
  ['192.0.2.0', 24, 'ipv4'], // examples
  ['192.168.0.0', 16, 'ipv4'], // private
  ['198.18.0.0', 15, 'ipv4'], // benchmarks
  ['198.51.100.0', 24, 'ipv4'], // examples
  ['203.0.113.0', 24, 'ipv4'], // examples
  ['224.0.0.0', 3, 'ipv4'], // multicast, reserved, broadcast
  ['::', 127, 'ipv6'], // unspecified, loopback
  ['100::', 64, 'ipv6'], // discard
  ['2001:db8::', 32, 'ipv6'], // examples
  ['3fff::', 20, 'ipv6'], // examples
  ['fc00::', 7, 'ipv6'], // unique local
  ['fe80::', 10, 'ipv6'], // link-local
  ['fec0::', 10, 'ipv6'], // the old site-local
  ['ff00::', 8, 'ipv6'], // multicast
];

const special = new BlockList();
for (const [network, bits, family] of networks) special.addSubnet(network, bits, family);

/** True for an address that nobody has on the public internet. The caller gives an address, not any text. */
export function isSpecialAddress(address: string): boolean {
  return special.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
