import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import type { Format } from '../../web/format.ts';

/** Counts up whenever the words of the invitation change. */
const TEMPLATE = { name: 'invitation', version: 1 };

/** A link in a mail is valid for a week: long enough for a holiday, short enough for a forgotten mailbox. */
export const INVITATION_DAYS = 7;

/** The words and addresses of an invitation; `format` is the language of the person who invites. */
export interface InvitationMail {
  config: Config;
  format: Format;
  companyName: string;
  inviterName: string;
}

/** The address that an invited person opens. */
export function invitationLink(baseUrl: string, token: string): string {
  return `${baseUrl}/auth/accept-invite/${token}`;
}

/** Writes the mail that brings an invitation into the outbox, in the transaction of the invitation. */
export async function queueInvitation(
  trx: Knex.Transaction,
  context: RequestContext,
  {
    invitation,
    mail,
  }: {
    invitation: {
      id: number;
      companyId: number;
      email: string;
      role: 'member' | 'admin';
      token: string;
      expiresAt: Date;
    };
    mail: InvitationMail;
  },
): Promise<void> {
  const { t, locale } = mail.format;
  const names = { company: mail.companyName, inviter: mail.inviterName };
  await queueMail(trx, context, {
    config: mail.config,
    mail: {
      companyId: invitation.companyId,
      userId: null,
      to: invitation.email,
      locale,
      template: TEMPLATE,
      cause: { type: 'invitation', id: invitation.id },
      content: {
        subject: t('auth.inviteMailSubject', names),
        blocks: [
          { kind: 'text', text: t('auth.inviteMailHello') },
          {
            kind: 'text',
            text: t('auth.inviteMailBody', { ...names, role: t(`common.role_${invitation.role}`) }),
          },
          {
            kind: 'link',
            label: t('auth.inviteMailLink'),
            url: invitationLink(mail.config.baseUrl, invitation.token),
            isSecret: true,
          },
          { kind: 'text', text: t('auth.inviteMailExpires', { days: INVITATION_DAYS }) },
          { kind: 'text', text: t('auth.inviteMailIgnore') },
          { kind: 'text', text: 'YouAreCoder' },
        ],
      },
      secret: { note: t('common.secretLinkCut'), usefulUntil: invitation.expiresAt },
    },
  });
}
