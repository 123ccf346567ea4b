import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import type { MailBlock } from '../../mail/mail-content.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import type { Month } from '../../month.ts';
import { headBlocks } from '../../transparency/heads/handed-out/head-blocks.ts';
import { formatFor, type Format } from '../../web/format.ts';
import type { StatementPayment, StatementReader } from './queries.ts';

/** Counts up whenever the words change. */
const STATEMENT = { name: 'usage-statement', version: 2 };

/** Writes the statement of a month for one reader into the outbox, with the reader's own links. */
export async function queueStatementMail(
  trx: Knex.Transaction,
  context: RequestContext,
  input: {
    config: Config;
    reader: StatementReader;
    statementId: number;
    month: Month;
    payments: StatementPayment[];
    head: string | null;
    token: string;
    expiresAt: Date;
  },
): Promise<void> {
  const { config, reader, month, payments, head, token, expiresAt } = input;
  const format = formatFor(reader.locale);
  const { t, when } = format;
  const name = monthName(format, month.from);
  const link = (what: 'not-me' | 'cancel'): string => `${config.baseUrl}/statement/${token}/${what}`;
  await queueMail(trx, context, {
    config,
    mail: {
      companyId: reader.company_id,
      userId: reader.id,
      to: reader.email,
      locale: format.locale,
      template: STATEMENT,
      cause: { type: 'usage-statement', id: input.statementId },
      secret: { note: t('usageStatements.secretNote'), usefulUntil: expiresAt },
      content: {
        subject: t('usageStatements.subject', { month: name }),
        blocks: [
          { kind: 'text', text: t('usageStatements.hello', { name: reader.full_name }) },
          { kind: 'text', text: t('usageStatements.intro', { month: name, company: reader.company_name }) },
          ...payments.map((payment): MailBlock => ({ kind: 'facts', rows: paymentRows(format, payment) })),
          { kind: 'text', text: t('usageStatements.bounds') },
          { kind: 'text', text: t('usageStatements.nothingToDo', { date: when(expiresAt, 'day') }) },
          { kind: 'link', label: t('usageStatements.notMeLink'), url: link('not-me'), isSecret: true },
          ...(reader.role === 'admin'
            ? [
                {
                  kind: 'link' as const,
                  label: t('usageStatements.cancelLink'),
                  url: link('cancel'),
                  isSecret: true,
                },
              ]
            : []),
          ...headBlocks(head, format, config),
          { kind: 'text', text: t('usageStatements.contact', { contact: config.seller.email }) },
          { kind: 'text', text: config.seller.name },
        ],
      },
    },
  });
}

/** A payment in words, for the mail and for the pages behind its links. */
export function paymentRows(
  { t, when, money, duration }: Format,
  payment: StatementPayment,
): [label: string, value: string][] {
  const { plan, sessions, kind } = payment;
  return [
    [
      t(kind === 'upgrade' ? 'usageStatements.upgradeTo' : 'usageStatements.plan'),
      t('usageStatements.period', {
        plan: t(`common.plan_${plan}`),
        from: when(payment.from_at, 'day'),
        to: when(payment.to_at, 'day'),
      }),
    ],
    [
      t('usageStatements.paid'),
      t('usageStatements.paidOn', {
        amount: money(payment.total_minor, payment.currency),
        date: when(payment.paid_at, 'day'),
        invoice: payment.invoice_no,
      }),
    ],
    [
      t('usageStatements.used'),
      sessions === 0
        ? t('usageStatements.notUsed')
        : t('usageStatements.usedBetween', {
            sessions,
            least: duration(payment.person_proven_seconds),
            most: duration(payment.person_at_most_seconds),
          }),
    ],
    ...(payment.last_use_at === null
      ? []
      : [[t('usageStatements.lastUse'), when(payment.last_use_at)] as [string, string]]),
  ];
}

/** The month that begins at `from`, as in "June 2026". */
export function monthName({ locale, timeZone }: Format, from: Date): string {
  const language = locale === 'tr' ? 'tr-TR' : 'en-GB';
  return new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone }).format(from);
}
