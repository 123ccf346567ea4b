import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { headBlocks } from '../../transparency/heads/handed-out/head-blocks.ts';
import { findHeadAt } from '../../transparency/heads/handed-out/queries.ts';
import { formatFor } from '../../web/format.ts';
import { kindOf } from '../consent/order.ts';
import { itemWords } from '../consent/order-values.ts';
import { findOrderConsent } from '../consent/queries.ts';
import { findFollowedOrder } from './queries.ts';

/** Counts up whenever the words around the texts change. */
const TEMPLATE = { name: 'order-terms', version: 3 };

/**
 * Writes the mail with everything that the buyer accepted, word for word and in the language in which it was
 * shown: the durable medium on which consumers must have it. Returns its id, or null for an order from before
 * texts were kept.
 */
export async function queueTermsMail(
  trx: Knex.Transaction,
  context: RequestContext,
  { paymentId, config }: { paymentId: number; config: Config },
): Promise<number | null> {
  const consent = await findOrderConsent(trx, paymentId);
  const order = await findFollowedOrder(trx, paymentId);
  if (consent === undefined || order === undefined) return null;
  const format = formatFor(consent.locale);
  const { t, money, when, locale } = format;
  const item = itemWords(format, { kind: kindOf(order.price_facts), plan: order.plan });
  const head = await findHeadAt(trx, { companyId: order.company_id, at: context.at });
  return queueMail(trx, context, {
    config,
    mail: {
      companyId: order.company_id,
      userId: order.user_id,
      to: order.email,
      locale,
      template: TEMPLATE,
      cause: { type: 'payment', id: paymentId },
      content: {
        subject: t('consent.mailSubject', { item, total: money(order.amount_minor, order.currency) }),
        blocks: [
          { kind: 'text', text: t('consent.mailHello', { name: order.full_name }) },
          { kind: 'text', text: t('consent.mailIntro', { at: when(consent.accepted_at) }) },
          {
            kind: 'facts',
            rows: [
              [t('consent.mailOrder'), order.merchant_oid],
              [t('consent.mailHash'), consent.text_sha256],
            ],
          },
          { kind: 'text', text: t('consent.mailBegins') },
          // Blocks are joined by an empty line, as the paragraphs of the text are: it comes out word for
          // word.
          ...paragraphs(consent.terms_text),
          ...(consent.card_terms_text === null || consent.card_text_sha256 === null
            ? []
            : [
                { kind: 'text' as const, text: t('consent.mailCardBegins') },
                {
                  kind: 'facts' as const,
                  rows: [[t('consent.mailCardHash'), consent.card_text_sha256] as [string, string]],
                },
                ...paragraphs(consent.card_terms_text),
              ]),
          ...headBlocks(head, format, config),
        ],
      },
    },
  });
}

function paragraphs(text: string): { kind: 'text'; text: string }[] {
  return text.split('\n\n').map((paragraph) => ({ kind: 'text', text: paragraph }));
}
