import { z } from 'zod';

/** A secret as `newSecret` makes it. */
const secret = z.string().regex(/^[\w-]{43}$/);

/** What the key command asks: the two words of a public key, as sshd has them (%t and %k). */
export const keyQuestion = z.object({
  type: z.string().max(100),
  blob: z.string().regex(/^[A-Za-z0-9+/]{1,12000}={0,2}$/),
});

/**
 * What the session command says. First `open` or `resume`, and then, as long as the shell lives, the others.
 */
export const sessionMessage = z.union([
  z.object({
    /** `workspace` is what the person asked for, whatever that is; `ip` is what sshd says. */
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

/** What the session command is told to run. */
export interface ShellOrder {
  /** Shown again to go on after the app was away. */
  resume: string;
  folder: string;
  /** Null: the user that the session command runs as. */
  owner: { uid: number; gid: number } | null;
  /** `prlimit` with its arguments; empty without limits. */
  limits: string[];
}

/** What the app says to the session command. */
export type AppMessage = { run: ShellOrder } | { refused: string } | { end: string } | { noted: true };
