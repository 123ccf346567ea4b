import { createHash, createHmac, createPrivateKey, type KeyObject } from 'node:crypto';
import { formatCheckpoint } from '../../../src/transparency/notes/checkpoint.ts';
import { noteSigner, signNote, vkeyOf } from '../../../src/transparency/notes/signed-note.ts';
import { consistencyProof } from '../../../src/transparency/tree/consistency.ts';
import { inclusionProof } from '../../../src/transparency/tree/inclusion.ts';
import { subsetHashes } from '../../../src/transparency/tree/subset.ts';
import type { Chance } from '../../faults/year/chance.ts';
import { plainLeaf, plainReader, plainRoot } from './plain-tree.ts';

/*
 * Makes evidence bundles with proofs, as the format says they are and without the code that exports them, so
 * that the verifiers can be tried on thousands of them.
 */

type Json = Record<string, unknown>;

const PERSONAL: Record<string, string[]> = {
  audit_log: ['ip_address', 'user_agent', 'request_path', 'details'],
  workspace_session: ['ip_address', 'user_agent'],
  legal_acceptance: ['ip_address', 'user_agent'],
  order_consent: ['ip_address', 'user_agent', 'browser_session'],
  payment_settlement: ['client_ip', 'user_agent'],
  payment_callback: [],
  invoice: ['buyer'],
  mail: ['recipient', 'subject'],
  hold: ['reference', 'reason'],
  log_entry: [],
};

/** RFC 8785, written down once more. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalText(inner)}`).join(',')}}`;
}

/** An Ed25519 key that is the same for the same seed. */
export function seededKey(chance: Chance): KeyObject {
  const seed = Buffer.from(Array.from({ length: 32 }, () => chance.below(256)));
  return createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
}

export interface MadeLeaf {
  type: string;
  leaf: string;
  disclosures: Record<string, string>;
}

/** The leaf of a record with all its disclosures, by the key of its person, company or platform. */
export function makeLeaf(type: string, company: number | null, fields: Json, key: Buffer): MadeLeaf {
  const secret = (field: string): string =>
    createHmac('sha256', key)
      .update(`${type}/${String(fields['id'])}/${field}`)
      .digest('base64url');
  const leaf: Json = { v: 1, type, company, blind: secret('') };
  const disclosures: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || !PERSONAL[type]!.includes(name)) leaf[name] = value;
    else disclosures[name] = Buffer.from(canonicalText([secret(name), name, value])).toString('base64url');
  }
  leaf['_sd'] = Object.values(disclosures)
    .map((disclosure) => createHash('sha256').update(disclosure).digest('base64url'))
    .sort();
  return { type, leaf: canonicalText(leaf), disclosures };
}

/** A log with a key, in memory. */
export class MadeLog {
  readonly leaves: MadeLeaf[] = [];
  readonly origin: string;
  readonly key: KeyObject;

  constructor(origin: string, key: KeyObject) {
    this.origin = origin;
    this.key = key;
  }

  get vkey(): string {
    return vkeyOf(this.origin, this.key);
  }

  add(leaf: MadeLeaf): number {
    return this.leaves.push(leaf) - 1;
  }

  hashes(size = this.leaves.length): Buffer[] {
    return this.leaves.slice(0, size).map(({ leaf }) => plainLeaf(leaf));
  }

  root(size = this.leaves.length): Buffer {
    return plainRoot(this.hashes(size));
  }

  checkpoint(size = this.leaves.length): string {
    const text = formatCheckpoint({ origin: this.origin, size, root: this.root(size) });
    return signNote(text, [noteSigner(this.origin, this.key)]);
  }

  /** The hashes of the largest subtrees without a shown leaf. */
  async subset(indices: number[]): Promise<Buffer> {
    const { read } = plainReader(this.hashes());
    const hashes: Buffer[] = [];
    for await (const hash of subsetHashes(indices, this.leaves.length, read)) hashes.push(hash);
    return Buffer.concat(hashes);
  }

  async consistency(oldSize: number): Promise<string[]> {
    const { read } = plainReader(this.hashes());
    const proof = await consistencyProof(oldSize, this.leaves.length, read);
    return proof.map((hash) => hash.toString('base64'));
  }

