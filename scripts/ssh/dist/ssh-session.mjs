/* eslint-disable */
// Made from scripts/ssh/ssh-session.ts by `npm run build:ssh`, and never edited; a test says when it is not what that makes.
import { closeSync, constants as constants2, openSync, writeSync } from 'node:fs';
import { Socket as Socket2 } from 'node:net';
import { setTimeout as pause2 } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
function findIdentity(pid) {
  const startedAt = process.platform === 'linux' ? readProc(pid) : queryPs(pid);
  return startedAt === void 0 ? void 0 : { pid, startedAt };
}
function isAlive({ pid, startedAt }) {
  return findIdentity(pid)?.startedAt === startedAt;
}
function readProc(pid) {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? void 0 : fields[19];
  } catch {
    return void 0;
  }
}
function queryPs(pid) {
  try {
    const ps = (column) =>
      execFileSync('ps', ['-p', String(pid), '-o', `${column}=`], { encoding: 'utf8' }).trim();
    return ps('stat').startsWith('Z') ? void 0 : ps('lstart');
  } catch {
    return void 0;
  }
}
import { fstatSync } from 'node:fs';
var LOOK_MS = 1e4;
var REPORT_MS = 15e3;
function atMostSometimes(report) {
  let next = 0;
  return () => {
    if (Date.now() < next) return;
    next = Date.now() + REPORT_MS;
    report();
  };
}
function watchTerminal(terminal, onActive) {
  let last = fstatSync(terminal).atimeMs;
  setInterval(() => {
    const now = readTime(terminal) ?? last;
    if (now !== last) onActive();
    last = now;
  }, LOOK_MS).unref();
}
function pipeWatched(from, to, onActive) {
  from.on('data', onActive);
  to.on('error', () => from.destroy());
  from.on('error', () => to.end());
  from.pipe(to);
}
function readTime(terminal) {
  try {
    return fstatSync(terminal).atimeMs;
  } catch {
    return null;
  }
}
import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
var LINE_MAX = 16384;
function sendLine(socket, message) {
  if (socket.writable)
    socket.write(`${JSON.stringify(message)}
`);
}
function readLines(socket, onMessage) {
  let waiting = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    waiting += chunk;
    const lines = waiting.split('\n');
    waiting = lines.pop() ?? '';
    if (waiting.length > LINE_MAX) socket.destroy();
    for (const line of lines) {
      if (socket.destroyed) return;
      const message = line.length > LINE_MAX ? void 0 : parse(line);
      if (message === void 0) socket.destroy();
      else onMessage(message);
    }
  });
}
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return void 0;
  }
}
var AWAY_MS = 3e5;
var ANSWER_MS = 15e3;
var RETRY_MS = 1e3;
var LAST_MESSAGE_MS = 15e3;
var NOTING_MS = 3e3;
var AppLink = class {
  #path;
  #socket = null;
  #resume = '';
  #onEnd = () => void 0;
  #isDone = false;
  #isNoted = false;
  constructor(path) {
    this.#path = path;
  }
  async open(message, onEnd) {
    this.#onEnd = onEnd;
    return this.#ask(message);
  }
  active() {
    this.#say({ active: true });
  }
  async ended(how) {
    if (this.#isDone) return;
    this.#isDone = true;
    const end2 = Date.now() + LAST_MESSAGE_MS;
    while (!(await this.#takeLeave(how))) {
      const decision = await this.#comeBack(end2 - Date.now());
      if (decision === null || 'refused' in decision) return;
    }
  }
  async #takeLeave(how) {
    const socket = this.#socket;
    if (socket === null) return false;
    this.#say({ ended: how });
    const hasLeft = new Promise((done) =>
      socket.once('close', () => {
        done(this.#isNoted);
      }),
    );
    const isOver = await Promise.race([hasLeft, pause(NOTING_MS, true)]);
    socket.destroy();
    return isOver;
  }
  #say(message) {
    if (this.#socket !== null) sendLine(this.#socket, message);
  }
  #ask(message) {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ path: this.#path });
      const late = setTimeout(() => socket.destroy(new Error('no answer')), ANSWER_MS);
      let isIn = false;
      socket.on('error', reject);
      socket.once('close', () => {
        clearTimeout(late);
        reject(new Error('the app hung up'));
        if (this.#socket === socket) this.#socket = null;
        if (isIn && !this.#isDone) void this.#stayAlive();
      });
      readLines(socket, (said) => {
        clearTimeout(late);
        const answer = said;
        if ('noted' in answer) this.#isNoted = true;
        else if ('end' in answer) {
          this.#isDone = true;
          this.#onEnd(answer.end);
        } else if ('run' in answer) {
          isIn = true;
          this.#socket = socket;
          this.#resume = answer.run.resume;
          resolve(answer);
        } else resolve(answer);
      });
      sendLine(socket, message);
    });
  }
  async #stayAlive() {
    const decision = await this.#comeBack(AWAY_MS, () => this.#isDone);
    if (this.#isDone) return;
    if (decision === null) this.#onEnd('The platform has been away for too long.');
    else if ('refused' in decision) this.#onEnd(decision.refused);
  }
  async #comeBack(ms, isNeedless = () => false) {
    const end2 = Date.now() + ms;
    while (Date.now() < end2) {
      await pause(RETRY_MS);
      if (isNeedless()) return null;
      try {
        return await this.#ask({ resume: this.#resume });
      } catch {}
    }
    return null;
  }
};
import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
var LEFT_MAX = 1048576;
var Output = class {
  #from;
  #to;
  constructor(from, fd) {
    this.#from = from;
    this.#to = new Socket({ fd, readable: false, writable: true });
    this.#to.on('error', () => from.destroy());
    from.on('error', () => void 0);
    from.pipe(this.#to, { end: false });
  }
  async finish() {
    const [from, to] = [this.#from, this.#to];
    const end2 = from.bytesRead + LEFT_MAX;
    let seen = -1;
    while (!to.destroyed && from.bytesRead < end2 && (seen !== from.bytesRead || from.readableLength > 0)) {
      seen = from.bytesRead;
      await this.#written();
      await turn();
      await turn();
    }
    from.destroy();
    await this.#written();
  }
  #written() {
    return new Promise((done) => {
      if (this.#to.destroyed) done();
      else
        this.#to.write('', () => {
          done();
        });
    });
  }
};
import { readdirSync, readFileSync as readFileSync2 } from 'node:fs';
function findConnectionProcess() {
  let row = readRow(process.pid);
  while (row !== null && row.parent > 1) {
    const parent = readRow(row.parent);
    if (parent !== null && /^sshd(-session)?$/.test(parent.name)) return findIdentity(parent.pid) ?? null;
    row = parent;
  }
  return null;
}
function listFamily(root) {
  const rows = listRows();
  const self = rows.find(({ pid }) => pid === process.pid);
  const own = findConnectionProcess() === null ? null : (self?.session ?? null);
  const family = new Set([root]);
  let size = 0;
  while (size < family.size) {
    size = family.size;
    for (const { pid, parent } of rows) if (family.has(parent)) family.add(pid);
  }
  for (const { pid, session } of rows) if (session === own && !isOurs(pid, rows)) family.add(pid);
  return [...family];
}
function signalAll(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {}
  }
}
function isOurs(pid, rows) {
  for (let at = process.pid; at > 1; at = rows.find((row) => row.pid === at)?.parent ?? 0)
    if (at === pid) return true;
  return false;
}
function listRows() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readRow(Number(name)))
    .filter((row) => row !== null);
}
function readRow(pid) {
  try {
    const stat = readFileSync2(`/proc/${String(pid)}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const [, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, name, parent: Number(parent), session: Number(session) };
  } catch {
    return null;
  }
}
import { spawn } from 'node:child_process';
import { existsSync, fchownSync, fstatSync as fstatSync2 } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
function workspaceEnvironment(folder) {
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'];
  return {
    PATH: [...new Set(path)].join(':'),
    HOME: folder,
    LANG: 'C.UTF-8',
    USER: 'workspace',
    LOGNAME: 'workspace',
  };
}
var SETPRIV = '/usr/bin/setpriv';
var NSENTER = '/usr/bin/nsenter';
var SCRIPT = '/usr/bin/script';
var SFTP_SERVERS = [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/lib/ssh/sftp-server',
  '/usr/libexec/sftp-server',
];
var HANDED_ON = /^(LANG|LC_[A-Z]+|COLORTERM|NO_COLOR|GIT_PROTOCOL|SSH_CONNECTION)$/;
var JOIN = ['/bin/sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"'];
function startShell(order, wish) {
  const isRoot = process.getuid?.() === 0;
  if (isRoot && order.owner === null)
    throw new Error('this command runs as root, and the workspace has no user of its own (WORKSPACE_UID)');
  if (!isRoot && order.owner !== null)
    throw new Error('this command must be started as root (sudo) to become the user of the workspace');
  const isInside = order.entrance.sandbox !== 'none';
  if (wish.hasTerminal && order.owner !== null && !isInside) giveTerminal(order.owner.uid);
  const shell = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh';
  const command = wish.command === void 0 ? [shell, '-l'] : [shell, '-c', toProgram(wish.command)];
  const words = isInside
    ? [...entranceOf(order), ...inTerminal(wish, [...order.limits, ...command])]
    : [...privileges(order), ...order.limits, ...command];
  const [program = '', ...args] = order.group === null ? words : [...JOIN, order.group, ...words];
  return spawn(program, args, {
    cwd: isInside ? '/' : order.folder,
    env: { ...workspaceEnvironment(order.folder), SHELL: shell, ...handedOn(wish) },
    stdio: wish.hasTerminal ? 'inherit' : 'pipe',
  });
}
function toProgram(command) {
  if (!/^internal-sftp(\s|$)/.test(command)) return command;
  const server = SFTP_SERVERS.find((path) => existsSync(path));
  if (server === void 0) throw new Error('there is no sftp-server on this machine (openssh-sftp-server)');
  return command.replace('internal-sftp', server);
}
function giveTerminal(uid) {
  fchownSync(0, uid, fstatSync2(0).gid);
}
function exitCodeOf(code, signal) {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
function privileges({ owner }) {
  if (!existsSync(SETPRIV)) {
    if (owner !== null)
      throw new Error('there is no setpriv (util-linux) to become the user of the workspace');
    return [];
  }
  const user =
    owner === null ? [] : [`--reuid=${String(owner.uid)}`, `--regid=${String(owner.gid)}`, '--clear-groups'];
  return [SETPRIV, ...user, '--pdeathsig=KILL', '--'];
}
function entranceOf({ entrance, owner, folder }) {
  const init = entrance.sandbox === 'none' ? null : entrance.init;
  if (init === null || !isAlive(init)) throw new Error('the program of the workspace does not run');
  for (const path of [NSENTER, SETPRIV])
    if (!existsSync(path)) throw new Error(`there is no ${path} (util-linux) to enter the workspace`);
  if (owner === null) throw new Error('shells in a sandbox need WORKSPACE_UID');
  const user = [`--setuid=${String(owner.uid)}`, `--setgid=${String(owner.gid)}`];
  const tied = [SETPRIV, '--no-new-privs', '--inh-caps=-all', '--pdeathsig=KILL', '--'];
  return [
    ...[NSENTER, `--target=${String(init.pid)}`, '--user', '--mount', '--pid', '--ipc', '--uts', '--net'],
    ...['--cgroup', ...user, '--no-fork', '--', ...tied],
    ...['/bin/sh', '-c', QUIETLY, 'sh', folder, ...tied],
  ];
}
var QUIETLY = 'cd "$1" && shift && exec 3>&2 2>/dev/null && "$@" 2>&3 3>&-; exit $?';
function inTerminal({ hasTerminal }, command) {
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
function handedOn({ env, hasTerminal }) {
  return Object.fromEntries(
    Object.entries(env).filter(
      (pair) =>
        (HANDED_ON.test(pair[0]) || (hasTerminal && pair[0] === 'TERM')) &&
        /^[\w.:@+%= -]{1,200}$/.test(pair[1] ?? ''),
    ),
  );
}
var LOOK_MS2 = 1e3;
var GRACE_MS = 1e3;
var REFUSED = 1;
var KILLED = 137;
var REASON_MS = 4e3;
async function main([path, secret]) {
  if (path === void 0 || secret === void 0) return refuse('usage: ssh-session.mjs SOCKET SECRET');
  const { env } = process;
  const hasTerminal = isatty(0);
  const link = new AppLink(path);
  let sendAway = () => void 0;
  const sentAway = new Promise((resolve) => {
    sendAway = (text) => {
      resolve({ how: 'sent-away', text });
    };
  });
  const lost = untilLost();
  let decision;
  try {
    const open = {
      pass: secret,
      workspace: env['WORKSPACE']?.slice(0, 1e3) ?? null,
      ip: env['SSH_CONNECTION']?.split(' ')[0]?.slice(0, 100) ?? null,
    };
    decision = await link.open({ open }, sendAway);
  } catch {
    return refuse('The platform cannot be reached at the moment. Please try again.');
  }
  if ('refused' in decision) return refuse(decision.refused);
  let shell;
  try {
    const wish = { command: env['SSH_ORIGINAL_COMMAND'], hasTerminal, env };
    shell = startShell(decision.run, wish);
  } catch (error) {
    await link.ended('exit');
    return refuse(`No shell can be started here: ${error.message}`);
  }
  const onActive = atMostSometimes(() => {
    link.active();
  });
  if (hasTerminal) watchTerminal(0, onActive);
  else if (shell.stdin !== null) pipeWatched(process.stdin, shell.stdin, onActive);
  const outputs = hasTerminal ? [] : outputsOf(shell);
  const exited = untilExit(shell, outputs).then(async (outcome) => {
    const isKilled = outcome.how === 'exit' && outcome.code === KILLED;
    if (decision.run.entrance.sandbox !== 'none' && isKilled) await pause2(REASON_MS);
    return outcome;
  });
  return end(shell, link, await Promise.race([exited, lost, sentAway]));
}
async function end(shell, link, outcome) {
  if (outcome.how !== 'exit') await endFamily(shell);
  if (outcome.how === 'sent-away') return refuse(outcome.text);
  await link.ended(outcome.how);
  return outcome.how === 'exit' ? outcome.code : REFUSED;
}
function outputsOf({ stdout, stderr }) {
  return [stdout, stderr].flatMap((from, index) =>
    from instanceof Socket2 ? [new Output(from, index + 1)] : [],
  );
}
function untilExit(shell, outputs) {
  return new Promise((resolve) => {
    shell.once('error', (error) => {
      say(`No shell can be started here: ${error.message}`);
      resolve({ how: 'exit', code: REFUSED });
    });
    shell.once('exit', (code, signal) => {
      void Promise.all(outputs.map((output) => output.finish())).then(() => {
        resolve({ how: 'exit', code: exitCodeOf(code, signal) });
      });
    });
  });
}
function untilLost() {
  const sshd = findConnectionProcess();
  return new Promise((resolve) => {
    const isLost = () => {
      resolve({ how: 'lost' });
    };
    process.on('SIGHUP', isLost);
    process.on('SIGTERM', isLost);
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTSTP']) process.on(signal, () => void 0);
    if (sshd === null) return;
    setInterval(() => {
      if (!isAlive(sshd)) isLost();
    }, LOOK_MS2).unref();
  });
}
async function endFamily(shell) {
  if (shell.pid === void 0) return;
  const family = listFamily(shell.pid);
  signalAll(family, 'SIGHUP');
  signalAll(family, 'SIGCONT');
  await pause2(GRACE_MS);
  signalAll([...new Set([...family, ...listFamily(shell.pid)])], 'SIGKILL');
}
function refuse(text) {
  say(text);
  return REFUSED;
}
function say(text) {
  const lines = text.replace(/[^\P{C}\n]/gu, '').split('\n');
  const end2 = isatty(2) ? '\r\n' : '\n';
  try {
    writeAtOnce(lines.map((line) => `${line}${end2}`).join(''));
  } catch {}
}
function writeAtOnce(text) {
  const fd = openSync('/proc/self/fd/2', constants2.O_WRONLY | constants2.O_NONBLOCK | constants2.O_NOCTTY);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}
process.exit(await main(process.argv.slice(2)));
