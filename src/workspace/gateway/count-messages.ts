import type { Socket } from 'node:net';
import type { Knex } from 'knex';
import type { BrowserClient } from '../access/find-access-facts.ts';
import type { OpenConnection } from '../access/open-connections.ts';
import type { HumanActivity } from '../activity/human-activity.ts';
import { readFrames } from '../activity/websocket-frames.ts';
import { sessionBuffer } from '../sessions/session-buffer.ts';

/** Counts the messages of an open WebSocket as use of its workspace, and notes who of the two closes it. */
export function countMessages(
  connection: OpenConnection<BrowserClient>,
  socket: Socket,
  { db, humanActivity }: { db: Knex; humanActivity: HumanActivity },
): { onOpen(): void; onSent(bytes: Buffer): void; onSaid(bytes: Buffer): void } {
  let openedAt = new Date();
  let isEndedByWorkspace = false;
  const buffer = sessionBuffer.of(db);
  const onSent = readFrames(
    (bytes) => {
      const at = new Date();
      const isActive = humanActivity.isBehindMessage(connection.session, at, {
        socket,
        openedAt,
        bytes,
      });
      buffer?.note(connection.session, at, { isActive, isPartlySeen: false });
    },
    () => {
      connection.hasClosed = true;
      // To a close of the workspace the browser answers with one by itself (RFC 6455, section 5.5.1).
      if (!isEndedByWorkspace) buffer?.noteClose(connection.session, new Date());
    },
  );
  const onSaid = readFrames(
    () => {
      humanActivity.noteSpoken(connection.session, new Date());
    },
    () => {
      isEndedByWorkspace = connection.hasClosed !== true;
      connection.hasClosed = true;
    },
  );
  const onOpen = (): void => {
    openedAt = new Date();
  };
  return { onOpen, onSent, onSaid };
}
