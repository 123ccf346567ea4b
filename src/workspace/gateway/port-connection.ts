import type { RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { WorkspaceSilent } from './workspace-agent.ts';

/**
 * The option of a request by which it gets its connection from `open`, and gives it up when nothing was said
 * for `silentMs`. None is kept for the next request: each of a workspace's 64 000 ports could keep some, and
 * one person could have the app run out of files.
 */
export function connectionFrom(
  open: () => Promise<Socket>,
  silentMs: number,
): NonNullable<RequestOptions['createConnection']> {
  return (_options, done) => {
    const fail = done as (error: Error) => void;
    open().then((socket) => {
      socket.setNoDelay(true);
      socket.setTimeout(silentMs);
      socket.on('timeout', () => socket.destroy(new WorkspaceSilent()));
      done(null, socket);
    }, fail);
    return undefined;
  };
}
