import type { SignedInUser } from '../../auth/require-user.ts';
import { Forbidden } from '../../errors.ts';

/** The admin of a company who asks. The guards before these routes let nobody else pass. */
export function companyAdmin({
  user,
}: {
  user?: SignedInUser | undefined;
}): SignedInUser & { company_id: number } {
  if (user === undefined || user.company_id === null) throw new Forbidden();
  return { ...user, company_id: user.company_id };
}
