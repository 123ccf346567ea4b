import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS } from '../../durations.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { ALARM_DAYS, requestColumns, type DataRequest } from './queries.ts';

const TEMPLATE = { name: 'data-request-reminder', version: 1 };

/**
 * Mails every operator about open requests that are 20 days old; once for each, also when two processes run
 * at once. Returns a summary for the job list.
 */
export async function remindOfRequests(
  db: Knex,
  context: RequestContext,
  config: Config,
): Promise<{ reminded: number }> {
  const count = await db.transaction(async (trx) => {
    const due = await trx('data_requests')
      .whereNull('answered_at')
      .whereNull('reminded_at')
      .where('received_at', '<=', new Date(context.at.getTime() - ALARM_DAYS * DAY_MS))
      .orderBy('due_at')
      .limit(100)
      .forUpdate()
      .skipLocked()
      .select<DataRequest[]>([...requestColumns]);
    const operators = due.length === 0 ? [] : await listRecipients(trx);
    for (const request of due) await remind(trx, context, { request, operators, config });
    return due.length;
  });
  return { reminded: count };
}

interface Operator {
  id: number;
  email: string;
  locale: Locale;
}

function listRecipients(trx: Knex.Transaction): Promise<Operator[]> {
  return trx('users')
    .where({ role: 'operator' })
    .whereNull('deactivated_at')
    .select<Operator[]>(['id', 'email', 'locale']);
}

async function remind(
  trx: Knex.Transaction,
  context: RequestContext,
  { request, operators, config }: { request: DataRequest; operators: Operator[]; config: Config },
): Promise<void> {
  await trx('data_requests').where({ id: request.id }).update({ reminded_at: context.at });
  for (const operator of operators) {
    const { t, when, locale } = formatFor(operator.locale);
    const due = when(request.due_at, 'date');
    await queueMail(trx, context, {
      config,
      mail: {
        companyId: null,
        userId: operator.id,
        to: operator.email,
        locale,
        template: TEMPLATE,
        cause: { type: 'data-request', id: request.id },
        content: {
          subject: t('requests.reminderSubject', { id: request.id, due }),
          blocks: [
            { kind: 'text', text: t('requests.reminderText', { id: request.id, due }) },
            {
              kind: 'link',
              label: t('requests.reminderLink'),
              url: `${config.baseUrl}/admin/requests/${String(request.id)}`,
              isSecret: false,
            },
          ],
        },
      },
    });
  }
  await AuditLogger.log(trx, context, {
    action: 'data_request_reminded',
    success: true,
    resourceType: 'data_request',
    resourceId: request.id,
    companyId: request.company_id,
  });
}
