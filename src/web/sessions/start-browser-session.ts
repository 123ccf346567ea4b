import type { Request, Response } from 'express';
import type { Config } from '../../config/config.ts';
import { sessionCookieName, type PendingSignIn, type Proof } from './browser-session.ts';

/**
 * Signs a person in to this browser: the old session is destroyed, and the new one has a new id and is
 * stored. When the store fails, nobody is signed in and no cookie is sent. A form with a password counts as a
 * proof of who the person is, unless `proof` says otherwise.
 */
export function startBrowserSession(
  req: Request,
  user: Express.User,
  proof: Proof | undefined = { at: req.receivedAt.getTime(), by: 'password' },
): Promise<void> {
  req.signInProof = proof;
  return new Promise((resolve, reject) => {
    req.logIn(user, (error?: Error | null) => {
      if (error === undefined || error === null) {
        resolve();
        return;
      }
      req.session.destroy(() => {
        reject(error);
      });
    });
  });
}

/**
 * Keeps a sign-in that waits for its second factor in a new browser session, in which nobody is signed in.
 */
export async function startPendingSignIn(req: Request, pending: PendingSignIn): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    req.session.regenerate((error?: Error | null) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
  req.session.pending = pending;
}

/** Signs a person out of this browser: the session row is deleted and the cookie removed. */
export async function endBrowserSession(req: Request, res: Response, config: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    req.session.destroy((error?: Error | null) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
  res.clearCookie(sessionCookieName(config.production), {
    httpOnly: true,
    sameSite: 'lax',
    secure: config.production,
    path: '/',
  });
}
