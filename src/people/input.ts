import { z } from 'zod';
import { isPersonalPassword } from '../auth/common-passwords.ts';
import { emailAddress, newPassword, line, text } from '../auth/input.ts';
import { locales } from '../web/locales/catalogues.ts';
import { isReservedSubdomain } from './reserved-subdomains.ts';

/** The form that invites somebody. */
export const invitationForm = z.object({
  email: emailAddress,
  role: z.enum(['member', 'admin'], { error: 'admin.roleMissing' }),
});

/** The form that changes a role. */
export const roleForm = invitationForm.pick({ role: true });

/**
 * Lower-cased by ASCII rules only, so that the Kelvin sign and the dotted capital I do not turn into letters.
 */
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
  .refine(
    (form) =>
      !isPersonalPassword(form.password, [form.email, form.fullName, form.companyName, form.subdomain]),
    {
      error: 'auth.passwordPersonal',
      path: ['password'],
    },
  );

/** The form of `/auth/accept-invite/:token`. */
export const acceptInvitationForm = z.object({
  fullName: line(100, 'auth.fullNameMissing'),
  password: newPassword,
  ...acceptance,
});

/** The versions of both documents that stood beside the ticks. Undefined when the form did not say. */
export interface SeenVersions {
  termsVersion?: string | undefined;
  privacyVersion?: string | undefined;
}

/** The token of an invitation, as inviteMember makes it: 32 random bytes. */
export const invitationToken = z.string().regex(/^[\w-]{43}$/);

/** The secret of a link in a mail: 32 random bytes. */
export const linkToken = invitationToken;

/** The secret of a link that sets a password. */
export const resetToken = linkToken;

/** The form behind a link that confirms an address. The password stays as typed, see `credentials`. */
export const confirmForm = z.object({
  password: z
    .string()
    .max(1024)
    .optional()
    .catch(undefined)
    .transform((value) => value ?? null),
});

/** The form that asks for such a link. */
export const forgotForm = z.object({ email: emailAddress });

const ticked = z
  .string()
  .optional()
  .catch(undefined)
  .transform((value) => value === 'on');

/** The form behind the link. */
export const newPasswordForm = z.object({ password: newPassword, endsCredentials: ticked });

/** The form of a signed-in person. The old password stays as typed, see `credentials`. */
export const changePasswordForm = newPasswordForm.extend({
  oldPassword: text('auth.passwordMissing').min(1, 'auth.passwordMissing').max(1024, 'errors.tooLong'),
});

/** The language switch. */
export const localeChoice = z.object({ locale: z.enum(locales) });
