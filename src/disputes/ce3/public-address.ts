import { BlockList, isIP } from 'node:net';

/** Ranges that are nobody's public address (RFC 6890, RFC 9637). */
const unusable = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  unusable.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 128],
  ['::1', 128],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  unusable.addSubnet(network, bits, 'ipv6');

/**
 * An address in its standard form: IPv6 compressed and in small letters, and one that is an IPv4 address
 * mapped into IPv6 as IPv4. Null for what is no public address, and for the networks in `own` (address or
 * CIDR): they are ours, not the customer's.
 */
export function publicAddress(text: string | null, own: readonly string[] = []): string | null {
  const plain = text === null ? null : standardForm(text.trim());
  if (plain === null) return null;
  const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
  if (unusable.check(plain, family) || ownNetworks(own).check(plain, family)) return null;
  return plain;
}

function standardForm(text: string): string | null {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return null;
  if (version === 4) return text;
  const compressed = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compressed);
  if (mapped === null) return compressed;
  const [high, low] = [mapped[1], mapped[2]].map((part) => parseInt(part ?? '', 16));
  return [(high ?? 0) >> 8, (high ?? 0) & 255, (low ?? 0) >> 8, (low ?? 0) & 255].join('.');
}

function ownNetworks(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const version = isIP(address);
    if (version === 0) continue;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    list.addSubnet(address, bits === undefined ? (version === 4 ? 32 : 128) : Number(bits), family);
  }
  return list;
}
