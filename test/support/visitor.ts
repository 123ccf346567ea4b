import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, type Server } from 'node:http';
import type { Express } from 'express';
import type { Knex } from 'knex';
import { TRUSTED_DEVICE } from './programs/second-factor.ts';
import supertest, { type Response, type Test } from 'supertest';

const TOKEN = /name="_csrf" value="([^"]+)"/;
const POST_FORM = /<form\b[^>]*method="post"[^>]*action="([^"]*)"[\s\S]*?<\/form>/g;

/** The time of printing on a page: the only difference between two copies of the same page. */
export const PRINTED_AT = /<time[^>]* data-printed>[^<]*<\/time>/g;

/** The servers and databases of the apps that `listenForVisitors` has been asked for. */
const servers = new WeakMap<Express, { server: Server; connections: Agent; db: Knex }>();

/**
 * Starts one server for all visitors of an app, who keep their connections as browsers do: without it
 * supertest opens and closes a server and a connection for every request.
 */
export async function listenForVisitors(app: Express, db: Knex): Promise<{ close(): Promise<void> }> {
  const server = createServer(app).listen(0, '127.0.0.1');
  // A connection that ends while a request is on its way would fail it.
  server.keepAliveTimeout = 0;
  await once(server, 'listening');
  const connections = new Agent({ keepAlive: true });
  servers.set(app, { server, connections, db });
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

/** The password of every person that test/support/programs/build.ts creates. */
export const PASSWORD = 'correct horse battery staple';

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
    this.#agent.jar.setCookie(`yac_device=${token}; path=/`, '127.0.0.1', '/');
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

/**
 * A visitor who has signed in through the form. An operator is spared the second factor in that browser, and
 * has just given a fresh proof all the same, unless the app runs elsewhere. Throws when the sign-in failed.
 */
export async function signIn(
  app: Express | string,
  person: { email: string; password?: string; role?: string },
  headers: Record<string, string> = {},
  connections?: Agent,
): Promise<Visitor> {
  const visitor = new Visitor(app, headers, connections);
  if (person.role === 'operator') visitor.setDevice(TRUSTED_DEVICE);
  await visitor.get('/auth/login');
  const response = await visitor.post('/auth/login', {
    email: person.email,
    password: person.password ?? PASSWORD,
  });
  if (response.status !== 303)
    throw new Error(`sign-in of ${person.email} answered ${String(response.status)}`);
  if (person.role === 'operator' && typeof app !== 'string') await giveProof(app, response);
  return visitor;
}

/** Notes in the browser session of a sign-in that a second factor was given a moment ago. */
async function giveProof(app: Express, response: Response): Promise<void> {
  const [, sid = ''] = /\byac=s%3A([^.]+)/.exec(String(response.headers['set-cookie'])) ?? [];
  const proof = JSON.stringify({ at: Date.now(), by: 'second-factor' });
  await servers
    .get(app)
    ?.db('browser_sessions')
    .where('sid', createHash('sha256').update(sid).digest('hex'))
    .update({ sess: servers.get(app)?.db.raw(`jsonb_set(sess, '{proof}', ?::jsonb)`, [proof]) });
}
