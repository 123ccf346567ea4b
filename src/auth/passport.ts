import { Passport } from 'passport';
import type { AppDeps } from '../app-deps.ts';
import { findSignedInUser } from './require-user.ts';

/** Passport with the person's id in the browser session; the person is loaded anew on every request. */
export function createPassport({ db }: AppDeps): InstanceType<typeof Passport> {
  const passport = new Passport();
  passport.serializeUser((user, done) => {
    done(null, String(user.id));
  });
  passport.deserializeUser((id: string, done) => {
    findSignedInUser(db, Number(id)).then((user) => {
      done(null, user ?? false);
    }, done);
  });
  return passport;
}
