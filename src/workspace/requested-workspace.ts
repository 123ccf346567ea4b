import type { Request } from 'express';
import { NotFound } from '../errors.ts';
import { addressWithId } from './input.ts';

/** Which workspace, and what its reader may do. An id that is no number is an address that does not exist. */
export function requestedWorkspace(req: Request): { workspaceId: number; isAdmin: boolean } {
  const address = addressWithId.safeParse(req.params);
  if (!address.success) throw new NotFound();
  return { workspaceId: address.data.id, isAdmin: req.user?.role === 'admin' };
}
