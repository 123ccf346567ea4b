import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const RULES = resolve(import.meta.dirname, '../../../scripts/systemd/workspaces.nft');

const missing = ['/usr/sbin/nft', '/usr/bin/unshare', '/usr/bin/setpriv', '/usr/sbin/ip'].filter(
  (path) => !existsSync(path),
);
const fault = process.getuid?.() === 0 ? missing.join(', ') : 'root';
if (fault !== '') console.log(`skipped: no test of the rules for a shared network, for want of ${fault}`);

/** Tries, in a network namespace of its own, to reach a server at each address, as this user. */
function findReached(uid: number, rules: string): string[] {
  const script = `
    set -e
    ip link set lo up
    ip tuntap add dev out mode tun
    ip link set out up
    ip addr add 10.9.9.9/32 dev lo
    ip addr add 169.254.169.254/32 dev lo
    ip addr add 203.0.113.7/24 dev out
    ${rules}
    perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalAddr=>"0.0.0.0",LocalPort=>80,Listen=>9) or die; sleep 60' & s=$!
    perl -MSocket=:all -e 'socket(S,AF_INET6,SOCK_STREAM,0);setsockopt(S,41,26,1);bind(S,pack_sockaddr_in6(80,inet_pton(AF_INET6,"::1")))or die;listen(S,9);sleep 60' & t=$!
    sleep 0.5
    for to in 127.0.0.1 10.9.9.9 169.254.169.254 203.0.113.7; do
      setpriv --reuid=${String(uid)} --regid=${String(uid)} --clear-groups perl -MIO::Socket::INET -e 'print "$ARGV[0]\\n" if IO::Socket::INET->new(PeerAddr=>$ARGV[0],PeerPort=>80,Timeout=>2)' $to
    done
    setpriv --reuid=${String(uid)} --regid=${String(uid)} --clear-groups perl -MSocket=:all -e 'socket(S,AF_INET6,SOCK_STREAM,0);print "::1\\n" if connect(S,pack_sockaddr_in6(80,inet_pton(AF_INET6,"::1")))'
    setpriv --reuid=${String(uid)} --regid=${String(uid)} --clear-groups perl -MSocket -e 'socket(S,AF_INET,SOCK_DGRAM,0);print "internet\\n" if send(S,"x",0,sockaddr_in(9,inet_aton("203.0.113.99")))'
    kill $s $t
  `;
  const printed = execFileSync('unshare', ['--net', 'sh', '-c', script], { encoding: 'utf8' });
  return printed.trim().split('\n');
}

describe.skipIf(fault !== '')('the rules for workspaces that share the network of the machine', () => {
  const everything = ['127.0.0.1', '10.9.9.9', '169.254.169.254', '203.0.113.7', '::1', 'internet'];

  it('let a workspace out to the internet, and to nothing of the machine or of private networks', () => {
    expect(findReached(200_007, '')).toEqual(everything);
    expect(findReached(200_007, `/usr/sbin/nft -f ${RULES}`)).toEqual(['internet']);
  });

  it('hold for nobody else, and can be loaded again', () => {
    expect(findReached(1000, `/usr/sbin/nft -f ${RULES}; /usr/sbin/nft -f ${RULES}`)).toEqual(everything);
  });
});