  async inclusion(index: number): Promise<string[]> {
    const { read } = plainReader(this.hashes());
    const proof = await inclusionProof(index, this.leaves.length, read);
    return proof.map((hash) => hash.toString('base64'));
  }
}

// The shape of a bundle is open here: tests change it in ways that no type allows.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Bundle = any;

const WITHHELD: Record<string, string[]> = {
  addresses: ['ip_address', 'client_ip'],
  browsers: ['user_agent'],
  details: ['details'],
};

/** An authority that stamps the hash of a head. */
type Stamp = (digest: Buffer) => { query: Buffer; reply: Buffer };

export interface MadeBundle {
  bundle: Bundle;
  /** A policy that trusts the log. */
  policy: string;
  log: MadeLog;
  /** Shown leaves, and those of them that the proof gives whole. */
  indices: number[];
}

const START = Date.parse('2026-03-01T08:00:00.000Z');
const COMPANY = 3;
const USER = 7;
const COLLEAGUE = 8;

/** A bundle of records taken by chance, with its proof. `leftOut`: kinds of fields that it is without. */
export async function makeBundle(chance: Chance, leftOut: string[] = [], stamp?: Stamp): Promise<MadeBundle> {
  const withheld = leftOut.flatMap((kind) => WITHHELD[kind] ?? []);
  const key = seededKey(chance);
  const log = new MadeLog(`log.example.com/log/${String(chance.below(1e6))}`, key);
  const platform = new MadeLog('log.example.com/log/platform', key);
  const keys = new Map([USER, COLLEAGUE, 0].map((id) => [id, bytes(chance, 32)]));
  const keyOf = (id: number | null): Buffer => keys.get(id ?? 0) ?? Buffer.alloc(32);
  let now = START + chance.below(1e9);
  const tick = (): string => new Date((now += 1 + chance.below(90_000))).toISOString();
  const given: { index: number; made: MadeLeaf; hide: string[] }[] = [];
  const ofPlatform: typeof given = [];
  const shown: number[] = [];
  const lists = {
    legal_acceptance: [] as Json[],
    audit_logs: [] as Json[],
    workspace_sessions: [] as Json[],
    payments: [] as Json[],
    invoices: [] as Json[],
  };
  const show = (made: MadeLeaf, hide?: string[]): number => {
    const index = log.add(made);
    shown.push(index);
    if (hide !== undefined) given.push({ index, made, hide });
    return index;
  };
  /** Of a record of this person: in the proof only when something is withheld. */
  const showOwn = (made: MadeLeaf, hide: string[]): number =>
    show(made, withheld.length > 0 || hide.length > 0 ? [...withheld, ...hide] : undefined);
  const without = (record: Json, hide: string[]): Json =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [name, hide.includes(name) ? null : value]),
    );
  const client = (): Json => ({ ip_address: chance.pick(ADDRESSES), user_agent: chance.pick(BROWSERS) });

  let id = 100 + chance.below(1000);
  const addAcceptance = (): void => {
    const record = {
      user_id: USER,
      kind: chance.pick(['terms', 'privacy']),
      version: '2026-01-15',
      locale: chance.pick(['tr', 'en']),
      content_sha256: hex(chance),
      accepted_at: tick(),
      request_id: hex(chance).slice(0, 12),
      ...client(),
    };
    show(makeLeaf('legal_acceptance', COMPANY, { id: ++id, ...record }, keyOf(USER)), withheld);
    const own = omit(record, 'user_id');
    lists.legal_acceptance.unshift({
      ...without(own, withheld),
      title: 'Kullanım koşulları',
      email: 'bob@example.com',
    });
  };
  const addAudit = (): void => {
    const actor = chance.happens(0.85) ? USER : COLLEAGUE;
    const isAboutOther = chance.happens(0.1);
    const record = {
      id: ++id,
      timestamp: tick(),
      user_id: actor,
      actor_type: 'user',
      action_type: chance.pick(['login', 'logout', 'workspace_access', 'profile_updated']),
      success: chance.happens(0.9),
      resource_type: chance.pick([null, 'user', 'workspace']),
      resource_id: chance.pick([null, '7', '12']),
      ...client(),
      request_method: chance.pick(['GET', 'POST', null]),
      request_path: chance.pick(['/auth/login', '/workspaces/şehir?a=1&b="2"', null]),
      request_id: hex(chance).slice(0, 12),
      details: chance.pick<Json | null>([
        { email: 'bob@example.com', attempts: chance.below(9), note: 'tab\tand "quotes" \\ \u2028' },
        { Z: 1.5, a: [1, { b: null, ü: true }], '10': 0, '9': -0.25 },
        {},
      ]),
      error_message: null,
    };
    const hide = actor === USER ? (isAboutOther ? ['details'] : []) : ['ip_address', 'user_agent'];
    const made = makeLeaf('audit_log', COMPANY, record, keyOf(actor));
    const index = actor === USER ? showOwn(made, hide) : show(made, [...withheld, ...hide]);
    const isGiven = given.at(-1)?.index === index;
    lists.audit_logs.unshift({ ...without(record, isGiven ? [...withheld, ...hide] : []), log_index: index });
  };
  const addSession = (): void => {
    const seconds = chance.below(4000);
    const connected = chance.pick([null, seconds]);
    const record = {
      id: ++id,
      workspace_id: 12,
      started_at: tick(),
      ended_at: new Date((now += seconds * 1000)).toISOString(),
      end_reason: chance.pick(['closed', 'idle']),
      duration_seconds: seconds,
      last_activity_at: tick(),
      activity_count: chance.below(50),
      interactive_seconds: chance.below(seconds + 1),
      ...client(),
      session_id: hex(chance),
      access_method: 'browser',
      on_behalf_of_user_id: null,
      connected_seconds: connected,
      active_seconds: connected === null ? null : Math.floor(connected / 3),
    };
    const index = showOwn(
      makeLeaf('workspace_session', COMPANY, { user_id: USER, ...record }, keyOf(USER)),
      [],
    );
    const minutes = (value: number | null): number | null => value && Math.floor(value / 60);
    lists.workspace_sessions.unshift({
      ...without(record, withheld),
      workspace_name: 'Ana çalışma alanı',
      connected_minutes: minutes(record.connected_seconds),
      active_minutes: minutes(record.active_seconds),
      log_index: index,
    });
  };
  const addPayment = (): void => {
    const payer = chance.happens(0.8) ? USER : COLLEAGUE;
    const paymentId = ++id;
    const merchantOid = `YAC${hex(chance).slice(0, 10)}`;
    const amount = 100 + chance.below(500_000);
    const isPaid = chance.happens(0.7);
    const hide = payer === USER ? withheld : ['client_ip', 'ip_address', 'user_agent', 'browser_session'];
    const text = `Mesafeli satış sözleşmesi ${hex(chance)}`;
    const consent = {
      payment_id: paymentId,
      user_id: payer,
      customer_type: 'company',
      locale: 'tr',
      documents: [
        { kind: 'distance-sales', version: '2026-01-15', locale: 'tr', content_sha256: hex(chance) },
      ],
      text_sha256: createHash('sha256').update(text).digest('hex'),
      html_sha256: hex(chance),
      boxes: [{ name: 'terms', wording: 'Okudum, kabul ediyorum' }],
      button: 'Ödemeyi yap',
      accepted_at: tick(),
      request_id: hex(chance).slice(0, 12),
      ...client(),
      browser_session: hex(chance),
    };
    show(makeLeaf('order_consent', COMPANY, { id: ++id, ...consent }, keyOf(payer)), hide);
    const status = chance.pick(isPaid ? ['success', 'success', 'refunded'] : ['failed', 'pending']);
    const { ip_address: client_ip, user_agent } = client();
    const decidedAt = tick();
    const settlement = {
      id: paymentId,
      user_id: payer,
      merchant_oid: merchantOid,
      plan: 'team',
      currency: 'TRY',
      amount_minor: amount,
      charged_minor: isPaid ? amount : null,
      status,
      created_at: consent.accepted_at,
      decided_at: decidedAt,
      paid_at: status === 'success' ? decidedAt : null,
      payment_type: 'card',
      installment_count: 1,
      test_mode: false,
      client_ip,
      user_agent,
    };
    if (isPaid) show(makeLeaf('payment_settlement', COMPANY, settlement, keyOf(payer)), hide);
    const callback = {
      payment_id: paymentId,
      merchant_oid: merchantOid,
      body_sha256: hex(chance),
      received_at: decidedAt,
    };
    show(makeLeaf('payment_callback', COMPANY, { id: ++id, ...callback }, keyOf(null)), []);
    const terms = omit(consent, 'payment_id', 'user_id');
    const payment = omit(settlement, 'user_id');
    lists.payments.unshift({
      ...without(payment, hide),
      failed_reason_code: isPaid ? null : '10',
      amount: amount / 100,
      started_by: { id: payer, full_name: 'Ayşe', email: 'ayse@example.com' },
      terms: { ...without(terms, hide), text },
      card: null,
      callbacks: [
        { received_at: decidedAt, received_count: 1, outcome: 'paid', fields: { status: 'success' } },
      ],
      refunds: status === 'refunded' ? [{ decided_at: decidedAt, amount_minor: amount }] : [],
    });
    if (status !== 'success') return;
    const invoice = {
      id: ++id,
      payment_id: paymentId,
      invoice_no: `YAC2026${String(id)}`,
      issued_at: tick(),
      plan: 'team',
      period_start: decidedAt,
      period_end: tick(),
      currency: 'TRY',
      total_minor: amount,
      tax_minor: Math.floor(amount / 6),
      tax_percent: 20,
      seller: { name: 'YouAreCoder', tax_number: null },
      buyer: { name: 'Acme', city: 'İzmir' },
    };
    show(makeLeaf('invoice', COMPANY, invoice, keyOf(null)), []);
    lists.invoices.unshift({ ...invoice, merchant_oid: merchantOid, total: amount / 100 });
  };
  const addMail = (): void => {
    const mail = {
      id: ++id,
      user_id: USER,
      created_at: tick(),
      template: 'receipt',
      template_version: 1,
      locale: 'tr',
      message_id: `<${hex(chance)}@example.com>`,
      cause_type: null,
      cause_id: null,
      kept_sha256: hex(chance),
      sent_sha256: hex(chance),
      recipient: 'bob@example.com',
      subject: 'Makbuz',
    };
    show(makeLeaf('mail', COMPANY, mail, keyOf(USER)), withheld);
  };
  const addPlatformRow = (): void => {
    const record = {
      ...{ id: ++id, timestamp: tick(), user_id: USER, actor_type: 'user', action_type: 'registered' },
      ...{ success: true, resource_type: null, resource_id: null, ...client(), request_method: null },
      ...{ request_path: null, request_id: null, details: {}, error_message: null },
    };
    const made = makeLeaf('audit_log', null, record, keyOf(USER));
    ofPlatform.push({ index: platform.add(made), made, hide: withheld });
    lists.audit_logs.unshift({ ...without(record, withheld), log_index: null });
  };
  const addOther = (): void => {
    log.add({ type: 'audit_log', leaf: canonicalText({ v: 1, other: hex(chance) }), disclosures: {} });
  };

  const others = chance.below(30);
  for (let round = 0; round < others; round += 1) addOther();
  addAcceptance();
  const adders = [
    addAudit,
    addAudit,
    addAudit,
    addAudit,
    addSession,
    addPayment,
    addMail,
    addOther,
    addOther,
  ];
  const rounds = 3 + chance.below(30);
  const older: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    chance.pick(adders)();
    if (chance.happens(0.07)) older.push(log.leaves.length);
    if (chance.happens(0.05)) addPlatformRow();
  }
  for (let round = chance.below(4); round > 0; round -= 1) addOther();

  platform.add({ type: 'audit_log', leaf: canonicalText({ v: 1, other: hex(chance) }), disclosures: {} });
  const sizes = [...new Set([...older, log.leaves.length])];
  for (const size of sizes) {
    const root = log.root(size).toString('base64');
    const entry = { kind: 'company_checkpoint', origin: log.origin, size, root };
    const made = makeLeaf('log_entry', null, { id: ++id, at: tick(), entry }, keyOf(null));
    ofPlatform.push({ index: platform.add(made), made, hide: [] });
  }
  const stampedSize = platform.leaves.length;
  platform.add({ type: 'audit_log', leaf: canonicalText({ v: 1, other: hex(chance) }), disclosures: {} });
  const stamped = platform.checkpoint(stampedSize);
  const { query, reply } = stamp?.(createHash('sha256').update(stamped).digest()) ?? {};
  const generatedAt = new Date(now + 3_600_000).toISOString();
  const checks = Buffer.concat(shown.map((index) => plainLeaf(log.leaves[index]!.leaf).subarray(0, 2)));
  const bundle = {
    schema_version: '1.2',
    generated_at: generatedAt,
    generated_by: { id: 1, full_name: 'Alice', email: 'alice@example.com', role: 'admin' },
    period: { from: null, to: null },
    user: { id: USER, full_name: 'Bob', email: 'bob@example.com' },
    company: { id: COMPANY, name: 'Acme' },
    legal_acceptance: { history: lists.legal_acceptance },
    audit_logs: lists.audit_logs,
    workspace_sessions: lists.workspace_sessions,
    payments: lists.payments,
    invoices: lists.invoices,
    summary: { total_sessions: lists.workspace_sessions.length },
    proof: {
      version: 1,
      person_key: withheld.length > 0 ? null : { user_id: USER, key: keyOf(USER).toString('base64url') },
      withheld: leftOut,
      only_workspace: null,
      ...(await proofOf(log, shown, given)),
      checks: checks.toString('base64'),
      consistency: await consistencyOf(log, older),
      platform: {
        ...(await proofOf(
          platform,
          ofPlatform.map(({ index }) => index),
          ofPlatform,
        )),
        consistency: await consistencyOf(platform, [stampedSize]),
      },
      stamps:
        query === undefined
          ? []
          : [
              {
                checkpoint: stamped,
                query: query.toString('base64'),
                reply: reply?.toString('base64'),
                authority: 'Stamps',
                independent: false,
              },
            ],
    },
  };
  return { bundle, policy: `log ${log.vkey}\nquorum none\n`, log, indices: shown };
}

