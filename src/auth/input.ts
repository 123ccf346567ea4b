import { z } from 'zod';
import { composeLine, isReadableLine } from '../web/text-line.ts';
import { isCommonPassword } from './common-passwords.ts';
import { isEmailAddress, normaliseEmail } from './normalise-email.ts';
import { hasForbiddenCharacters, normalisePassword } from './password-text.ts';

// Messages are text keys, see form-errors.ts.

/**
 * OWASP ASVS 5, 6.2.1 and 6.2.9: length alone decides, without rules of composition. The upper bound keeps
 * hashing cheap.
 */
const PASSWORD_MIN = 10;
const PASSWORD_MAX = 128;

/**
 * Longest password as typed, in UTF-16 units: a letter may come in parts, as a base and up to three marks of
 * two units.
 */
const TYPED_PASSWORD_MAX = PASSWORD_MAX * 8;

/** PayTR takes e-mail addresses of at most 100 characters, all ASCII (iFrame API, step 1). */
const EMAIL_MAX = 100;

/** `missing` names the message for an empty field. A field sent twice counts as empty. */
export const text = (missing: string) => z.string({ error: missing });

/** A line that other people read, composed and checked by `isReadableLine`. */
export const line = (max: number, missing: string) =>
  text(missing)
    .transform(composeLine)
    .pipe(z.string().min(1, missing).max(max, 'errors.tooLong').refine(isReadableLine, 'auth.oddCharacters'));

/** An e-mail address as we store it, see `normaliseEmail`. */
export const emailAddress = text('auth.emailMissing')
  .transform(normaliseEmail)
  .pipe(
    z
      .string()
      .min(1, 'auth.emailMissing')
      .max(EMAIL_MAX, 'errors.tooLong')
      .refine((value) => !/[^ -~]/.test(value), 'auth.emailAscii')
      .refine(isEmailAddress, 'errors.email'),
  );

/** A new password in its normal form. Lengths are counted after normalising. */
export const newPassword = text('auth.passwordMissing')
  .max(TYPED_PASSWORD_MAX, 'errors.tooLong')
  .transform(normalisePassword)
  .pipe(
    z
      .string()
      .min(1, 'auth.passwordMissing')
      .refine((value) => Array.from(value).length >= PASSWORD_MIN, {
        error: 'errors.tooShort',
        params: { min: PASSWORD_MIN },
      })
      .refine((value) => Array.from(value).length <= PASSWORD_MAX, {
        error: 'errors.tooLong',
        params: { max: PASSWORD_MAX },
      })
      .refine((value) => !hasForbiddenCharacters(value), 'auth.oddCharacters')
      .refine((value) => !isCommonPassword(value), 'auth.passwordCommon'),
  );

/**
 * The form of a sign-in. Its checks are looser than those for a new person, since the values only have to be
 * safe to look up: every stored address is ASCII and short, every stored password is below the bound. The
 * password stays as typed, for hashes from before passwords were normalised.
 */
export const credentials = z.object({
  email: z
    .string()
    .transform(normaliseEmail)
    .pipe(
      z
        .string()
        .min(1)
        .max(EMAIL_MAX)
        .regex(/^[!-~]+$/),
    ),
  password: z.string().min(1).max(TYPED_PASSWORD_MAX),
});
