import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { signalGroup } from '../../../src/workspace/sandbox/process-identity.ts';
import { foldersOf } from '../../../src/config/data-folders.ts';
import { findRecorded } from '../../../src/workspace/runtime/workspace-folders.ts';
import type { AppProcess } from './app-process.ts';
import { postForm, type Browser } from '../browser.ts';
import type { Lab } from '../lab.ts';

/** Where the workspaces of the benchmark are. */
export const WORKSPACE_DOMAIN = 'workspaces.example.net';

/** The headers that a browser sends with each request to a workspace's host. */
export interface Guest {
  host: string;
  headers: Record<string, string>;
}

/**
 * Starts the program of the person's workspace, which has the person's number, from its page. In production
 * it outlives the app: it is ended with the lab.
 */
export async function startWorkspace(lab: Lab, app: AppProcess, browser: Browser): Promise<void> {
  lab.onClose(async () => {
    // A running app restarts programs that end.
    await app.stop();
    const program = findRecorded(foldersOf(join(app.folder, 'workspaces'), browser.person));
    if (program !== undefined) signalGroup(program, 'SIGKILL');
  });
  await postForm(app.url, `/workspace/${String(browser.person)}/start`, browser, 303);
}

/**
 * Enters the person's workspace as a browser does: to its host for a cookie, back to the app for a ticket,
 * and there again. Throws when there is no way in.
 */
export async function enterWorkspace(app: AppProcess, browser: Browser): Promise<Guest> {
  const begun = await postForm(app.url, `/workspace/${String(browser.person)}/enter`, browser, 303);
  const entry = new URL(begun.headers.get('location') ?? '', app.url);
  if (!entry.hostname.endsWith(WORKSPACE_DOMAIN)) throw new Error(`no entry: ${entry.href}`);
  const headers = { ...browser.headers };
  delete headers['cookie'];
  const atHost = await ask(app.url, entry, headers);
  const back = new URL(atHost.headers.location ?? '', app.url);
  const ticket = await ask(app.url, back, browser.headers);
  const url = new URL(ticket.headers.location ?? '', app.url);
  const answer = await ask(app.url, url, { ...headers, cookie: firstCookie(atHost) });
  return { host: url.host, headers: { ...headers, cookie: firstCookie(answer) } };
}

/** Requests a path from the app under any host name, and follows no redirect. */
async function ask(appUrl: string, url: URL, headers: Record<string, string>): Promise<IncomingMessage> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${appUrl}${url.pathname}${url.search}`, { headers: { ...headers, host: url.host } }, resolve)
      .once('error', reject)
      .end();
  });
  answer.resume();
  return answer;
}

function firstCookie(answer: IncomingMessage): string {
  const [cookie] = answer.headers['set-cookie'] ?? [];
  if (cookie === undefined) throw new Error(`no cookie: ${String(answer.statusCode)}`);
  return cookie.split(';')[0] ?? '';
}
