import type { Express } from 'express';
import supertest, { type Response } from 'supertest';
import type { Visitor } from '../support/visitor.ts';

/** A browser at a workspace's host: knows its name and the cookies it has there. */
export interface Guest {
  host: string;
  cookie: string;
}

/** A ticket, and the cookie of the browser that fetched it. */
interface Ticket {
  url: URL;
  nonce: string;
}

/** Presses "open in browser", or opens a port, and returns where that leads. */
export async function beginEntry(visitor: Visitor, workspaceId: number, port?: number): Promise<URL> {
  const form = port === undefined ? {} : { port: String(port) };
  const response = await visitor.post(`/workspace/${String(workspaceId)}/enter`, form);
  if (response.status !== 303) throw new Error(`no entry: ${String(response.status)}`);
  return new URL(response.headers.location as string);
}

/** Goes where the app leads on the way in, with the cookies that the browser has there. */
export async function goToHost(app: Express, url: URL, guest: Partial<Guest> = {}): Promise<Response> {
  const { host = url.host, cookie } = guest;
  return supertest(app)
    .get(pathOf(url))
    .set({ host, accept: 'text/html', ...(cookie === undefined ? {} : { cookie }) });
}

/** The way in as far as the ticket: the button, the cookie from the workspace's host, and back in the app. */
export async function askTicket(
  app: Express,
  visitor: Visitor,
  workspaceId: number,
  port?: number,
): Promise<Ticket> {
  const atHost = await goToHost(app, await beginEntry(visitor, workspaceId, port));
  const back = await visitor.get(pathOf(new URL(atHost.headers.location as string)));
  if (back.status !== 303) throw new Error(`no ticket: ${String(back.status)}`);
  return { url: new URL(back.headers.location as string), nonce: cookieOf(atHost) ?? '' };
}

/** Goes where a ticket leads, in the browser that fetched it. `at` differs from that. */
export async function exchange(
  app: Express,
  { url, nonce }: Ticket,
  at: Partial<Guest> = {},
): Promise<Response> {
  return goToHost(app, url, { cookie: nonce, ...at });
}

/** Enters a workspace, or one of its ports, as a browser would: ticket, exchange, cookie. */
export async function enterWorkspace(
  app: Express,
  visitor: Visitor,
  workspaceId: number,
  port?: number,
): Promise<Guest> {
  const ticket = await askTicket(app, visitor, workspaceId, port);
  const response = await exchange(app, ticket);
  const cookie = cookieOf(response);
  if (cookie === null) throw new Error(`no cookie: ${String(response.status)}`);
  return { host: ticket.url.host, cookie };
}

/** The path and query of an address. */
export const pathOf = (url: URL): string => `${url.pathname}${url.search}`;

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
