import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NFT, PASTA } from '../../../src/workspace/sandbox/network-words.ts';

const WORDS = resolve(import.meta.dirname, '../../../src/workspace/sandbox/network-words.ts');

const missing = [NFT.path, PASTA.path, '/usr/bin/unshare', '/usr/bin/setpriv', '/usr/sbin/ip'].filter(
  (path) => !existsSync(path),
);
const fault = process.getuid?.() === 0 ? missing.join(', ') : 'root';
if (fault !== '') console.log(`skipped: no test of IPv6 from inside of a workspace, for want of ${fault}`);

/** Addresses of the machine that the test makes: of the internet, in its network, private. */
const OWN = '2a00:1450:1::10';
const NEIGHBOUR = '2a00:1450:1::1';
const PRIVATE = 'fd00:ec2::254';
/** Somebody on the internet, by way of the neighbour. */
const FAR = '2606:4700::1';
const DENIED = '2606:4700::2';
const TUNNEL = '2002:0a00:0001::1';
const ALL = [FAR, OWN, NEIGHBOUR, PRIVATE, DENIED, TUNNEL, '::1'];

const LISTEN = `perl -MSocket=:all -e 'socket(S,AF_INET6,SOCK_STREAM,0);bind(S,pack_sockaddr_in6(80,inet_pton(AF_INET6,"::")))or die;listen(S,9);sleep 60'`;
const TRY = `for to in ${ALL.join(' ')}; do perl -MSocket=:all -e 'alarm 3;socket(S,AF_INET6,SOCK_STREAM,0);print "$ARGV[0]\\n" if connect(S,pack_sockaddr_in6(80,inet_pton(AF_INET6,$ARGV[0])))' $to; done; true`;

/** As the runtime starts a program, but for the sandbox. */
const AS_A_WORKSPACE = `
const { spawnSync } = require('node:child_process');
import(${JSON.stringify(WORDS)}).then(({ networkWords }) => {
  const config = { deniedNetworks: ['10.0.0.0/8', '${DENIED}/128'], usesSocket: true };
  const [program, ...words] = networkWords(config, 0, ['sh', '-c', process.env.TRY]);
  const { status } = spawnSync(program, words, { uid: 200007, gid: 200007, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) console.log('status ' + status);
});`;

/** In a network namespace of its own: which of the addresses a command reaches. */
function findReached(command: string[], addresses = [`${OWN}/64`, `${PRIVATE}/64`]): string[] {
  const script = `
    set -e
    ip link set lo up
    unshare --net sleep 60 & far=$!
    sleep 0.3
    ip link add out type veth peer name far netns $far
    inside="nsenter --target $far --net"
    ip addr add 192.0.2.10/24 dev out
    for address in ${addresses.join(' ')}; do ip addr add $address dev out nodad; done
    ip link set out up
    $inside ip link set lo up
    for address in ${FAR}/128 ${DENIED}/128 ${TUNNEL}/128; do $inside ip addr add $address dev lo nodad; done
    $inside ip addr add ${NEIGHBOUR}/64 dev far nodad
    $inside ip link set far up
    ip route add default via 192.0.2.1
    ip -6 route add default via ${NEIGHBOUR} || true
    $inside ${LISTEN} & server=$!
    ${LISTEN} & own=$!
    sleep 0.5
    "$@" || true
    kill $server $own $far
  `;
  const printed = execFileSync('unshare', ['--net', 'sh', '-c', script, 'sh', ...command], {
    encoding: 'utf8',
    env: { ...process.env, TRY },
  });
  return printed
    .trim()
    .split('\n')
    .filter((line) => line !== '');
}

describe.skipIf(fault !== '')('a workspace on a machine with IPv6', { timeout: 60_000 }, () => {
  const inWorkspace = [process.execPath, '--import', 'tsx', '-e', AS_A_WORKSPACE];

  it('reaches the internet by it, and nothing of the machine, its network, private ranges or tunnels', () => {
    expect(findReached(['sh', '-c', TRY])).toEqual(ALL);
    expect(findReached(inWorkspace)).toEqual([FAR]);
  });

  it('starts and has no IPv6 where the machine has only private addresses', () => {
    expect(findReached(inWorkspace, ['fd12::10/64'])).toEqual([]);
  });

  it('starts where the machine has an address of the internet and no way there', () => {
    expect(findReached(inWorkspace, ['2a00:1450:9::10/64'])).toEqual([]);
  });
});
