import type { Express } from 'express';
import supertest, { type Response } from 'supertest';
import type { Visitor } from '../support/visitor.ts';

/** A browser at a workspace's host: knows its name and the cookies it has there. */
export interface Guest {
  host: string;
  cookie: string;
}

/** Presses "open in browser" and returns where that leads. */
export async function askTicket(visitor: Visitor, workspaceId: number): Promise<URL> {
  const response = await visitor.post(`/workspace/${String(workspaceId)}/enter`);
  if (response.status !== 303) throw new Error(`no ticket: ${String(response.status)}`);
  return new URL(response.headers.location as string);
}

/** Goes where a ticket leads, with the cookie that the browser has there. */
export async function exchange(app: Express, url: URL, host = url.host, cookie?: string): Promise<Response> {
  return supertest(app)
    .get(`${url.pathname}${url.search}`)
    .set({ host, accept: 'text/html', ...(cookie === undefined ? {} : { cookie }) });
}

/** Enters a workspace as a browser would: ticket, exchange, cookie. */
export async function enterWorkspace(app: Express, visitor: Visitor, workspaceId: number): Promise<Guest> {
  const url = await askTicket(visitor, workspaceId);
  const response = await exchange(app, url);
  const cookie = cookieOf(response);
  if (cookie === null) throw new Error(`no cookie: ${String(response.status)}`);
  return { host: url.host, cookie };
}

/** Name and value of the cookie that an answer sets. */
export function cookieOf(response: Response): string | null {
  const header = (response.headers['set-cookie'] as unknown as string[] | undefined)?.[0];
  return header?.split(';')[0] ?? null;
}

/** Asks as Traefik or Caddy would. */
export async function askForwardAuth(
  app: Express,
  guest: Partial<Guest>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return supertest(app)
    .get('/workspace/forward-auth')
    .set({
      ...(guest.host === undefined ? {} : { 'x-forwarded-host': guest.host }),
      ...(guest.cookie === undefined ? {} : { cookie: guest.cookie }),
      ...headers,
    });
}
