import type { IncomingMessage } from 'node:http';
import type { SessionData } from 'express-session';
import { Passport } from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { signedInUserId, type Proof } from '../web/sessions/browser-session.ts';
import { readDeviceToken } from '../web/sessions/device-cookie.ts';
import { credentials } from './input.ts';
import { findSignedInUser } from './require-user.ts';
import { signIn, type SignInOutcome } from './sign-in.ts';

export type Authenticator = InstanceType<typeof Passport>;

type SessionRequest = IncomingMessage & {
  session: Partial<SessionData>;
  receivedAt: Date;
  signInProof?: Proof | undefined;
};

/**
 * Passport with e-mail and password, and with the person's id in the browser session. Every request loads the
 * person anew, so a new role or the end of their access counts at once.
 */
export function createPassport({ db, config }: Pick<AppDeps, 'db' | 'config'>): Authenticator {
  const passport = new Passport();
  // Time and proof are added here, before Passport stores the new session: a second save could fail alone.
  passport.serializeUser<string, SessionRequest>((req, user, done) => {
    req.session.signedInAt = req.receivedAt.getTime();
    if (req.signInProof !== undefined) req.session.proof = req.signInProof;
    req.session.version = user.session_version ?? 0;
    done(null, String(user.id));
  });
  passport.deserializeUser<string, SessionRequest>((req, id, done) => {
    if (signedInUserId(req) === null) {
      done(null, false);
      return;
    }
    findSignedInUser(db, Number(id), req.session.version ?? 0).then((user) => {
      done(null, user ?? false);
    }, done);
  });
  passport.use(
    new LocalStrategy({ usernameField: 'email', passReqToCallback: true }, (req, email, password, done) => {
      const deviceToken = readDeviceToken(req, config);
      const input = { ...credentials.parse({ email, password }), deviceToken };
      signIn(db, requestContext(req), input).then((outcome) => {
        const info: AuthInfo = { message: 'outcome', outcome };
        done(null, outcome.ok ? outcome.user : false, info);
      }, done);
    }),
  );
  return passport;
}

/** The strategy's message to the router beside the person; Passport calls it info. */
export interface AuthInfo {
  message: string;
  outcome: SignInOutcome;
}
