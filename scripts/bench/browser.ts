import { BENCH_PASSWORD, emailOf } from './data/fill-people.ts';

/** A signed-in browser: what it sends with every request. */
export interface Browser {
  person: number;
  headers: Record<string, string>;
  /** For forms; scripts send it as `x-csrf-token`. */
  formToken: string;
}

/** Argon2 keeps a core busy, so more at once are no quicker. */
const SIGN_INS_AT_ONCE = 4;

/** Signs each person in over HTTP, with the form, once. Throws when one is refused. */
export async function signInAll(appUrl: string, people: readonly number[]): Promise<Browser[]> {
  const browsers = new Map<number, Browser>();
  const queue = [...people];
  await Promise.all(
    Array.from({ length: SIGN_INS_AT_ONCE }, async () => {
      for (let person = queue.shift(); person !== undefined; person = queue.shift()) {
        browsers.set(person, await signIn(appUrl, person));
      }
    }),
  );
  return people.flatMap((person) => browsers.get(person) ?? []);
}

/** Signs one person in. */
export async function signIn(appUrl: string, person: number): Promise<Browser> {
  const headers = addressHeaders(person);
  const form = await fetch(`${appUrl}/auth/login`, { headers });
  const cookies = new Map(readCookies(form));
  const answer = await fetch(`${appUrl}/auth/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...headers, cookie: cookieHeader(cookies) },
    body: new URLSearchParams({
      email: emailOf(person),
      password: BENCH_PASSWORD,
      _csrf: formTokenIn(await form.text()),
    }),
  });
  if (answer.status !== 303)
    throw new Error(`the sign-in of ${emailOf(person)} answered ${String(answer.status)}`);
  for (const [name, value] of readCookies(answer)) cookies.set(name, value);
  const signedIn = { ...headers, cookie: cookieHeader(cookies) };
  const page = await fetch(`${appUrl}/legal/terms`, { headers: signedIn });
  return { person, headers: signedIn, formToken: formTokenIn(await page.text()) };
}

/**
 * Posts a form of a signed-in browser, follows nothing, and returns the answer. Throws unless it has
 * `expectedStatus`.
 */
export async function postForm(
  appUrl: string,
  path: string,
  browser: Browser,
  expectedStatus: number,
): Promise<Response> {
  const answer = await fetch(appUrl + path, {
    method: 'POST',
    redirect: 'manual',
    headers: browser.headers,
    body: new URLSearchParams({ _csrf: browser.formToken }),
  });
  await answer.arrayBuffer();
  if (answer.status !== expectedStatus) throw new Error(`POST ${path} answered ${String(answer.status)}`);
  return answer;
}

/** The header that the proxy in front of the app adds. */
export function addressHeaders(person: number): Record<string, string> {
  return {
    'x-forwarded-for': `203.0.${String(person >> 8)}.${String(person & 255)}`,
    'x-forwarded-proto': 'https',
    'user-agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'accept-language': 'en',
    accept: 'text/html',
  };
}

export function readCookies(answer: Response): [string, string][] {
  return answer.headers.getSetCookie().map((cookie) => {
    const [pair = ''] = cookie.split(';');
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

export function cookieHeader(cookies: Map<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

export function formTokenIn(html: string): string {
  const token = /name="_csrf" value="([^"]+)"/.exec(html)?.[1];
  if (token === undefined) throw new Error('a page without a form token');
  return token;
}
