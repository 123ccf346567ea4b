import type { Format } from '../../web/format.ts';
import type { Mail } from '../../mail/mail.ts';
import { INVITATION_DAYS } from './invite-member.ts';

/** The address that an invited person opens. */
export function invitationLink(baseUrl: string, token: string): string {
  return `${baseUrl}/auth/accept-invite/${token}`;
}

/** The mail that brings an invitation, in the language of `format`. Plain text. */
export function invitationMail(
  format: Format,
  input: {
    to: string;
    companyName: string;
    inviterName: string;
    role: 'member' | 'admin';
    baseUrl: string;
    token: string;
  },
): Mail {
  const { t } = format;
  const names = { company: input.companyName, inviter: input.inviterName };
  const lines = [
    t('auth.inviteMailHello'),
    t('auth.inviteMailBody', { ...names, role: t(`common.role_${input.role}`) }),
    t('auth.inviteMailLink'),
    invitationLink(input.baseUrl, input.token),
    t('auth.inviteMailExpires', { days: INVITATION_DAYS }),
    t('auth.inviteMailIgnore'),
    'YouAreCoder',
  ];
  return { to: input.to, subject: t('auth.inviteMailSubject', names), text: `${lines.join('\n\n')}\n` };
}
