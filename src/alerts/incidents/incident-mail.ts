import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { Recipient } from '../recipients-queries.ts';

/** Count up whenever the words change. */
const INCIDENT = { name: 'incident', version: 1 };

/** Writes the mail that tells an admin of a new incident into the outbox. */
export async function queueIncidentMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { config: Config; recipient: Recipient; incidentId: number; aboutUserId: number | null },
): Promise<void> {
  const { config, recipient, incidentId, aboutUserId } = input;
  const { t, locale } = formatFor(recipient.locale);
  const about =
    aboutUserId === null
      ? undefined
      : await trx('users').where('id', aboutUserId).first<{ full_name: string } | undefined>('full_name');
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: recipient.company_id,
      userId: recipient.id,
      to: recipient.email,
      locale,
      template: INCIDENT,
      cause: { type: 'incident', id: incidentId },
      content: {
        subject: t('alerts.incidentSubject'),
        blocks: [
          { kind: 'text', text: t('password.mailHello', { name: recipient.full_name }) },
          {
            kind: 'text',
            text:
              about === undefined
                ? t('alerts.incidentBodyCompany')
                : t('alerts.incidentBody', { person: about.full_name }),
          },
          {
            kind: 'link',
            label: t('alerts.incidentLink'),
            url: `${config.baseUrl}/admin/alerts/incidents/${String(incidentId)}`,
            isSecret: false,
          },
          {
            kind: 'text',
            text: t('alerts.incidentDecline', { url: `${config.baseUrl}/account/notifications` }),
          },
          { kind: 'text', text: 'YouAreCoder' },
        ],
      },
    },
  });
}
