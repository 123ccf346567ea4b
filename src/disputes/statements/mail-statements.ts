import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Config } from '../../config/config.ts';
import { DAY_MS, HOUR_MS } from '../../durations.ts';
import { startOfMonth } from '../../local-calendar.ts';
import { monthOf, type Month } from '../../month.ts';
import { hashSecret, newSecret } from '../../secret-token.ts';
import { findHeadAt } from '../../transparency/heads/handed-out/queries.ts';
import { findDeliveryProgress } from '../delivery/queries.ts';
import { listCompaniesToTell, listStatementPayments, listStatementReaders } from './queries.ts';
import { queueStatementMail } from './statement-mail.ts';

/** Companies in one run; the rest is next. */
const BATCH = 100;

/** A session takes minutes until a day after its end, and people read their mail in the morning. */
const WAIT_MS = DAY_MS + 9 * HOUR_MS;

/** Days for which the links of a statement are good. */
const LINK_DAYS = 60;

/**
 * Mails each company with paid time in the month before what it used and paid: to its admins, and to the
 * person who paid. Once for each month and company, from the second day of the next month on. A company that
 * cannot be dealt with does not keep the others waiting.
 */
export async function mailStatements(
  db: Knex,
  context: RequestContext,
  { config }: { config: Config },
): Promise<{ mailed: number }> {
  const { at } = context;
  const started = startOfMonth(at);
  const month = monthOf(monthOf(undefined, at).previous, at);
  const isPosted = (await findDeliveryProgress(db)).sessions_to >= month.to;
  if (!config.usageStatements || !isPosted || at.getTime() < started.getTime() + WAIT_MS)
    return { mailed: 0 };
  let mailed = 0;
  const broken: number[] = [];
  for (const companyId of await listCompaniesToTell(db, { ...month, limit: BATCH })) {
    try {
      mailed += await mailStatement(db, context, { companyId, month, config });
    } catch (error) {
      broken.push(companyId);
      context.log.error({ err: error, company_id: companyId }, 'a usage statement could not be mailed');
    }
  }
  if (broken.length > 0) throw new Error(`Not mailed: company ${broken.slice(0, 10).join(', ')}`);
  return { mailed };
}

/** Returns how many mails it wrote; 0 as well when another process was first. */
async function mailStatement(
  db: Knex,
  context: RequestContext,
  { companyId, month, config }: { companyId: number; month: Month; config: Config },
): Promise<number> {
  return db.transaction(async (trx) => {
    const payments = await listStatementPayments(trx, { companyId, from: month.from, to: month.to });
    const payerIds = payments.map(({ user_id: userId }) => userId);
    const readers = await listStatementReaders(trx, { companyId, payerIds });
    const [statement] = await trx('usage_statements')
      .insert({
        company_id: companyId,
        month: month.month,
        mailed_at: context.at,
        recipients: readers.length,
      })
      .onConflict(['company_id', 'month'])
      .ignore()
      .returning<{ id: number }[]>('id');
    if (statement === undefined) return 0;
    const head = await findHeadAt(trx, { companyId, at: context.at });
    const expiresAt = new Date(context.at.getTime() + LINK_DAYS * DAY_MS);
    for (const reader of readers) {
      const token = newSecret();
      await trx('usage_statement_links').insert({
        statement_id: statement.id,
        company_id: companyId,
        user_id: reader.id,
        token_hash: hashSecret(token),
        expires_at: expiresAt,
      });
      const told = reader.role === 'admin' ? payments : payments.filter((of) => of.user_id === reader.id);
      const facts = { statementId: statement.id, month, payments: told, head, token, expiresAt };
      await queueStatementMail(trx, context, { config, reader, ...facts });
    }
    await AuditLogger.log(trx, context, {
      action: 'usage_statement_mailed',
      success: true,
      resourceType: 'usage_statement',
      resourceId: statement.id,
      companyId,
      details: { month: month.month, recipients: readers.length },
    });
    return readers.length;
  });
}
