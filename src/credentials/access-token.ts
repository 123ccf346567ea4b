import { hashSecret, newSecret } from '../secret-token.ts';

/** The scopes of a token. Each token has at least one. */
export const tokenScopes = [
  'workspaces:read',
  'workspaces:write',
  'sessions:read',
  'sessions:write',
] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** The lifetimes of a token, in days. A year is the longest, so that a forgotten token ends by itself. */
export const tokenLifetimesDays = [7, 30, 90, 365] as const;

/**
 * `yac_` lets people and scanners of source code recognise a token that they find. Then come 256 random bits.
 */
const TOKEN = /^yac_[\w-]{43}$/;

/** A new token. The owner sees it once; it is never stored or logged. */
export function newAccessToken(): string {
  return `yac_${newSecret()}`;
}

/** True when `text` has the form of a token, whether or not that token exists. */
export function isAccessToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * The name of a token in workspace sessions and their evidence, in the place of a browser session. The name
 * is computed from the token's number, so anybody can check which token it was, and nobody learns anything
 * about its text.
 */
export function tokenSessionId(tokenId: number): string {
  return hashSecret(`access-token:${String(tokenId)}`);
}
