import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';
import { NotFound } from '../../errors.ts';
import { recordOperatorLook, type AdminScope } from '../../people/company-scope.ts';
import { parseId } from '../../web/list-input.ts';
import { findCase, type DisputeCase } from '../queries.ts';

/**
 * The case of an address (`id`): of any company for operators, whose look is a row that the company's admin
 * sees, else of one's own. Throws `NotFound` for any other.
 */
export async function findRequestedCase(
  db: Knex,
  context: RequestContext,
  { id, scope: { company, isOperator } }: { id: unknown; scope: AdminScope },
): Promise<DisputeCase> {
  const disputeId = parseId(id);
  const companyId = isOperator ? null : (company?.id ?? null);
  if (disputeId === null || (!isOperator && companyId === null)) throw new NotFound();
  const dispute = await findCase(db, { companyId, disputeId });
  if (dispute === undefined) throw new NotFound();
  if (isOperator && company?.id !== dispute.company_id)
    await recordOperatorLook(db, context, dispute.company_id);
  return dispute;
}

/** The address of a case, and of what this room adds below it. */
export function caseUrl({ id }: Pick<DisputeCase, 'id'>, below = ''): string {
  return `/admin/disputes/${String(id)}${below}`;
}
