import { once } from 'node:events';
import { Agent, createServer, type Server } from 'node:http';
import type { Express } from 'express';
import supertest, { type Response, type Test } from 'supertest';

const TOKEN = /name="_csrf" value="([^"]+)"/;
const POST_FORM = /<form\b[^>]*method="post"[^>]*action="([^"]*)"[\s\S]*?<\/form>/g;

/** The time of printing on a page: the only difference between two copies of the same page. */
export const PRINTED_AT = /<time[^>]* data-printed>[^<]*<\/time>/g;

/** The servers of the apps that `listenForVisitors` has been asked for. */
const servers = new WeakMap<Express, { server: Server; connections: Agent }>();

/**
 * Starts one server for all visitors of an app, who keep their connections as browsers do: without it
 * supertest opens and closes a server and a connection for every request.
 */
export async function listenForVisitors(app: Express): Promise<{ close(): Promise<void> }> {
  const server = createServer(app).listen(0, '127.0.0.1');
  // A connection that ends while a request is on its way would fail it.
  server.keepAliveTimeout = 0;
  await once(server, 'listening');
  const connections = new Agent({ keepAlive: true });
  servers.set(app, { server, connections });
  return {
    close: async () => {
      servers.delete(app);
      connections.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** A page that everybody gets, with the form token in its head. */
const CHEAP_PAGE = '/nowhere';
const HTML = { accept: 'text/html' };

type Fields = Record<string, string | number | boolean | string[] | undefined>;

/**
 * A browser without a screen: keeps cookies, and follows redirects only on request. Sends the token of the
 * form that it submits, or, for a form that it has not seen, the token of the newest page.
 */
export class Visitor {
  readonly #agent: ReturnType<typeof supertest.agent>;
  readonly #connections: Agent | undefined;
  #formToken: string | null = null;
  /** Form tokens by the address of the form. A form without a token has an empty one. */
  #forms = new Map<string, string>();
  headers: Record<string, string>;

  /** `app` may be the address of an app that runs elsewhere. `connections` says how it is reached. */
  constructor(app: Express | string, headers: Record<string, string> = {}, connections?: Agent) {
    const listening = typeof app === 'string' ? undefined : servers.get(app);
    this.#agent = supertest.agent(listening?.server ?? app);
    this.#connections = connections ?? listening?.connections;
    // Packing and unpacking each page would take a fifth of all the time that a request takes.
    this.headers = {
      ...{ 'accept-language': 'en', accept: 'text/html', 'accept-encoding': 'identity' },
      ...headers,
    };
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#remember(await this.rawGet(path).set(headers));
  }

  /**
   * Posts a form with a valid form token, after opening a page when none was seen. `_csrf` in `fields`
   * overrides it.
   */
  async post(path: string, fields: Fields = {}, headers: Record<string, string> = {}): Promise<Response> {
    const body = { _csrf: this.#forms.get(path) ?? (await this.#token()), ...fields };
    const defined = JSON.parse(JSON.stringify(body)) as Fields;
    return this.#remember(await this.rawPost(path).type('form').set(headers).send(defined));
  }

  /** A POST with this visitor's cookies and nothing else. */
  rawPost(path: string): Test {
    return this.#by(this.#agent.post(path));
  }

  /** A DELETE with this visitor's cookies and nothing else. */
  rawDelete(path: string): Test {
    return this.#by(this.#agent.delete(path));
  }

  /** Gives this browser the cookie of one that signed in before. */
  setDevice(token: string): void {
    this.setCookie('yac_device', token);
  }

  setCookie(name: string, value: string): void {
    this.#agent.jar.setCookie(`${name}=${value}; path=/`, '127.0.0.1', '/');
  }

  /** The form token of pages that this visitor would see. */
  setFormToken(token: string): void {
    this.#formToken = token;
  }

  async head(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#by(this.#agent.head(path)).set(headers);
  }

  /** A GET for streams and downloads: add a parser, then await. */
  rawGet(path: string): Test {
    return this.#by(this.#agent.get(path));
  }

  /** Follows redirects by hand, at most five. */
  async follow(response: Response): Promise<Response> {
    let current = response;
    for (let hop = 0; hop < 5 && current.status >= 300 && current.status < 400; hop += 1) {
      current = await this.get(current.headers.location as string);
    }
    return current;
  }

  #by(test: Test): Test {
    const sent = test.set(this.headers);
    return this.#connections === undefined ? sent : sent.agent(this.#connections);
  }

  async #token(): Promise<string> {
    return this.#formToken ?? tokenIn(await this.get(CHEAP_PAGE, HTML)) ?? '';
  }

  #remember(response: Response): Response {
    // A sign-in or sign-out creates a new session and with it a new form token.
    const token = tokenIn(response);
    if (token !== null) {
      if (token !== this.#formToken) this.#forms.clear();
      this.#formToken = token;
      for (const [form, action = ''] of response.text.matchAll(POST_FORM))
        this.#forms.set(action.replaceAll('&amp;', '&'), TOKEN.exec(form)?.[1] ?? '');
    } else if (response.headers['set-cookie'] !== undefined && response.status === 303) {
      this.#formToken = null;
      this.#forms.clear();
    }
    return response;
  }
}

/** The form token of the first form of a page. Null when there is none. */
export function tokenIn(response: Response): string | null {
  return TOKEN.exec(response.text)?.[1] ?? null;
}
