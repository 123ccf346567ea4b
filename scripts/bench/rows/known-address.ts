import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';
import { startApp, type AppProcess } from '../apps/app-process.ts';
import { addressHeaders, cookieHeader, formTokenIn, readCookies } from '../browser.ts';
import { emailOf } from '../data/fill-people.ts';
import type { Lab } from '../lab.ts';
import type { BenchRow, Outcome } from '../outcome.ts';
import { median, percentile, separation } from '../statistics.ts';

/** Tries of one form in all rounds, half of them with the address of an account. */
const TRIES = 400;

/**
 * Two samples of 200 from one distribution lie further apart in one run of a hundred: 2.58 standard errors of
 * Mann and Whitney's U.
 */
const MAX_SEPARATION = 0.075;

/** A form of strangers, and what is typed into it beside the address. */
interface StrangersForm {
  name: string;
  path: string;
  status: number;
  fields(nth: number): Record<string, string>;
}

const forms: StrangersForm[] = [
  { name: 'sign-in', path: '/auth/login', status: 422, fields: () => ({ password: 'not the right one' }) },
  { name: 'forgot', path: '/auth/forgot', status: 200, fields: () => ({}) },
  {
    name: 'register',
    path: '/auth/register',
    status: 303,
    fields: (nth) => ({
      companyName: `Stranger ${String(nth)}`,
      subdomain: `stranger-${String(nth)}`,
      fullName: 'A Stranger',
      password: 'a stranger with a long password',
      acceptTerms: 'on',
      acceptPrivacy: 'on',
    }),
  },
];

/** Whether a stranger can tell, by the time of an answer, that an address has an account. */
export const knownAddress: BenchRow = {
  name: 'known-address',
  run: async (lab): Promise<Outcome[]> => {
    const database = await lab.peopleDatabase('known_address');
    const mailServer = await takeMails(lab);
    const app = await startApp(lab, database, 'product', { SMTP_URL: mailServer });
    const outcomes: Outcome[] = [];
    for (const form of forms) outcomes.push(await compareAddresses(lab, app, form));
    await app.stop();
    return outcomes;
  },
};

async function compareAddresses(lab: Lab, app: AppProcess, form: StrangersForm): Promise<Outcome> {
  const perRound = Math.ceil(TRIES / 2 / lab.options.rounds);
  const known: Try[][] = [];
  const unknown: Try[][] = [];
  let nth = 0;
  // The first answers compile the code.
  for (let n = 0; n < 20; n += 1) await tryForm(app, form, `warm-up-${String(n)}@example.com`, (nth += 1));
  for (let round = 0; round < lab.options.rounds; round += 1) {
    known.push([]);
    unknown.push([]);
    for (const kind of shuffledKinds(perRound)) {
      nth += 1;
      const email = kind === 'known' ? emailOf((nth % 10_000) + 1) : `person-${String(nth)}@example.org`;
      (kind === 'known' ? known : unknown).at(-1)?.push(await tryForm(app, form, email, nth));
    }
  }
  return outcomeOf(form, known, unknown);
}

/**
 * As many of the one as of the other, in an order of chance. Pairs would not do: the second of each pair is
 * the kind that the first was not, and so comes after the other more often than after its own.
 */
function shuffledKinds(ofEach: number): ('known' | 'unknown')[] {
  const kinds = Array.from({ length: 2 * ofEach }, (_, n) => ({
    kind: n < ofEach ? ('known' as const) : ('unknown' as const),
    place: Math.random(),
  }));
  return kinds.sort((a, b) => a.place - b.place).map(({ kind }) => kind);
}

interface Try {
  answerMs: number;
  /** Time of a page asked for right after: work that goes on behind the answer would show in it. */
  nextMs: number;
}

async function tryForm(app: AppProcess, form: StrangersForm, email: string, nth: number): Promise<Try> {
  const headers = addressHeaders(nth);
  const page = await fetch(app.url + form.path, { headers });
  const cookie = cookieHeader(new Map(readCookies(page)));
  const html = await page.text();
  const body = new URLSearchParams({ ...hiddenFields(html), ...form.fields(nth), email });
  body.set('_csrf', formTokenIn(html));
  const startedAt = performance.now();
  const answer = await fetch(app.url + form.path, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...headers, cookie },
    body,
  });
  await answer.arrayBuffer();
  const answeredAt = performance.now();
  if (answer.status !== form.status)
    throw new Error(`${form.path} answered ${String(answer.status)} to ${email}`);
  await (await fetch(`${app.url}/auth/login`, { headers })).arrayBuffer();
  return { answerMs: answeredAt - startedAt, nextMs: performance.now() - answeredAt };
}

/** The versions of the legal texts that a form shows. */
function hiddenFields(html: string): Record<string, string> {
  const fields = html.matchAll(/<input type="hidden" name="(\w+Version)" value="([^"]+)">/g);
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value]));
}

function outcomeOf(form: StrangersForm, known: Try[][], unknown: Try[][]): Outcome {
  const times = (rounds: Try[][], of: keyof Try): number[] => rounds.flat().map((one) => one[of]);
  const latency = (rounds: Try[][]): { p50: number; p99: number } => ({
    p50: median(times(rounds, 'answerMs')),
    p99: percentile(times(rounds, 'answerMs'), 99),
  });
  const limit = (what: string, of: keyof Try): Outcome['limits'][number] => ({
    what: `${what}, known and unknown told apart (0 never, 0.5 always)`,
    unit: '',
    value: separation(times(known, of), times(unknown, of)),
    atMost: MAX_SEPARATION,
  });
  return {
    name: `known-address-${form.name}`,
    what: `POST ${form.path} with an address that has an account, median`,
    against: 'the same with an address that has none',
    unit: 'ms',
    subject: known.map((round) => median(round.map(({ answerMs }) => answerMs))),
    reference: unknown.map((round) => median(round.map(({ answerMs }) => answerMs))),
    target: null,
    limits: [limit('answer', 'answerMs'), limit('page after it', 'nextMs')],
    subjectLatency: latency(known),
    referenceLatency: latency(unknown),
    peakMemoryMiB: null,
    notes: [`${String(known.flat().length + unknown.flat().length)} tries, each from an address of its own`],
  };
}

/** A mail server that takes everything. Returns its address. */
async function takeMails(lab: Lab): Promise<string> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      stream.resume().once('end', () => {
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  lab.onClose(
    () =>
      new Promise<void>((done) => {
        server.close(done);
      }),
  );
  return `smtp://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
}
