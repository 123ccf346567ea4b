import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { MailBlock } from '../../mail/mail-content.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor, type Format } from '../../web/format.ts';
import { listSubscriptionAdmins } from './queries.ts';

/** The words of a mail in one language: its subject, and what stands between greeting and signature. */
export interface AdminMail {
  subject: string;
  blocks: MailBlock[];
}

/**
 * Writes a mail about a company's subscription into the outbox for each of its active admins, in their
 * language, in the caller's transaction. Returns how many there are.
 */
export async function mailAdmins(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    companyId: number;
    config: Config;
    template: { name: string; version: number };
    words(format: Format): AdminMail;
  },
): Promise<number> {
  const { companyId, config, template, words } = input;
  const admins = await listSubscriptionAdmins(trx, companyId);
  for (const admin of admins) {
    const format = formatFor(admin.locale);
    const { subject, blocks } = words(format);
    await queueMail(trx, context, {
      config,
      mail: {
        companyId,
        userId: admin.id,
        to: admin.email,
        locale: format.locale,
        template,
        cause: { type: 'subscription', id: companyId },
        content: {
          subject,
          blocks: [
            { kind: 'text', text: format.t('life.mailHello', { name: admin.full_name }) },
            ...blocks,
            { kind: 'text', text: format.t('life.mailContact', { contact: config.seller.email }) },
            { kind: 'text', text: config.seller.name },
          ],
        },
      },
    });
  }
  return admins.length;
}

/** A link of a mail to a page of ours. Whoever opens it must sign in. */
export function pageLink(config: Config, label: string, path: string): MailBlock {
  return { kind: 'link', label, url: `${config.baseUrl}${path}`, isSecret: false };
}
