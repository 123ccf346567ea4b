import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import type { RuntimeConfig } from '../../config/runtime-config.ts';
import { findProgram } from './find-program.ts';

/** Debian's `passt`. */
export const PASTA = findProgram('pasta');

/** Debian's `nftables`. */
export const NFT = findProgram('nft');

/** The ends of the link inside: link-local, so they are nobody's on the internet, and denied beside DNS. */
const INSIDE = '169.254.77.2';
const GATEWAY = '169.254.77.1';
const INSIDE_6 = 'fd77:6163:7773::2';
const GATEWAY_6 = 'fe80::1';

/** The addresses of the IPv6 internet (RFC 4291, section 2.4), and those in them that lead into IPv4. */
const INTERNET_6 = '2000::/3';
const TUNNELS_6 = ['2001::/32', '2002::/16'];

/** Where the machine keeps the address of its resolver; the file behind it when it is a link. */
const RESOLV_CONF = '/etc/resolv.conf';

/**
 * The words that start a command in a network namespace of its own, with a way out by pasta(1).
 *
 * 1. pasta is a process of the user, outside, which opens a connection for each one inside, so the
 *    machine's own firewall sees the workspace's user. Nothing leads in, but for the port of the program.
 * 2. The rules of `nftRules` are set before anything of the workspace runs. Only the namespace around the
 *    sandbox could change them, and there nothing runs but bwrap.
 * 3. Without the rules nothing starts.
 * 4. IPv6 is there when the machine has an address of the internet by it.
 */
export function networkWords(
  config: Pick<RuntimeConfig, 'deniedNetworks' | 'usesSocket'>,
  port: number,
  command: string[],
): string[] {
  const ports = config.usesSocket ? 'none' : `127.0.0.1/${String(port)}`;
  return [
    ...[PASTA.path, '--quiet', '--foreground', '--config-net', '--no-map-gw'],
    ...['--address', INSIDE, '--netmask', '30', '--gateway', GATEWAY, '--dns-forward', GATEWAY],
    ...(findOwnNetworks6().length === 0
      ? ['--ipv4-only']
      : ['--address', INSIDE_6, '--gateway', GATEWAY_6, '--no-dhcpv6', '--no-ra']),
    ...['--tcp-ports', ports, '--udp-ports', 'none', '--tcp-ns', 'none', '--udp-ns', 'none', '--'],
    ...[
      '/bin/sh',
      '-c',
      '"$1" "$2" && shift 2 && exec "$@"',
      'sh',
      NFT.path,
      nftRules(config.deniedNetworks),
    ],
    ...command,
  ];
}

/**
 * The rules of a workspace's network: its own loopback, questions to the machine's resolver, and all of the
 * internet but the denied networks and the addresses of this machine. Routes would not do: a program may bind
 * to the interface, and the kernel then takes every address for a neighbour's.
 *
 * By IPv6 only addresses of the internet are let through, and none of the networks in which the machine has
 * an address: it may take another one there every day (RFC 8981).
 */
function nftRules(deniedNetworks: string[]): string {
  const own = listInterfaces().map(({ address }) => address);
  const denied = [...deniedNetworks, ...own].filter((network) => isIPv4(network.split('/')[0] ?? ''));
  const own6 = findOwnNetworks6();
  const denied6 = [...deniedNetworks.filter((network) => isIPv6(network.split('/')[0] ?? '')), ...own6];
  return [
    'table inet workspace {',
    'chain output {',
    'type filter hook output priority 0; policy drop;',
    'oif "lo" accept',
    `ip daddr ${GATEWAY} udp dport 53 accept`,
    ...denied.map((network) => `ip daddr ${network} reject with icmp type admin-prohibited`),
    'meta nfproto ipv4 accept',
    ...(own6.length === 0
      ? []
      : [
          'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept',
          ...[...TUNNELS_6, ...denied6].map(
            (network) => `ip6 daddr ${network} reject with icmpv6 type admin-prohibited`,
          ),
          `ip6 daddr ${INTERNET_6} accept`,
        ]),
    'reject',
    '}',
    '}',
  ].join('\n');
}

/** The networks of the IPv6 internet in which this machine has an address. */
function findOwnNetworks6(): string[] {
  return listInterfaces()
    .filter(({ address, family, internal }) => family === 'IPv6' && !internal && /^[23]\w{3}:/.test(address))
    .map(({ address, cidr }) => cidr ?? address);
}

function listInterfaces(): NetworkInterfaceInfo[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
}

/** Writes the file by which programs inside find the resolver, for `resolverWords`. */
export function writeResolverFile(path: string): void {
  writeFileSync(path, `nameserver ${GATEWAY}\n`, { mode: 0o644 });
}

/** The words of bwrap(1) that put that file in place of the machine's own. */
export function resolverWords(path: string): string[] {
  return existsSync(RESOLV_CONF) ? ['--ro-bind', path, realpathSync(RESOLV_CONF)] : [];
}
