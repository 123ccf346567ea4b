import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { isAlive } from '../../src/workspace/sandbox/process-identity.ts';
import { atMostSometimes, pipeWatched, watchTerminal } from './activity.ts';
import { AppLink, type Decision } from './app-link.ts';
import { Output } from './output.ts';
import { findConnectionProcess, listFamily, signalAll } from './processes.ts';
import { exitCodeOf, startShell } from './shell.ts';

/** How often to check whether sshd still has the connection, in milliseconds. */
const LOOK_MS = 1000;

/** Processes that survive SIGHUP are killed after so long, in milliseconds. */
const GRACE_MS = 1000;

/** The exit code of a person who was refused or sent away, where a signal could not tell. */
const REFUSED = 1;

/** The exit code of a program that was ended by SIGKILL, as a shell reports it. */
const KILLED = 137;

/** So long after the end of a killed shell the app may say why, in milliseconds: it looks every 2 seconds. */
const REASON_MS = 4000;

type Outcome = { how: 'exit'; code: number } | { how: 'lost' } | { how: 'sent-away'; text: string };

/**
 * The command that sshd starts after a client has proven its key: `ssh-session.mjs SOCKET SECRET` (see
 * compile-session.ts), by command= in the app's answer about the key. The command has the path of a socket
 * and a secret that is good once.
 *
 * 1. Asks the app for a decision.
 * 2. Runs the person's shell or command in the workspace's folder, and holds the connection to the app
 *    meanwhile.
 * 3. Ends the shell when the connection is gone or the app says so.
 */
async function main([path, secret]: string[]): Promise<number> {
  if (path === undefined || secret === undefined) return refuse('usage: ssh-session.mjs SOCKET SECRET');
  const { env } = process;
  const hasTerminal = isatty(0);
  const link = new AppLink(path);
  let sendAway: (text: string) => void = () => undefined;
  const sentAway = new Promise<Outcome>((resolve) => {
    sendAway = (text) => {
      resolve({ how: 'sent-away', text });
    };
  });
  const lost = untilLost();
  let decision: Decision;
  try {
    const open = {
      pass: secret,
      workspace: env['WORKSPACE']?.slice(0, 1000) ?? null,
      ip: env['SSH_CONNECTION']?.split(' ')[0]?.slice(0, 100) ?? null,
    };
    decision = await link.open({ open }, sendAway);
  } catch {
    return refuse('The platform cannot be reached at the moment. Please try again.');
  }
  if ('refused' in decision) return refuse(decision.refused);
  let shell: ChildProcess;
  try {
    const wish = { command: env['SSH_ORIGINAL_COMMAND'], hasTerminal, env };
    shell = startShell(decision.run, wish);
  } catch (error) {
    await link.ended('exit');
    return refuse(`No shell can be started here: ${(error as Error).message}`);
  }
  const onActive = atMostSometimes(() => {
    link.active();
  });
  if (hasTerminal) watchTerminal(0, onActive);
  else if (shell.stdin !== null) pipeWatched(process.stdin, shell.stdin, onActive);
  const outputs = hasTerminal ? [] : outputsOf(shell);
  const exited = untilExit(shell, outputs).then(async (outcome) => {
    // A shell in a sandbox is killed with it, when the workspace is stopped: the app says why in a moment.
    const isKilled = outcome.how === 'exit' && outcome.code === KILLED;
    if (decision.run.entrance.sandbox !== 'none' && isKilled) await pause(REASON_MS);
    return outcome;
  });
  return end(shell, link, await Promise.race([exited, lost, sentAway]));
}

async function end(shell: ChildProcess, link: AppLink, outcome: Outcome): Promise<number> {
  if (outcome.how !== 'exit') await endFamily(shell);
  if (outcome.how === 'sent-away') return refuse(outcome.text);
  await link.ended(outcome.how);
  return outcome.how === 'exit' ? outcome.code : REFUSED;
}

function outputsOf({ stdout, stderr }: ChildProcess): Output[] {
  return [stdout, stderr].flatMap((from, index) =>
    from instanceof Socket ? [new Output(from, index + 1)] : [],
  );
}

/** Resolves when the shell has ended and all its output was passed on. */
function untilExit(shell: ChildProcess, outputs: Output[]): Promise<Outcome> {
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

/** A lost terminal sends SIGHUP. Without a terminal, the end of sshd's process is the only sign. */
function untilLost(): Promise<Outcome> {
  const sshd = findConnectionProcess();
  return new Promise((resolve) => {
    const isLost = (): void => {
      resolve({ how: 'lost' });
    };
    process.on('SIGHUP', isLost);
    process.on('SIGTERM', isLost);
    // Typed at the person's terminal, and meant for the program there.
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTSTP'] as const) process.on(signal, () => undefined);
    if (sshd === null) return;
    setInterval(() => {
      if (!isAlive(sshd)) isLost();
    }, LOOK_MS).unref();
  });
}

/**
 * Ends the shell and the processes it has started, except those that have left it (setsid, nohup) and been
 * adopted.
 */
async function endFamily(shell: ChildProcess): Promise<void> {
  if (shell.pid === undefined) return;
  const family = listFamily(shell.pid);
  signalAll(family, 'SIGHUP');
  signalAll(family, 'SIGCONT');
  await pause(GRACE_MS);
  signalAll([...new Set([...family, ...listFamily(shell.pid)])], 'SIGKILL');
}

function refuse(text: string): number {
  say(text);
  return REFUSED;
}

/** Prints for a terminal in any mode: only lines and letters, nothing that it would execute. */
function say(text: string): void {
  const lines = text.replace(/[^\P{C}\n]/gu, '').split('\n');
  const end = isatty(2) ? '\r\n' : '\n';
  try {
    writeAtOnce(lines.map((line) => `${line}${end}`).join(''));
  } catch {
    // Nobody is there to read it.
  }
}

/**
 * Writes without blocking, or not at all: a person who has stopped the terminal (Ctrl-S) could keep us, and
 * with us the connection, for as long as they like.
 */
function writeAtOnce(text: string): void {
  const fd = openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

process.exit(await main(process.argv.slice(2)));
