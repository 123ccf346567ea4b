import { z } from 'zod';
import type { SandboxEntrance } from '../runtime-types.ts';

/** A secret as `newSecret` makes it. */
const secret = z.string().regex(/^[\w-]{43}$/);

/** The question of the key command: the two parts of a public key, as sshd has them (%t and %k). */
export const keyQuestion = z.object({
  type: z.string().max(100),
  blob: z.string().regex(/^[A-Za-z0-9+/]{1,12000}={0,2}$/),
});

/**
 * The messages of the session command: first `open` or `resume`, and then the others, for as long as the
 * shell lives.
 */
export const sessionMessage = z.union([
  z.object({
    /**
     * `pass` is the secret from the line of authorized_keys, `workspace` the text that the person sent, and
     * `ip` the address that sshd reports.
     */
    open: z.object({
      pass: secret,
      workspace: z.string().max(1000).nullable(),
      ip: z.string().max(100).nullable(),
    }),
  }),
  z.object({ resume: secret }),
  /** Something came from the person. */
  z.object({ active: z.literal(true) }),
  /** The shell has ended; or the connection has, and took the shell with it. */
  z.object({ ended: z.enum(['exit', 'lost']) }),
]);
export type SessionMessage = z.infer<typeof sessionMessage>;

/** The orders for the session command: how to run the shell. */
export interface ShellOrder {
  /** Shown again to go on after the app was away. */
  resume: string;
  folder: string;
  /** Null: the user that the session command runs as. */
  owner: { uid: number; gid: number } | null;
  /** `prlimit` with its arguments; empty without limits. */
  limits: string[];
  /** The control group of the workspace, which the shell joins first; null without one. */
  group: string | null;
  /** The sandbox in which the workspace's program runs. */
  entrance: SandboxEntrance;
}

/** The messages of the app to the session command. */
export type AppMessage = { run: ShellOrder } | { refused: string } | { end: string } | { noted: true };
