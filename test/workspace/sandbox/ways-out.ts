/** The facts that the ways need, as variables of a shell. */
export interface Surroundings {
  /** The folder of the neighbour, another company's workspace. */
  NEIGHBOUR: string;
  /** The process of the neighbour's program, as the machine numbers it. */
  PID: string;
  /** A word in the neighbour's command line. */
  WORD: string;
  APP_PID: string;
  DATA: string;
  /** A file of the machine's /tmp, and one in a folder outside of the system; everybody may read both. */
  SHARED_TMP: string;
  PUBLIC: string;
  /** A program with the setuid bit of root in a folder that sandboxes may read. */
  SETUID: string;
  ABSTRACT: string;
  SHM_KEY: string;
  SHM_FILE: string;
  NEIGHBOUR_PORT: string;
  APP_PORT: string;
  APP_PORT_6: string;
  UDP_PORT: string;
  DATABASE_PORT: string;
  /** Addresses of the machine: its own, and one each of the link-local and the private ranges. */
  ADDRESS: string;
  LINK_LOCAL: string;
  PRIVATE: string;
  SSH: string;
}

export interface Way {
  name: string;
  /** A script that prints OPEN when the way is open. */
  script: string;
  /** The workspaces that get through without a sandbox: with a user of their own, or only as root. */
  without: 'user' | 'root';
}

const tcp = (host: string, port: string): string =>
  `perl -MIO::Socket::INET -e 'print "OPEN" if IO::Socket::INET->new(PeerAddr=>$ARGV[0],PeerPort=>$ARGV[1],Timeout=>4)' ${host} ${port}`;

/** Binding to an interface makes the kernel take every address for a neighbour, whatever the routes say. */
const tcpByDevice = (host: string, port: string): string =>
  `for d in $(sed -n 's/^ *\\([^:]*\\):.*/\\1/p' /proc/net/dev); do perl -MSocket -e 'socket(S,AF_INET,SOCK_STREAM,0);setsockopt(S,1,25,"$ARGV[2]\\0") or exit;alarm 3;print "OPEN" if connect(S,sockaddr_in($ARGV[1],inet_aton($ARGV[0])))' ${host} ${port} $d; done`;

const unix = (path: string): string =>
  `perl -MSocket -e 'socket(S,AF_UNIX,SOCK_STREAM,0);print "OPEN" if connect(S,pack_sockaddr_un($ARGV[0]))' ${path}`;

/** Opens for writing, and writes nothing. */
const openToWrite = (path: string): string =>
  `perl -MFcntl -e 'print "OPEN" if sysopen(F,$ARGV[0],O_WRONLY)' ${path}`;

const reads = (path: string): string =>
  `test -n "$(head -c 1 ${path} | od -c)" && head -c 1 ${path} >/dev/null && echo OPEN`;

const files: Way[] = [
  { name: 'reads a file of the neighbour', script: reads('$NEIGHBOUR/secret'), without: 'root' },
  { name: 'lists the folder of the neighbour', script: 'ls $NEIGHBOUR && echo OPEN', without: 'root' },
  {
    name: 'writes into the folder of the neighbour',
    script: 'touch $NEIGHBOUR/mine && echo OPEN',
    without: 'root',
  },
  { name: 'lists the workspaces', script: 'ls $DATA/workspaces | grep -qx 2 && echo OPEN', without: 'root' },
  { name: 'reads a log of the runtime', script: reads('$DATA/workspaces/.run/2.log'), without: 'root' },
  { name: 'reads the app’s settings', script: reads('$DATA/.env'), without: 'root' },
  { name: 'reads what the neighbour left in /tmp', script: reads('$SHARED_TMP'), without: 'user' },
  { name: 'reads what the neighbour left in /dev/shm', script: reads('$SHM_FILE'), without: 'user' },
  { name: 'reads a public file outside of the system', script: reads('$PUBLIC'), without: 'user' },
  {
    name: 'writes into the system',
    script: 'touch /usr/yac-$$ && rm /usr/yac-$$ && echo OPEN',
    without: 'root',
  },
  { name: 'writes into /etc', script: 'touch /etc/yac-$$ && rm /etc/yac-$$ && echo OPEN', without: 'root' },
  { name: 'looks into /sys', script: 'test -d /sys/kernel && echo OPEN', without: 'user' },
];

