import { BlockList, isIP } from 'node:net';
import { isSpecialAddress } from '../../origin/special-networks.ts';

/**
 * An address in its standard form: IPv6 compressed and in small letters, and one that is an IPv4 address
 * mapped into IPv6 as IPv4. Null for what is no public address, and for the networks in `own` (address or
 * CIDR): they are ours, not the customer's.
 */
export function publicAddress(text: string | null, own: readonly string[] = []): string | null {
  const plain = text === null ? null : standardForm(text.trim());
  if (plain === null) return null;
  const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
  if (isSpecialAddress(plain) || ownNetworks(own).check(plain, family)) return null;
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