async function proofOf(
  log: MadeLog,
  shown: number[],
  given: { index: number; made: MadeLeaf; hide: string[] }[],
): Promise<Json> {
  const indices = shown.toSorted((a, b) => a - b);
  return {
    log: log.origin,
    vkeys: [log.vkey],
    checkpoint: log.checkpoint(),
    leaves: given.map(({ index, made, hide }) => ({
      index,
      leaf: made.leaf,
      disclosures: Object.entries(made.disclosures)
        .filter(([name]) => !hide.includes(name))
        .map(([, disclosure]) => disclosure),
    })),
    hashes: (await log.subset(indices)).toString('base64'),
    range: indices.length === 0 ? null : { from: indices[0], to: indices.at(-1)! + 1 },
  };
}

async function consistencyOf(log: MadeLog, sizes: number[]): Promise<Json[]> {
  return Promise.all(
    sizes.map(async (size) => ({ checkpoint: log.checkpoint(size), hashes: await log.consistency(size) })),
  );
}

/** The bundle as the app writes it: a record a line. */
export function asJson(bundle: Bundle): string {
  const fields = Object.entries(bundle).map(([name, value]) =>
    Array.isArray(value)
      ? `${JSON.stringify(name)}:[${value.map((record) => `${JSON.stringify(record)}\n`).join(',')}]`
      : `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${fields.join(',\n')}}\n`;
}

export function asLines(bundle: Bundle): string {
  const { audit_logs, workspace_sessions, payments, invoices, summary, proof, ...head } = bundle;
  const lines = [
    { type: 'bundle', ...head },
    ...(audit_logs ?? []).map((record: Json) => ({ type: 'audit_log', ...record })),
    ...(workspace_sessions ?? []).map((record: Json) => ({ type: 'workspace_session', ...record })),
    ...(payments ?? []).map((record: Json) => ({ type: 'payment', ...record })),
    ...(invoices ?? []).map((record: Json) => ({ type: 'invoice', ...record })),
    ...(proof === undefined ? [] : [{ type: 'proof', ...proof }]),
    { type: 'summary', ...summary },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

const omit = (record: Json, ...names: string[]): Json =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));

const ADDRESSES = ['85.105.10.20', '2001:db8::7', null];
const BROWSERS = ['Mozilla/5.0 (X11; Linux x86_64) "Ünlü" 👍', 'curl/8', null];

function bytes(chance: Chance, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => chance.below(256)));
}

const hex = (chance: Chance): string => bytes(chance, 32).toString('hex');
