import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, fchownSync, fstatSync } from 'node:fs';
import { constants } from 'node:os';
import { isAlive } from '../../src/workspace/sandbox/process-identity.ts';
import { workspaceEnvironment } from '../../src/workspace/runtime/workspace-environment.ts';
import type { ShellOrder } from '../../src/workspace/ssh/ssh-messages.ts';

const SETPRIV = '/usr/bin/setpriv';
const NSENTER = '/usr/bin/nsenter';

/** Makes a terminal inside a sandbox; Debian's bsdutils, and util-linux elsewhere. */
const SCRIPT = '/usr/bin/script';

/**
 * The places where distributions keep OpenSSH's program for sftp and scp: Debian, Fedora, Alpine and Arch,
 * the BSDs.
 */
const SFTP_SERVERS = [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/lib/ssh/sftp-server',
  '/usr/libexec/sftp-server',
];

/**
 * The client's variables that the shell gets, also without a terminal. They only change how a program
 * displays or speaks, never what it loads or runs.
 */
const HANDED_ON = /^(LANG|LC_[A-Z]+|COLORTERM|NO_COLOR|GIT_PROTOCOL|SSH_CONNECTION)$/;

/** Moves into a control group what comes after its folder; nothing starts when that fails. */
const JOIN = ['/bin/sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"'];

/** The client's wishes. Each may hold anything. */
interface Wish {
  /** The command that sshd was asked to run. Without one, a login shell. */
  command: string | undefined;
  hasTerminal: boolean;
  /** The client's variables. */
  env: Record<string, string | undefined>;
}

/**
 * Starts the person's command or a login shell in the workspace's folder: as the workspace's user, with its
 * limits and its environment, inside the sandbox of its program, and never as root. The shell ends with this
 * process, however that ends. Throws when the shell cannot be started so.
 */
export function startShell(order: ShellOrder, wish: Wish): ChildProcess {
  const isRoot = process.getuid?.() === 0;
  if (isRoot && order.owner === null)
    throw new Error('this command runs as root, and the workspace has no user of its own (WORKSPACE_UID)');
  if (!isRoot && order.owner !== null)
    throw new Error('this command must be started as root (sudo) to become the user of the workspace');
  const isInside = order.entrance.sandbox !== 'none';
  if (wish.hasTerminal && order.owner !== null && !isInside) giveTerminal(order.owner.uid);
  const shell = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh';
  const command = wish.command === undefined ? [shell, '-l'] : [shell, '-c', toProgram(wish.command)];
  const words = isInside
    ? [...entranceOf(order), ...inTerminal(wish, [...order.limits, ...command])]
    : [...privileges(order), ...order.limits, ...command];
  const [program = '', ...args] = order.group === null ? words : [...JOIN, order.group, ...words];
  return spawn(program, args, {
    cwd: isInside ? '/' : order.folder,
    env: { ...workspaceEnvironment(order.folder), SHELL: shell, ...handedOn(wish) },
    // A terminal is passed on directly and hangs up when this process ends. Without a terminal everything
    // goes through this process.
    stdio: wish.hasTerminal ? 'inherit' : 'pipe',
  });
}

/**
 * With `Subsystem sftp internal-sftp` sshd would serve files itself, as its own user. When sshd starts us in
 * its place, it gives only that name, which is no program. The real program takes the same arguments.
 */
function toProgram(command: string): string {
  if (!/^internal-sftp(\s|$)/.test(command)) return command;
  const server = SFTP_SERVERS.find((path) => existsSync(path));
  if (server === undefined) throw new Error('there is no sftp-server on this machine (openssh-sftp-server)');
  return command.replace('internal-sftp', server);
}

/**
 * Programs such as tmux open their terminal by its name. sshd takes the terminal back when the connection
 * ends.
 */
function giveTerminal(uid: number): void {
  fchownSync(0, uid, fstatSync(0).gid);
}

/** The exit code of a process, as a shell reports it. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** Also without another user, so that the kernel kills the shell when this process is killed. */
function privileges({ owner }: ShellOrder): string[] {
  if (!existsSync(SETPRIV)) {
    if (owner !== null)
      throw new Error('there is no setpriv (util-linux) to become the user of the workspace');
    return [];
  }
  const user =
    owner === null ? [] : [`--reuid=${String(owner.uid)}`, `--regid=${String(owner.gid)}`, '--clear-groups'];
  return [SETPRIV, ...user, '--pdeathsig=KILL', '--'];
}

/**
 * Leads into the running sandbox of the workspace's program, so that a shell sees the program's processes,
 * its /tmp and its ports, and ends with it.
 *
 * 1. nsenter(1) enters the namespaces and becomes the user. Both nsenter and the shell of step 2 stay
 *    outside of the process namespace; the children of that shell are inside. Nobody inside can name either.
 * 2. Only behind nsenter can the kernel be told to kill a process with its parent: it forgets that whenever
 *    the user changes. So a small shell is killed with this process, and what it starts is killed with it.
 */
function entranceOf({ entrance, owner, folder }: ShellOrder): string[] {
  const init = entrance.sandbox === 'none' ? null : entrance.init;
  if (init === null || !isAlive(init)) throw new Error('the program of the workspace does not run');
  for (const path of [NSENTER, SETPRIV])
    if (!existsSync(path)) throw new Error(`there is no ${path} (util-linux) to enter the workspace`);
  // The namespaces belong to one around that of the user, which nsenter(1) before 2.40 can only pass as root.
  if (owner === null) throw new Error('shells in a sandbox need WORKSPACE_UID');
  const user = [`--setuid=${String(owner.uid)}`, `--setgid=${String(owner.gid)}`];
  const tied = [SETPRIV, '--no-new-privs', '--inh-caps=-all', '--pdeathsig=KILL', '--'];
  return [
    ...[NSENTER, `--target=${String(init.pid)}`, '--user', '--mount', '--pid', '--ipc', '--uts', '--net'],
    ...['--cgroup', ...user, '--no-fork', '--', ...tied],
    ...['/bin/sh', '-c', QUIETLY, 'sh', folder, ...tied],
  ];
}

/** Without a word of its own: it would print "Killed" into the person's terminal. */
const QUIETLY = 'cd "$1" && shift && exec 3>&2 2>/dev/null && "$@" 2>&3 3>&-; exit $?';

/** The terminal of sshd has no name inside, so programs that open it by name get one of their own. */
function inTerminal({ hasTerminal }: Wish, command: string[]): string[] {
  if (!hasTerminal || !existsSync(SCRIPT)) return command;
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return [
    SCRIPT,
    '--quiet',
    '--return',
    '--command',
    `exec ${SETPRIV} --pdeathsig=KILL -- ${quoted}`,
    '/dev/null',
  ];
}

function handedOn({ env, hasTerminal }: Wish): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (pair): pair is [string, string] =>
        (HANDED_ON.test(pair[0]) || (hasTerminal && pair[0] === 'TERM')) &&
        /^[\w.:@+%= -]{1,200}$/.test(pair[1] ?? ''),
    ),
  );
}
