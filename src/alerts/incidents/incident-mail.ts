import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueAccountMail, type AccountOwner } from '../../mail/queue-account-mail.ts';

/** Count up whenever the words change. */
const INCIDENT = { name: 'incident', version: 1 };

/**
 * Writes the mail that tells an admin of a new incident into the outbox. `about` is the name of the person
 * whose account it is, null for the company.
 */
export async function queueIncidentMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { config: Config; recipient: AccountOwner; incidentId: number; about: string | null },
): Promise<void> {
  const { config, about } = input;
  const id = String(input.incidentId);
  await queueAccountMail(trx, context, {
    config,
    to: input.recipient,
    template: INCIDENT,
    cause: { type: 'incident', id },
    write: ({ t }) => ({
      subject: t('alerts.incidentSubject'),
      blocks: [
        {
          kind: 'text',
          text:
            about === null ? t('alerts.incidentBodyCompany') : t('alerts.incidentBody', { person: about }),
        },
        {
          kind: 'link',
          label: t('alerts.incidentLink'),
          url: `${config.baseUrl}/admin/alerts/incidents/${id}`,
          isSecret: false,
        },
        {
          kind: 'text',
          text: t('alerts.incidentDecline', { url: `${config.baseUrl}/account/notifications` }),
        },
      ],
    }),
  });
}
