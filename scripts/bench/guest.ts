import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { signalGroup } from '../../src/workspace/runtime/process-identity.ts';
import { findRecorded, foldersOf } from '../../src/workspace/runtime/workspace-folders.ts';
import type { AppProcess } from './app-process.ts';
import { postForm, type Browser } from './browser.ts';
import type { Lab } from './lab.ts';

/** Where the workspaces of the benchmark are. */
export const WORKSPACE_DOMAIN = 'workspaces.example.net';

/** What a browser sends with each request to a workspace's host. */
export interface Guest {
  host: string;
  headers: Record<string, string>;
}

/**
 * Starts the program of the person's workspace, which has the person's number, from its page. In production it outlives the app:
 * it is ended with the lab.
 */
export async function startWorkspace(lab: Lab, app: AppProcess, browser: Browser): Promise<void> {
  lab.onClose(async () => {
    // While it runs, the app starts anew what ends.
    await app.stop();
    const program = findRecorded(foldersOf(join(app.folder, 'workspaces'), browser.person));
    if (program !== undefined) signalGroup(program, 'SIGKILL');
  });
  await postForm(app.url, `/workspace/${String(browser.person)}/start`, browser, 303);
}

/** Enters the person's workspace as a browser does: ticket, exchange, cookie. Throws when there is no way in. */
export async function enterWorkspace(app: AppProcess, browser: Browser): Promise<Guest> {
  const ticket = await postForm(app.url, `/workspace/${String(browser.person)}/enter`, browser, 303);
  const url = new URL(ticket.headers.get('location') ?? '', app.url);
  if (!url.hostname.endsWith(WORKSPACE_DOMAIN)) throw new Error(`no ticket: ${url.href}`);
  const headers = { ...browser.headers };
  delete headers['cookie'];
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const path = `${url.pathname}${url.search}`;
    request(app.url + path, { headers: { ...headers, host: url.host } }, resolve)
      .once('error', reject)
      .end();
  });
  answer.resume();
  const [cookie] = answer.headers['set-cookie'] ?? [];
  if (cookie === undefined) throw new Error(`no pass: ${String(answer.statusCode)}`);
  return { host: url.host, headers: { ...headers, cookie: cookie.split(';')[0] ?? '' } };
}
