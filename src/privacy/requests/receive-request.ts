import type { Knex } from 'knex';
import { AuditLogger } from '../../audit/audit-logger.ts';
import type { RequestContext } from '../../audit/request-context.ts';
import type { Locale } from '../../web/locales/catalogues.ts';
import type { RequestChannel, RequestKind } from './input.ts';

interface ReceivedRequest {
  kind: RequestKind;
  channel: RequestChannel;
  /** Whoever is signed in and asks. Null for a request that came otherwise: its address tells whose it is. */
  person: { id: number; companyId: number | null; isConfirmed: boolean } | null;
  fullName: string;
  email: string;
  locale: Locale;
  words: string;
  receivedAt: Date;
}

/**
 * Writes down a request, whose clock the database starts at its receipt. A request that an operator enters
 * belongs to the account with its address, if somebody has confirmed that the address is theirs. A request by
 * the form comes from somebody who is signed in, which is the check of the identity once the address is
 * confirmed. Returns its number.
 */
export async function receiveRequest(
  db: Knex,
  context: RequestContext,
  input: ReceivedRequest,
): Promise<number> {
  return db.transaction(async (trx) => {
    const isOwn = input.channel === 'form';
    const isChecked = isOwn && input.person?.isConfirmed === true;
    const person = input.person ?? (await findPerson(trx, input.email));
    const checked = isChecked
      ? { identity_check: 'signed in', identity_by: person?.id, identity_at: context.at }
      : {};
    const [row] = await trx('data_requests')
      .insert({
        kind: input.kind,
        channel: input.channel,
        user_id: person?.id ?? null,
        company_id: person?.companyId ?? null,
        full_name: input.fullName,
        email: input.email,
        locale: input.locale,
        words: input.words,
        received_at: input.receivedAt,
        entered_by: isOwn ? null : context.userId,
        ...checked,
      })
      .returning<{ id: number }[]>('id');
    if (row === undefined) throw new Error('Bug! An insert returned no row');
    await AuditLogger.log(trx, context, {
      action: 'data_request_received',
      success: true,
      resourceType: 'data_request',
      resourceId: row.id,
      companyId: person?.companyId ?? null,
      details: { kind: input.kind, channel: input.channel },
    });
    return row.id;
  });
}

async function findPerson(
  trx: Knex.Transaction,
  email: string,
): Promise<{ id: number; companyId: number | null } | null> {
  const row = await trx('users')
    .where({ email, holds_email: true })
    .where((query) => query.whereNotNull('email_confirmed_at').orWhere('role', 'operator'))
    .first<{ id: number; company_id: number | null } | undefined>(['id', 'company_id']);
  return row === undefined ? null : { id: row.id, companyId: row.company_id };
}