const processes: Way[] = [
  {
    name: 'reads the neighbour’s command line',
    script: 'tr "\\0" " " </proc/$PID/cmdline | grep -q $WORD && echo OPEN',
    without: 'user',
  },
  {
    name: 'finds it in the list of processes',
    script: 'ps -ef | grep -v grep | grep -q $WORD && echo OPEN',
    without: 'user',
  },
  { name: 'reads the neighbour’s environment', script: reads('/proc/$PID/environ'), without: 'root' },
  { name: 'reads the app’s environment', script: reads('/proc/$APP_PID/environ'), without: 'root' },
  { name: 'signals the neighbour', script: 'kill -0 $PID && echo OPEN', without: 'root' },
  { name: 'signals the app', script: 'kill -0 $APP_PID && echo OPEN', without: 'root' },
  {
    name: 'traces the neighbour',
    script: `perl -e '$p=$ARGV[0]+0;print "OPEN" if syscall(101,0x4206,$p,0,0)==0' $PID`,
    without: 'root',
  },
  { name: 'reads the neighbour’s memory', script: openToWrite('/proc/$PID/mem'), without: 'root' },
  { name: 'goes through the neighbour’s root', script: 'ls /proc/$PID/root/ && echo OPEN', without: 'root' },
  {
    name: 'goes through the root of the app',
    script: 'ls /proc/$APP_PID/root$NEIGHBOUR && echo OPEN',
    without: 'root',
  },
  {
    name: 'enters the namespaces of the app',
    script: 'nsenter -t $APP_PID -m ls $NEIGHBOUR && echo OPEN',
    without: 'root',
  },
  {
    name: 'changes the neighbour’s limits',
    script: 'prlimit --pid $PID --core=0 && echo OPEN',
    without: 'root',
  },
  { name: 'changes the neighbour’s priority', script: 'renice -n 1 -p $PID && echo OPEN', without: 'root' },
];

const ipc: Way[] = [
  {
    name: 'sees the neighbour’s shared memory',
    script: 'ipcs -m | grep -q $SHM_KEY && echo OPEN',
    without: 'user',
  },
  {
    name: 'reaches the neighbour’s abstract socket',
    script: `perl -MSocket -e 'socket(S,AF_UNIX,SOCK_STREAM,0);print "OPEN" if connect(S,pack_sockaddr_un("\\0$ARGV[0]"))' $ABSTRACT`,
    without: 'user',
  },
  {
    name: 'sets the name of the machine',
    script: `perl -e '$n=$ARGV[0];print "OPEN" if syscall(170,$n,length $n)==0' $(cat /proc/sys/kernel/hostname)`,
    without: 'root',
  },
  {
    name: 'reaches the neighbour’s socket behind the gateway',
    script: unix('$DATA/workspaces/.sockets/2/s'),
    without: 'root',
  },
  { name: 'reaches the socket for questions about SSH keys', script: unix('$SSH/keys'), without: 'root' },
  { name: 'reaches the socket that opens SSH sessions', script: unix('$SSH/sessions'), without: 'root' },
];

