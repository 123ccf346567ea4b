import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { HOUR_MS } from '../../durations.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { answerableStates } from '../case-states.ts';
import { caseEntry } from './case-entry.ts';
import type { CaseRow } from '../case-row.ts';
import { lockCase } from '../lock-case.ts';

/** Hours before the end of the last day at which two people are told. */
const REMINDERS = [48, 24] as const;

const TEMPLATE = { name: 'dispute-deadline', version: 1 };

/**
 * Mails two operators about each case whose last day is near: 48 and 24 hours before its end, once each, also
 * when two processes run at once. The one who opened the case comes first. A last day that was moved reminds
 * again. Returns how many cases were told of.
 */
export async function remindOfDeadlines(
  db: Knex,
  context: RequestContext,
  { config }: { config: Config },
): Promise<{ reminded: number }> {
  const near = await db('disputes')
    .whereIn('state', answerableStates)
    .where('answer_by', '>', context.at)
    .where('answer_by', '<=', new Date(context.at.getTime() + REMINDERS[0] * HOUR_MS))
    .orderBy('answer_by')
    .limit(200)
    .pluck<number[]>('id');
  let reminded = 0;
  for (const id of near) reminded += await db.transaction((trx) => remind(trx, context, { id, config }));
  return { reminded };
}

async function remind(
  trx: Knex.Transaction,
  context: RequestContext,
  { id, config }: { id: number; config: Config },
): Promise<number> {
  const dispute = await lockCase(trx, id);
  const { answer_by: deadline } = dispute;
  const hours = dueReminder(dispute, context.at);
  if (deadline === null || hours === null) return 0;
  await trx('disputes').where({ id }).update({ reminded_for: deadline, reminded_hours: hours });
  const people = await listRecipients(trx, id);
  for (const person of people) await mail(trx, context, { dispute, deadline, person, config });
  await AuditLogger.logOrThrow(
    trx,
    context,
    caseEntry(context, {
      action: 'dispute_reminded',
      dispute,
      details: { answer_by: deadline, count: people.length },
    }),
  );
  return 1;
}

/** The reminder whose hour has come and that was not sent for this last day; null: none. */
function dueReminder(dispute: CaseRow, at: Date): number | null {
  const { answer_by: deadline, reminded_for: told, reminded_hours: before } = dispute;
  if (!answerableStates.includes(dispute.state)) return null;
  if (deadline === null || deadline <= at) return null;
  const left = (deadline.getTime() - at.getTime()) / HOUR_MS;
  const due = REMINDERS.filter((hours) => left <= hours).at(-1) ?? null;
  const isTold = told?.getTime() === deadline.getTime() && before !== null && due !== null && before <= due;
  return isTold ? null : due;
}

interface Recipient {
  id: number;
  email: string;
  locale: Locale;
}

/** The operator who opened the case and another one; else the two who are here longest. */
function listRecipients(trx: Knex.Transaction, disputeId: number): Promise<Recipient[]> {
  return trx('users')
    .where({ role: 'operator' })
    .whereNull('deactivated_at')
    .orderByRaw('(users.id = (select opened_by from disputes where id = ?)) desc nulls last, users.id', [
      disputeId,
    ])
    .limit(2)
    .select<Recipient[]>(['id', 'email', 'locale']);
}

async function mail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { dispute: CaseRow; deadline: Date; person: Recipient; config: Config },
): Promise<void> {
  const { dispute, deadline, person, config } = input;
  const { t, when, locale } = formatFor(person.locale);
  const name = dispute.reference ?? String(dispute.id);
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: null,
      userId: person.id,
      to: person.email,
      locale,
      template: TEMPLATE,
      cause: { type: 'dispute', id: dispute.id },
      content: {
        subject: t('disputes.deadlineSubject', { name }),
        blocks: [
          { kind: 'text', text: t('disputes.deadlineText', { name, at: when(deadline) }) },
          {
            kind: 'text',
            text: t(`disputes.deadlineState_${dispute.state === 'frozen' ? 'frozen' : 'open'}`),
          },
          {
            kind: 'link',
            label: t('disputes.deadlineLink'),
            url: `${config.baseUrl}/admin/disputes/${String(dispute.id)}`,
            isSecret: false,
          },
        ],
      },
    },
  });
}
