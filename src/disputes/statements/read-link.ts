import type { Knex } from 'knex';
import { monthOf, type Month } from '../../month.ts';
import { hashSecret } from '../../secret-token.ts';
import {
  findStatementLink,
  listStatementPayments,
  type StatementLink,
  type StatementPayment,
} from './queries.ts';

/** A link with its month and the payments that its reader may see. */
export interface ReadLink {
  link: StatementLink;
  month: Month;
  payments: StatementPayment[];
}

/**
 * The statement behind the secret of a link; undefined when the link is not good. An admin sees every payment
 * of the company, another reader those they made.
 */
export async function readLink(
  db: Knex,
  { token, at, forUpdate = false }: { token: string; at: Date; forUpdate?: boolean },
): Promise<ReadLink | undefined> {
  const link = await findStatementLink(db, { tokenHash: hashSecret(token), at, forUpdate });
  if (link === undefined) return undefined;
  const month = monthOf(link.month, at);
  const { reader } = link;
  const payments = await listStatementPayments(db, { companyId: reader.company_id, ...month });
  const seen = reader.role === 'admin' ? payments : payments.filter((of) => of.user_id === reader.id);
  return { link, month, payments: seen };
}
