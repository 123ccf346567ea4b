import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { contentAsText } from '../../mail/mail-content.ts';
import { queueMail } from '../../mail/queue-mail.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import { lockCase } from '../lock-case.ts';
import { addExhibit } from './add-exhibit.ts';
import { roundForNew } from './exhibit.ts';
import { countCustomerMails } from './queries.ts';
import { findCustomerFacts } from './customer-facts.ts';
import { customerMail, type CustomerWords } from './customer-mail.ts';

/** Counts up whenever the ready words change. */
const TEMPLATE = { name: 'dispute-withdrawal', version: 1 };

/** A mail to the customer of a case, as an operator has confirmed it. */
interface Asking {
  disputeId: number;
  locale: Locale;
  words: CustomerWords;
  /** How many such mails the operator has seen: with one more, somebody else has just sent one. */
  mailsBefore: number;
  /** The description of the copy among the exhibits. */
  description: string;
  config: Config;
}

/**
 * Asks the customer of a case to withdraw the objection: a mail in the outbox, a copy of it as an exhibit,
 * and the audit row, or none of them. A case that has ended asks nobody.
 */
export async function askCustomer(
  db: Knex,
  context: RequestContext,
  asking: Asking,
): Promise<{ ok: true; mailId: number } | { ok: false; reason: 'ended' | 'sent-meanwhile' }> {
  return db.transaction(async (trx) => {
    const dispute = await lockCase(trx, asking.disputeId);
    if (roundForNew(dispute) === null) return { ok: false, reason: 'ended' };
    if ((await countCustomerMails(trx, dispute.id)) !== asking.mailsBefore)
      return { ok: false, reason: 'sent-meanwhile' };
    const facts = await findCustomerFacts(trx, dispute.id);
    const { config, locale, words } = asking;
    const content = customerMail(formatFor(locale), { facts, words, config });
    const mailId = await queueMail(trx, context, {
      config,
      mail: {
        companyId: facts.company_id,
        userId: facts.payer_id,
        to: facts.payer_email,
        locale,
        template: TEMPLATE,
        cause: { type: 'dispute', id: dispute.id },
        content,
      },
    });
    await keepCopy(trx, context, { asking, mailId, text: contentAsText(content) });
    return { ok: true, mailId };
  });
}

/** The bytes of the mail as an exhibit. Its size is no reason to refuse: it has a few kilobytes. */
async function keepCopy(
  trx: Knex.Transaction,
  context: RequestContext,
  { asking, mailId, text }: { asking: Asking; mailId: number; text: string },
): Promise<void> {
  const mail = await trx('mails').where('mails.id', mailId).first<{ kept: Buffer } | undefined>('kept');
  if (mail === undefined) throw new Error('Bug! A mail that was just queued is not there');
  const outcome = await addExhibit(trx, context, {
    disputeId: asking.disputeId,
    exhibit: {
      kind: 'customer-mail',
      name: asking.words.subject,
      description: asking.description,
      proves: 'communication',
      file: { kind: 'eml', content: mail.kept, width: null, height: null, pages: null, text },
      received: mail.kept,
      mailId,
    },
    caseBytesMax: Number.MAX_SAFE_INTEGER,
  });
  if (!outcome.ok) throw new Error(`Bug! The copy of a mail was refused: ${outcome.reason}`);
}
