import { z } from 'zod';
import { locales } from '../web/locales/catalogues.ts';
import { composeLine, isReadableLine } from '../web/text-line.ts';
import { tokenLifetimesDays, tokenScopes, type TokenScope } from '../credentials/access-token.ts';
import { isCommonPassword } from './common-passwords.ts';
import { isEmailAddress, normaliseEmail } from './normalise-email.ts';
import { hasForbiddenCharacters, normalisePassword } from './password-text.ts';
import { isReservedSubdomain } from '../people/reserved-subdomains.ts';

// Messages are text keys, see form-errors.ts.

/** OWASP ASVS 5, 6.2.1 and 6.2.9: length decides, no rules of composition. The upper bound keeps hashing cheap. */
const PASSWORD_MIN = 10;
const PASSWORD_MAX = 128;

/** A bound for what is typed, in UTF-16 units: a letter may come in parts, as a base and up to three marks of two units. */
const TYPED_PASSWORD_MAX = PASSWORD_MAX * 8;

/** PayTR takes at most 100 characters of e-mail address, and none beyond ASCII (iFrame API, step 1). */
const EMAIL_MAX = 100;

/** `missing` names the sentence for an empty field; a field sent twice counts as empty. */
const text = (missing: string) => z.string({ error: missing });

/** One line that others read, composed and checked as `isReadableLine` says. */
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

/** A password that a person chooses, in its normal form; lengths are counted after that. */
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

/** Lower-cased by ASCII rules only: the Kelvin sign and the dotted capital I must not turn into letters. */
const subdomain = text('auth.subdomainMissing')
  .trim()
  .transform((value) => value.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
  .pipe(
    z
      .string()
      .min(1, 'auth.subdomainMissing')
      .regex(/^[a-z0-9](?:[a-z0-9]|-(?!-)){1,38}[a-z0-9]$/, 'auth.subdomainShape')
      .refine((value) => !isReservedSubdomain(value), 'auth.subdomainReserved'),
  );

const version = z.string().max(20).optional().catch(undefined);

/** Both ticks, and the versions that stood beside them. */
const acceptance = {
  acceptTerms: z.literal('on', 'legal.acceptTermsMissing'),
  acceptPrivacy: z.literal('on', 'legal.acceptPrivacyMissing'),
  termsVersion: version,
  privacyVersion: version,
};

/** The form of `/auth/register`. */
export const registrationForm = z
  .object({
    companyName: line(120, 'auth.companyNameMissing'),
    subdomain,
    fullName: line(100, 'auth.fullNameMissing'),
    email: emailAddress,
    password: newPassword,
    ...acceptance,
  })
  .refine(({ email, password }) => password.toLowerCase() !== email, {
    error: 'auth.passwordIsEmail',
    path: ['password'],
  });

/** The form of `/auth/accept-invite/:token`. */
export const acceptInvitationForm = z.object({
  fullName: line(100, 'auth.fullNameMissing'),
  password: newPassword,
  ...acceptance,
});

/** The versions of both documents that stood beside the ticks; undefined when the form did not say. */
export interface SeenVersions {
  termsVersion?: string | undefined;
  privacyVersion?: string | undefined;
}

/** The token of an invitation, as inviteMember makes it: 32 random bytes. */
export const invitationToken = z.string().regex(/^[\w-]{43}$/);

/**
 * What a sign-in needs to be checked at all. Looser than the form for new people, since it only has to be safe to look
 * up: every address that exists is ASCII and short, every password that exists is below the bound. The password stays as
 * it was typed, for hashes from before passwords were normalised.
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

/** The language switch. */
export const localeChoice = z.object({ locale: z.enum(locales) });

/** The tick of each scope in the form of `/auth/tokens`. */
export const scopeFields = {
  'workspaces:read': 'workspacesRead',
  'workspaces:write': 'workspacesWrite',
  'sessions:read': 'sessionsRead',
  'sessions:write': 'sessionsWrite',
} as const satisfies Record<TokenScope, string>;

const tick = z.literal('on').optional().catch(undefined);

/** The form of `/auth/tokens`: what the token is for, what it may do, and for how many days. */
export const accessTokenForm = z
  .object({
    name: line(60, 'tokens.nameMissing'),
    days: z.enum(tokenLifetimesDays.map(String), { error: 'errors.choose' }).transform(Number),
    workspacesRead: tick,
    workspacesWrite: tick,
    sessionsRead: tick,
    sessionsWrite: tick,
  })
  .transform(({ name, days, ...ticks }) => ({
    name,
    days,
    scopes: tokenScopes.filter((scope) => ticks[scopeFields[scope]] === 'on'),
  }))
  .refine(({ scopes }) => scopes.length > 0, { error: 'tokens.scopesMissing', path: ['workspacesRead'] });

const rowId = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number);

/** `:id` of a token or key in an address. */
export const addressWithId = z.object({ id: rowId });

/** Where a page of the list of tokens starts; what cannot be read starts at the top. */
export const tokenPage = z
  .object({ before: rowId.optional().catch(undefined), after: rowId.optional().catch(undefined) })
  .transform(({ before, after }) => (after === undefined ? { next: before } : { prev: after }));
