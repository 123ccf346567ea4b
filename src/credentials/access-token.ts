import { hashSecret, newSecret } from '../secret-token.ts';

/** What a token may be allowed; a token has one of these at least. */
export const tokenScopes = [
  'workspaces:read',
  'workspaces:write',
  'sessions:read',
  'sessions:write',
] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** For how long a token may be made, in days. A year is the longest: one that is forgotten ends by itself. */
export const tokenLifetimesDays = [7, 30, 90, 365] as const;

/** `yac_` lets people and scanners of source code recognise what they have found; then 256 random bits. */
const TOKEN = /^yac_[\w-]{43}$/;

/** A new token. Shown once to its owner, never stored, never logged. */
export function newAccessToken(): string {
  return `yac_${newSecret()}`;
}

/** True when `text` has the shape of a token, whether or not there is such a one. */
export function isAccessToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * What names a token where a browser session would stand, in workspace sessions and the evidence about them.
 * Made from its number, so that anybody can check which token it was, and nobody learns what is stored of its
 * text.
 */
export function tokenSessionId(tokenId: number): string {
  return hashSecret(`access-token:${String(tokenId)}`);
}
