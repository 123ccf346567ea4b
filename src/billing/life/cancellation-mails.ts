import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { mailAdmins, pageLink } from './mail-admins.ts';

/** Each counts up whenever the words of its mail change. */
const CANCELLED = { name: 'subscription-cancelled', version: 1 };
const RESUMED = { name: 'subscription-resumed', version: 1 };

/** Confirms a cancellation to the admins: who did it, from when on, and until when it can be taken back. */
export async function mailCancellation(
  trx: Knex.Transaction,
  context: RequestContext,
  input: { companyId: number; config: Config; by: string; cancelsAt: Date; canResumeUntil: Date | null },
): Promise<void> {
  const { companyId, config, by, cancelsAt, canResumeUntil } = input;
  await mailAdmins(trx, context, {
    companyId,
    config,
    template: CANCELLED,
    words: ({ t, when }) => ({
      subject: t('life.cancelledSubject', { date: when(cancelsAt, 'day') }),
      blocks: [
        { kind: 'text', text: t('life.cancelledBody') },
        {
          kind: 'facts',
          rows: [
            [t('life.factBy'), by],
            [t('life.factRequested'), when(context.at)],
            [t('life.factEnds'), when(cancelsAt)],
          ],
        },
        { kind: 'text', text: t('life.closedMeans') },
        ...(canResumeUntil === null
          ? []
          : [pageLink(config, t('life.resumeLink', { date: when(canResumeUntil) }), '/billing')]),
      ],
    }),
  });
}

/** Confirms to the company's admins that a cancellation was taken back. */
export async function mailResumption(
  trx: Knex.Transaction,
  context: RequestContext,
  { companyId, config, by, until }: { companyId: number; config: Config; by: string; until: Date },
): Promise<void> {
  await mailAdmins(trx, context, {
    companyId,
    config,
    template: RESUMED,
    words: ({ t, when }) => ({
      subject: t('life.resumedSubject'),
      blocks: [
        { kind: 'text', text: t('life.resumedBody', { by, date: when(until) }) },
        pageLink(config, t('life.billingLink'), '/billing'),
      ],
    }),
  });
}