const network: Way[] = [
  {
    name: 'reaches the neighbour’s development server',
    script: tcp('127.0.0.1', '$NEIGHBOUR_PORT'),
    without: 'user',
  },
  {
    name: 'reaches it by the network of the neighbour',
    script: `nsenter --preserve-credentials --user --net -t $PID ${tcp('127.0.0.1', '$NEIGHBOUR_PORT')} || nsenter --net -t $PID ${tcp('127.0.0.1', '$NEIGHBOUR_PORT')}`,
    without: 'root',
  },
  { name: 'reaches the app on the loopback address', script: tcp('127.0.0.1', '$APP_PORT'), without: 'user' },
  {
    name: 'reaches the app on the loopback address of IPv6',
    script: `perl -MSocket=:all -e 'socket(S,AF_INET6,SOCK_STREAM,0);print "OPEN" if connect(S,pack_sockaddr_in6($ARGV[0],inet_pton(AF_INET6,"::1")))' $APP_PORT_6`,
    without: 'user',
  },
  { name: 'reaches the database', script: tcp('127.0.0.1', '$DATABASE_PORT'), without: 'user' },
  {
    name: 'reaches the app at an address of the machine',
    script: tcp('$ADDRESS', '$APP_PORT'),
    without: 'user',
  },
  {
    name: 'reaches a link-local service, such as one of metadata',
    script: tcp('$LINK_LOCAL', '$APP_PORT'),
    without: 'user',
  },
  { name: 'reaches it past the routes', script: tcpByDevice('$LINK_LOCAL', '$APP_PORT'), without: 'user' },
  { name: 'reaches a private network', script: tcp('$PRIVATE', '$APP_PORT'), without: 'user' },
  { name: 'reaches it past the routes too', script: tcpByDevice('$PRIVATE', '$APP_PORT'), without: 'user' },
  {
    name: 'gets an answer by UDP from the loopback address',
    script: `perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(Proto=>"udp",PeerAddr=>"127.0.0.1",PeerPort=>$ARGV[0]);$s->send("x");alarm 2;print "OPEN" if defined $s->recv($b,9)' $UDP_PORT`,
    without: 'user',
  },
  {
    name: 'opens a raw socket',
    script: `perl -MSocket -e 'print "OPEN" if socket(S,AF_INET,SOCK_RAW,1)'`,
    without: 'root',
  },
  {
    name: 'changes the rules of the network',
    script: '/usr/sbin/nft add table inet yac && /usr/sbin/nft delete table inet yac && echo OPEN',
    without: 'root',
  },
];

const privileges: Way[] = [
  {
    name: 'becomes root by a setuid program',
    script: '$SETUID | grep -q "uid=0(root)" && echo OPEN',
    without: 'user',
  },
  {
    name: 'makes a user namespace',
    script: 'unshare --user --map-root-user true && echo OPEN',
    without: 'user',
  },
  {
    name: 'mounts in a user namespace',
    script: 'unshare -Urm mount -t tmpfs none /mnt && echo OPEN',
    without: 'user',
  },
  { name: 'mounts', script: 'unshare -m mount -t tmpfs none /usr && echo OPEN', without: 'root' },
  {
    name: 'makes the system writable',
    script:
      'unshare -m sh -c "mount --bind /usr /usr; mount -o remount,bind,rw /usr && touch /usr/yac-$$ && rm /usr/yac-$$" && echo OPEN',
    without: 'root',
  },
  { name: 'changes its root', script: '/usr/sbin/chroot / true && echo OPEN', without: 'root' },
  { name: 'makes a device file', script: 'mknod disk b 254 0 && rm disk && echo OPEN', without: 'root' },
  {
    name: 'reads the kernel’s log',
    script: 'dd if=/dev/kmsg iflag=nonblock count=1 bs=8192 of=/dev/null && echo OPEN',
    without: 'root',
  },
  {
    name: 'sets the program for core dumps',
    script: openToWrite('/proc/sys/kernel/core_pattern'),
    without: 'root',
  },
  {
    name: 'sets what the kernel does in a panic',
    script: openToWrite('/proc/sys/kernel/panic'),
    without: 'root',
  },
  {
    name: 'makes a group of processes (cgroup)',
    script:
      'd=$(ls -d /sys/fs/cgroup/unified /sys/fs/cgroup | head -1)/yac-$$; mkdir $d && rmdir $d && echo OPEN',
    without: 'root',
  },
];

const resources: Way[] = [
  {
    name: 'starts more processes than it may',
    script:
      'i=0; while [ $i -lt 150 ]; do sleep 7.77 & i=$((i+1)); done; [ $(pgrep -fc "^sleep 7.77") -ge 150 ] && echo OPEN',
    without: 'user',
  },
  {
    name: 'takes more memory than it may',
    script: `perl -e '$x="x" x 900_000_000;print "OPEN" if length $x'`,
    without: 'user',
  },
];

/** Ways out of a workspace, to a neighbour, to the app or to the machine. */
export const waysOut: Way[] = [...files, ...processes, ...ipc, ...network, ...privileges, ...resources];
