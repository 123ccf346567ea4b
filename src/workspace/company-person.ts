import type { RequestContext } from '../audit/request-context.ts';
import { Forbidden } from '../errors.ts';
import type { Visibility, Workspace } from './queries.ts';

/** A person who does something in the workspaces of their company. */
export interface CompanyPerson {
  userId: number;
  companyId: number;
  isAdmin: boolean;
}

/**
 * The person of the context with their company. Throws `Forbidden` for strangers and operators, who have no
 * workspaces.
 */
export function companyPerson(context: RequestContext, input: { isAdmin: boolean }): CompanyPerson {
  const { userId, companyId } = context;
  if (userId === null || companyId === null) throw new Forbidden({ message: 'not a person of a company' });
  return { userId, companyId, isAdmin: input.isAdmin };
}

/** A member sees their own workspaces, an admin all of the company's. */
export function visibilityOf(person: CompanyPerson): Visibility {
  return { companyId: person.companyId, ownerUserId: person.isAdmin ? null : person.userId };
}

/**
 * The audit details of an act on a workspace: its name, and whether somebody acted on another person's
 * workspace.
 */
export function workspaceDetails(
  workspace: Pick<Workspace, 'owner_user_id' | 'name' | 'port'>,
  person: CompanyPerson,
): Record<string, unknown> {
  const isOwner = workspace.owner_user_id === person.userId;
  return {
    name: workspace.name,
    port: workspace.port,
    ...(isOwner ? {} : { owner_user_id: workspace.owner_user_id, on_behalf: true }),
  };
}
