import { z } from 'zod';
import { line } from '../auth/input.ts';
import { tokenLifetimesDays, tokenScopes, type TokenScope } from './access-token.ts';

/** The tick of each scope in the form of `/auth/tokens`. */
export const scopeFields = {
  'workspaces:read': 'workspacesRead',
  'workspaces:write': 'workspacesWrite',
  'sessions:read': 'sessionsRead',
  'sessions:write': 'sessionsWrite',
} as const satisfies Record<TokenScope, string>;

const tick = z.literal('on').optional().catch(undefined);

/** The form of `/auth/tokens`: the purpose of the token, its scopes, and its lifetime in days. */
export const accessTokenForm = z
  .object({
    name: line(60, 'tokens.nameMissing'),
    days: z.enum(tokenLifetimesDays.map(String), { error: 'errors.choose' }).transform(Number),
    workspacesRead: tick,
    workspacesWrite: tick,
    sessionsRead: tick,
    sessionsWrite: tick,
  })
  .transform(({ name, days, ...ticks }) => ({
    name,
    days,
    scopes: tokenScopes.filter((scope) => ticks[scopeFields[scope]] === 'on'),
  }))
  .refine(({ scopes }) => scopes.length > 0, { error: 'tokens.scopesMissing', path: ['workspacesRead'] });

const rowId = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number);

/** `:id` of a token or key in an address. */
export const addressWithId = z.object({ id: rowId });

/** The start of a page of the list of tokens. Anything unreadable means the first page. */
export const tokenPage = z
  .object({ before: rowId.optional().catch(undefined), after: rowId.optional().catch(undefined) })
  .transform(({ before, after }) => (after === undefined ? { next: before } : { prev: after }));
