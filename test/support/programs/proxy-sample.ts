import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A running proxy of other people's making. */
export interface RunningProxy {
  stop(): Promise<void>;
}

/**
 * A configuration sample with its changes, as operators make them. Throws when the sample does not contain
 * `from`.
 */
export function fillSample(path: string, changes: [from: string, to: string][]): string {
  const text = readFileSync(new URL(`../../../scripts/${path}`, import.meta.url), 'utf8');
  return changes.reduce((site, [from, to]) => {
    if (!site.includes(from)) throw new Error(`${path} has no ${from}`);
    return site.replaceAll(from, to);
  }, text);
}

/** Waits for the port. Stopping the proxy removes the folder. `explain` tells why it did not start. */
export async function untilListening(
  proxy: ChildProcess,
  of: { port: number; folder: string; explain(): Promise<string> },
): Promise<RunningProxy> {
  const ended = new Promise<void>((done) => {
    proxy.once('exit', () => {
      done();
    });
  });
  while (!(await isAnswered(of.port))) {
    if (proxy.exitCode !== null) throw new Error(`the proxy did not start: ${await of.explain()}`);
    await pause(20);
  }
  return {
    stop: async () => {
      proxy.kill('SIGTERM');
      await ended;
      await rm(of.folder, { recursive: true, force: true });
    },
  };
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => {
      done(false);
    });
  });
}
