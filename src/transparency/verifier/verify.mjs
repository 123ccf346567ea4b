/**
 * Verifies an evidence bundle against the transparency log that is proved inside of it. Asks nobody.
 *
 *   node verify.mjs bundle.json [--policy policy.txt] [--head mail.txt] [--lang en|tr]
 *
 * Needs Node 20.12 or newer and nothing else. The bundle is JSON or NDJSON. Exit codes:
 *   0  verified: a log of your policy holds every record that is counted, as it stands in the file
 *   3  the same without a policy: the file agrees with a key inside of it, which anybody can have put there
 *   1  not verified: the first thing that does not fit is named
 *   2  not looked at: a version that is not known here
 * A policy has lines of C2SP tlog-policy: `log <vkey>`, `witness <name> <vkey>`, `quorum none|<name>` and
 * `group <name> <count>|any|all <members>`, and `timestamp-root <certificate in base64>` for each authority
 * whose time stamps you trust. Take the key from another place than the bundle: the contract, a mail, the
 * seller's page. `--head` takes any text with a head of the log in it: the log must have begun with that.
 */
import { createHmac, createPublicKey, hash, verify, X509Certificate } from 'node:crypto';
// ------------------------------------------------------------------------------------------------ words
const WORDS = `
verified | verified: {n} records, {m} of them complete in range, {head} | doğrulandı: {n} kayıt, {m} tanesi aralıkta eksiksiz, {head}
agrees | agrees with the key inside; that key was not checked: {n} records, {m} of them complete in range, {head} | içindeki anahtarla uyuşuyor; bu anahtar denetlenmedi: {n} kayıt, {m} tanesi aralıkta eksiksiz, {head}
failed | NOT verified: {where}: {why} | DOĞRULANAMADI: {where}: {why}
unknown | not looked at: {where}: {why} | bakılmadı: {where}: {why}
headOf | head of {time}{note} | günlüğün {time} tarihli hâli{note}
headUnstamped | head without a time stamp | günlüğün zaman damgasız hâli
log | Log {origin}, {size} leaves. Of the {range} leaves from {from} to {to} this file shows {n}; {others} are shown as hashes only, as those of others are. | Günlük {origin}, {size} yaprak. {from} ile {to} arasındaki {range} yapraktan {n} tanesi bu dosyada; {others} tanesinin, başkalarınınkiler gibi, yalnız özeti var.
pending | Not proved, since not final or too new to be in the log: {count} ({names}). | Kesinleşmediği ya da günlüğe giremeyecek kadar yeni olduğu için kanıtlanmadı: {count} ({names}).
withheld | Withheld or hidden, field and times: {fields}. | Çıkarılmış ya da gizlenmiş alanlar ve sayıları: {fields}.
besides | Leaves that stand for no record of the lists: {types}. | Listelerde kaydı olmayan yapraklar: {types}.
older | An older head, of {size} leaves, is a beginning of this log. | {size} yapraklık daha eski bir hâl bu günlüğün başlangıcı.
held | The head that you hold, of {size} leaves, is a beginning of this log. | Elinizdeki {size} yapraklık hâl bu günlüğün başlangıcı.
stamped | The first {size} leaves existed on {time}, by a stamp of {authority}{note}. | İlk {size} yaprak {time} tarihinde vardı; damgayı vuran: {authority}{note}.
unchecked |  (authority not checked: no root of it in a policy) |  (damgayı vuran denetlenmedi: ilkelerde kökü yok)
dependent | , not independent of the seller | , satıcıdan bağımsız değil
unproved | Shown as the seller has it, not proved by the log: {fields}. | Günlükle kanıtlanmayan, satıcıda olduğu gibi gösterilen: {fields}.
limits | The log shows that nothing was changed afterwards. It does not show that what was written was true, or that leaves shown as hashes are about others. | Günlük, sonradan hiçbir şeyin değiştirilmediğini gösterir. Yazılanın doğru olduğunu ya da yalnız özeti gösterilenlerin başkalarına ait olduğunu göstermez.
version | version {version} is not known here | {version} sürümü burada bilinmiyor
malformed | cut, or not of the form it should have | kesilmiş ya da gereken biçimde değil
unsigned | not signed by a known key of its name | adını taşıyan, bilinen bir anahtarla imzalanmamış
quorum | not seen by the witnesses that your policy asks for | ilkelerinizin istediği tanıklar görmemiş
root | not the root that was signed: a record or a hash was changed | imzalanan kök değil: bir kayıt ya da özet değiştirilmiş
changed | not the record that the log holds | günlükteki kayıt değil
differs | {field} is not what the log holds | {field} günlükteki gibi değil
notInLog | not in the log | günlükte yok
place | its place in the log is not there, or taken | günlükteki yeri yok ya da dolu
noRecord | in the log, but not in the file | günlükte var, dosyada yok
disclosure | {field} does not belong to the leaf | {field} yaprağa ait değil
order | not in the order of time, or later than the file | zaman sırasında değil ya da dosyadan daha geç
beginning | not a beginning of this log, as far as the file shows | dosyanın gösterdiği kadarıyla bu günlüğün başlangıcı değil
stamp | not a time stamp of this head by its authority | bu hâlin, vuranınca imzalanmış zaman damgası değil`;
const messages = new Map(WORDS.split('\n').map((line) => [line.split(' | ')[0], line.split(' | ').slice(1)]));

/** A message in a language. `values` fill the words in braces; one that is a list is a message itself.
 * No character of a file moves the cursor or turns the line, to write another verdict on the screen. */
export function say(lang, key, values = {}) {
  const text = messages.get(key)?.[lang === 'tr' ? 1 : 0] ?? key;
  const textOf = (value = '') => (Array.isArray(value) ? say(lang, ...value) : String(value));
  const filled = text.replace(/\{(\w+)\}/g, (_, name) => textOf(values[name]));
  return filled.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** Ends the verification: `where` does not fit, and `key` says why. */
function refuse(where, key, values = {}, code = 1) {
  for (const name in values) values[name] = String(values[name]);
  throw Object.assign(new Error(key), { where, why: [key, values], code });
}
function attempt(read, where, key = 'malformed') {
  try {
    return read();
  } catch (error) {
    throw error.why ? error : refuse(where, key);
  }
}

// --------------------------------------------------------------------------------------- bytes and JSON
// A hash is a text of 32 characters, one a byte, as `atob` and `btoa` have them: easy to compare and to join.
const sha256 = (data) => hash('sha256', data, 'binary');
const binaryOf = (bytes) => String.fromCharCode(...bytes);
const utf8 = (text) => new TextEncoder().encode(text);
const toBinary = (text, bytes = utf8(text)) => (bytes.length === text.length ? text : binaryOf(bytes));
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const toUrl = (base64) => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

function bytesOf(binary) {
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** The bytes of a base64 text. Refuses every form of it but the usual one. */
function fromBase64(text, where, form = (base64) => base64) {
  const binary = attempt(() => atob(text.replaceAll('-', '+').replaceAll('_', '/')), where);
  return form(btoa(binary)) === text ? binary : refuse(where, 'malformed');
}

/** RFC 8785: keys in the order of UTF-16 codes, no spaces, numbers and texts as JavaScript writes them. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.keys(value).sort();
    return `{${fields.map((field) => `${canonical(field)}:${canonical(value[field])}`).join()}}`;
  }
  if (value === undefined || (typeof value === 'string' && !value.isWellFormed()))
    throw new TypeError('JSON');
  return JSON.stringify(value);
}

/** JSON in which no field stands twice: readers differ in which of the two they show. */
function parseJson(text, where) {
  const value = attempt(() => JSON.parse(text), where);
  let colons = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) === 0x3a) colons += 1;
    if (text.charCodeAt(at) !== 0x22) continue;
    for (at += 1; text.charCodeAt(at) !== 0x22; at += 1) if (text.charCodeAt(at) === 0x5c) at += 1;
  }
  return colons === countFields(value) ? value : refuse(where, 'malformed');
}
function countFields(value) {
  if (value === null || typeof value !== 'object') return 0;
  const values = Object.values(value);
  return values.reduce((sum, inner) => sum + countFields(inner), Array.isArray(value) ? 0 : values.length);
}

// ---------------------------------------------------------------------------- the tree (RFC 6962 §2.1)
const leafHash = (text) => sha256(`\0${text}`);
const nodeHash = (left, right) => sha256(bytesOf(`\x01${left}${right}`));
/** The largest power of two below `size`: where a tree is split. */
const splitOf = (size, split = 1) => (split * 2 < size ? splitOf(size, split * 2) : split);

/** The root over shown leaves (with `index` and `hash`, rising) and the hashes of the largest subtrees
 * without one, from left to right. Undefined when there are too few or too many hashes. */
export function subsetRoot(leaves, size, hashes) {
  let used = 0;
  const combine = (from, to, first, end) => {
    if (first === end) return hashes[used++];
    if (to - from === 1) return leaves[first].hash;
    const middle = from + splitOf(to - from);
    let border = first;
    while (border < end && leaves[border].index < middle) border += 1;
    const left = combine(from, middle, first, border);
    const right = left && combine(middle, to, border, end);
    return right && nodeHash(left, right);
  };
  const root = size === 0 ? sha256('') : combine(0, size, 0, leaves.length);
  return used === hashes.length ? root : undefined;
}

/** Whether the tree of `oldSize` leaves is the beginning of the other one (RFC 6962 §2.1.2). */
export function isBeginning(oldSize, newSize, oldRoot, newRoot, proof) {
  const walk = (old, size, isWhole) => {
    if (old === size) return isWhole ? [oldRoot, oldRoot] : Array(2).fill(proof.pop());
    const [middle, sibling] = [splitOf(size), proof.pop()];
    const isLeft = old <= middle;
    const [before, after] = isLeft ? walk(old, middle, isWhole) : walk(old - middle, size - middle, false);
    if (before === undefined || sibling === undefined) return [];
    if (isLeft) return [before, nodeHash(after, sibling)];
    return [nodeHash(sibling, before), nodeHash(sibling, after)];
  };
  if (!(oldSize > 0 && oldSize <= newSize)) return false;
  const [before, after] = walk(oldSize, newSize, true);
  return proof.length === 0 && before === oldRoot && after === newRoot;
}
function readHashes(base64, where) {
  const bytes = [base64].flat().map((part) => fromBase64(part, where));
  const isWhole = bytes.every(({ length }) => (Array.isArray(base64) ? length === 32 : length % 32 === 0));
  return isWhole ? bytes.flatMap((part) => part.match(/[^]{32}/g) ?? []) : refuse(where, 'malformed');
}

// ------------------------------------------------------------------- signed notes and policies (C2SP)
const [LOG, WITNESS] = ['\x01', '\x04'];
/** A key in the form `<name>+<key id>+<base64 of kind and key>`. The id must be that of the key. */
function parseVkey(text, kind, where) {
  const [, name, id, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? refuse(where, 'malformed');
  const key = fromBase64(base64, where);
  const expected = hash('sha256', bytesOf(`${toBinary(name)}\n${key}`), 'hex').slice(0, 8);
  if (key.length !== 33 || key[0] !== kind || id !== expected) refuse(where, 'malformed');
  return { name, id, kind, key: key.slice(1) };
}
function verifyEd25519(key, text, signature) {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: toUrl(btoa(key)) };
  return verify(null, utf8(text), createPublicKey({ key: jwk, format: 'jwk' }), bytesOf(signature));
}

/** The head in a signed note. One of `keys` that bears the name of its origin has signed it. */
function openHead(note, keys, where) {
  const form = /^((.+)\n(0|[1-9]\d{0,15})\n(.+)\n)\n((?:— \S+ \S+\n){1,64})$/;
  const [, text, origin, digits, base64, lines] = form.exec(note) ?? refuse(where, 'malformed');
  const signatures = [...lines.matchAll(/^— (\S+) (\S+)$/gm)].map(([, name, signature]) => {
    const bytes = fromBase64(signature, where);
    return { name, id: hexOf(bytesOf(bytes.slice(0, 4))), bytes: bytes.slice(4) };
  });
  const head = { origin, size: Number(digits), root: fromBase64(base64, where), text, note, signatures };
  if (head.root.length !== 32 || !isCount(head.size)) refuse(where, 'malformed');
  const isSigned = listSigners(head, keys, where).some(({ name }) => name === origin);
  return isSigned ? head : refuse(where, 'unsigned');
}

/** The keys that have signed a head. A line that names one of them and is not its signature spoils it. */
function listSigners({ text, signatures }, keys, where) {
  return keys.filter((key) => {
    const own = signatures.filter(({ name, id }) => name === key.name && id === key.id);
    const isValid = own.every(({ bytes }) => {
      if (key.kind === LOG) return verifyEd25519(key.key, text, bytes);
      const time = BigInt(`0x0${hexOf(bytesOf(bytes.slice(0, 8)))}`);
      return verifyEd25519(key.key, `cosignature/v1\ntime ${time}\n${text}`, bytes.slice(8));
    });
    return isValid ? own.length > 0 : refuse(where, 'unsigned');
  });
}

/** Whom you trust. Logs of one operator may share a key; each has a line of its own. */
function parsePolicy(text) {
  const policy = { logs: [], roots: [], isQuorum: undefined };
  // By its name whether a witness or a group has seen a head. Each key and each member counts once.
  const [members, taken] = [new Map([['none', () => true]]), new Set(['none'])];
  const isFirst = (value) => taken.size < taken.add(value).size;
  for (const [place, line] of text.split(/\r?\n/).entries()) {
    const where = `policy ${place + 1}`;
    const [word = '#', name = '', count, ...names] = line.split(/[ \t]+/).filter(Boolean);
    const isNew = name !== '' && !members.has(name);
    if (word.startsWith('#')) continue;
    else if (word === 'log') policy.logs.push(parseVkey(name, LOG, where));
    else if (word === 'witness' && isNew) {
      const key = parseVkey(count, WITNESS, where);
      members.set(name, (head) => listSigners(head, [key], 'checkpoint').length > 0);
      if (!isFirst(`key ${key.key}`)) refuse(where, 'malformed');
    } else if (word === 'group' && isNew && names.every((one) => members.has(one) && isFirst(one))) {
      const least = count === 'all' ? names.length : count === 'any' ? 1 : Number(/^[1-9]\d*$/.exec(count));
      if (!(least >= 1 && least <= names.length)) refuse(where, 'malformed');
      members.set(name, (head) => names.filter((one) => members.get(one)(head)).length >= least);
    } else if (word === 'timestamp-root')
      policy.roots.push(attempt(() => new X509Certificate(bytesOf(fromBase64(name, where))), where));
    else if (word === 'quorum' && members.has(name) && !policy.isQuorum) policy.isQuorum = members.get(name);
    else refuse(where, 'malformed');
  }
  return policy.isQuorum === undefined ? refuse('policy: quorum', 'malformed') : policy;
}

// ------------------------------------------------------------------------------ time stamps (RFC 3161)
/** The values of DER that stand in `bytes` one after the other. */
export function readDer(bytes) {
  const values = [];
  for (let at = 0, end; at < bytes.length; at = end) {
    let [from, length] = [at + 2, bytes[at + 1]];
    if (length >= 0x80) {
      const digits = bytes.subarray(from, (from += length - 0x80));
      length = digits.reduce((sum, byte) => sum * 256 + byte, 0);
    }
    end = from + length;
    if (!(end <= bytes.length)) throw new TypeError('Not DER');
    values.push({ tag: bytes[at], body: bytes.subarray(from, end), raw: bytes.subarray(at, end) });
  }
  return values;
}

const inside = ({ body }) => readDer(body);
/** Who stamped what and when. Throws unless it is signed by the certificate for time stamps that it names. */
function readStamp(reply) {
  const [status, token] = inside(readDer(reply)[0]);
  const signed = inside(inside(inside(token)[1])[0]);
  const [type, octets] = inside(signed[2]);
  const info = inside(octets)[0].body;
  const [, , imprint, , time] = inside(readDer(info)[0]);
  const certificates = inside(signed[3]).map(({ raw }) => new X509Certificate(raw));
  const [, , digestAlgorithm, attributes, , signature] = inside(inside(signed.at(-1))[0]);
  const digest = ['sha256', 'sha384', 'sha512'][inside(digestAlgorithm)[0].body.at(-1) - 1];
  const digestOf = inside(attributes).map(inside);
  const [, stated] = digestOf.find(([id]) => hexOf(id.body) === '2a864886f70d010904');
  // The attributes are signed under the tag of a set. Among them is the hash of the signer's certificate,
  // which is for time stamps and nothing else (RFC 3161 §2.3).
  const content = Uint8Array.from([0x31, ...attributes.raw.subarray(1)]);
  const isNamed = ({ raw }) =>
    ['sha1', 'sha256', 'sha512'].some((name) => hexOf(content).includes(hash(name, raw, 'hex')));
  const signer = certificates.find((one) => one.keyUsage?.join() === '1.3.6.1.5.5.7.3.8' && isNamed(one));
  const isRight =
    inside(status)[0].body.at(-1) < 2 &&
    hexOf(type.body) === '2a864886f70d0109100104' &&
    hash(digest, info, 'hex') === hexOf(inside(stated)[0].body) &&
    verify(digest, content, signer.publicKey, signature.body);
  if (!isRight) throw new TypeError('Not a stamp');
  const at = binaryOf(time.body).replace(/^(....)(..)(..)(..)(..)(..).*$/, '$1-$2-$3T$4:$5:$6Z');
  return { signer, certificates, at, imprint: hexOf(inside(imprint)[1].body) };
}
/** Whether certificates lead from one to a root, all of them valid at that time. */
function leadsToRoot(one, others, roots, at, steps = 6) {
  const isValid = new Date(one.validFrom) <= new Date(at) && new Date(at) <= new Date(one.validTo);
  if (!isValid || steps === 0) return false;
  if (roots.some(({ fingerprint256 }) => fingerprint256 === one.fingerprint256)) return true;
  const issuers = [...roots, ...others].filter((issuer) => issuer.ca && one.checkIssued(issuer));
  return issuers.some((it) => one.verify(it.publicKey) && leadsToRoot(it, others, roots, at, steps - 1));
}

/** The time of a stamp, and the newest head of the log among the leaves that it covers in the platform's. */
function openStamp({ checkpoint, reply, independent }, place, main, platform, roots) {
  const where = `proof.stamps ${place}`;
  const stamped = platform.heads.find(({ note }) => note === checkpoint) ?? refuse(where, 'beginning');
  const stamp = attempt(() => readStamp(bytesOf(fromBase64(reply, where))), where, 'stamp');
  if (stamp.imprint !== hash('sha256', checkpoint)) refuse(where, 'stamp');
  const entries = platform.shown.flatMap(({ index, fields }) => (index < stamped.size ? [fields.entry] : []));
  const head = main.heads.find(({ origin, size, root }) =>
    entries.some((it) => it?.origin === origin && it.size === size && it.root === btoa(root)),
  );
  const isTrusted = leadsToRoot(stamp.signer, stamp.certificates, roots, stamp.at);
  const note = isTrusted && independent === true ? '' : [isTrusted ? 'dependent' : 'unchecked'];
  const authority = stamp.signer.subject.split('\n').at(-1).replace(/^\w+=/, '');
  return { size: head?.size ?? 0, time: stamp.at, authority, isTrusted, note };
}

// ----------------------------------------------------------------------------------- records and leaves
// The types of leaves: the fields that stand in them, the personal ones, of which they have digests, the
// fields that name a leaf and its record, and the time by which a list is ordered. Three are in no list.
const TYPES = new Map(
  `audit_log|timestamp user_id actor_type action_type success resource_type resource_id request_method request_id error_message|ip_address user_agent request_path details|id|timestamp
  workspace_session|user_id workspace_id started_at ended_at end_reason duration_seconds last_activity_at activity_count interactive_seconds session_id access_method on_behalf_of_user_id connected_seconds active_seconds|ip_address user_agent|id|started_at
  legal_acceptance|user_id kind version locale content_sha256 accepted_at request_id|ip_address user_agent|kind version locale accepted_at|accepted_at
  order_consent|payment_id user_id customer_type locale documents text_sha256 html_sha256 boxes button accepted_at request_id|ip_address user_agent browser_session|payment_id|
  payment_settlement|user_id merchant_oid plan currency amount_minor charged_minor status created_at decided_at paid_at payment_type installment_count test_mode|client_ip user_agent|id|created_at
  payment_callback|payment_id merchant_oid body_sha256 received_at||payment_id received_at|
  invoice|payment_id invoice_no issued_at plan period_start period_end currency total_minor tax_minor tax_percent seller|buyer|id|issued_at
  mail|user_id created_at template template_version locale message_id cause_type cause_id kept_sha256 sent_sha256|recipient subject|id|
  hold|user_id kind placed_at placed_by|reference reason|id|
  log_entry|at entry||id|`
    .split(/\n\s*/)
    .map((line) => line.split('|').map((fields) => fields.split(' ').filter(Boolean)))
    .map(([[type], ...fields]) => [type, fields]),
);
const BESIDES = ['mail', 'hold', 'log_entry'];
const namesOf = (type) => TYPES.get(type)?.[2] ?? ['id'];
const nameOf = (type, fields) => [type, ...namesOf(type).map((field) => fields[field])].join(' ');
/** Fields that follow from others of their record. */
const DERIVED = {
  amount: ({ amount_minor }) => amount_minor / 100,
  total: ({ total_minor }) => total_minor / 100,
  connected_minutes: ({ connected_seconds }) => connected_seconds && Math.floor(connected_seconds / 60),
  active_minutes: ({ active_seconds }) => active_seconds && Math.floor(active_seconds / 60),
  text_sha256: ({ text }) => hash('sha256', text),
};
/** The parts of a record that have a leaf. `at`: since when they have one, null while they have none. */
function factsOf(type, record, user) {
  const fact = (type, at, record, more) => ({ type, at, record, view: { ...record, ...more } });
  if (type === 'audit_log') return [fact(type, record.timestamp, record)];
  if (type === 'workspace_session') return [fact(type, record.ended_at, record, { user_id: user.id })];
  if (type === 'legal_acceptance') return [fact(type, record.accepted_at, record, { user_id: user.id })];
  if (type === 'invoice') return [fact(type, record.issued_at, record)];
  const { terms, callbacks, ...payment } = record;
  const { id, merchant_oid, status, paid_at, refunds } = record;
  const settledAt = { success: paid_at ?? '', refunded: refunds[0]?.decided_at ?? '' }[status] ?? null;
  const common = { payment_id: id, merchant_oid, user_id: record.started_by.id };
  const consents = terms === null ? [] : [fact('order_consent', terms.accepted_at, terms, common)];
  const received = callbacks.map((one) => fact('payment_callback', one.received_at, one, common));
  return [fact('payment_settlement', settledAt, payment, common), ...consents, ...received];
}

/** The leaf of a record of which nothing is withheld, by the key of its person. */
function composeLeaf({ type, view }, company, key) {
  const secret = (field) =>
    createHmac('sha256', key).update(`${type}/${view.id}/${field}`).digest('base64url');
  const leaf = { v: 1, type, company, id: view.id, blind: secret(''), _sd: [] };
  const [plain, personal] = TYPES.get(type);
  for (const field of plain) leaf[field] = view[field];
  for (const field of personal) {
    const disclosure = () => toUrl(btoa(toBinary(canonical([secret(field), field, view[field]]))));
    if (view[field] === null) leaf[field] = null;
    else leaf._sd.push(hash('sha256', disclosure(), 'base64url'));
  }
  leaf._sd.sort();
  return canonical(leaf);
}

/** A leaf that is given: its fields, with those that are disclosed, and the names of those that are not. */
function openLeaf({ index, leaf, disclosures }, company, where) {
  const fields = parseJson(leaf, where);
  if (fields.v !== 1) refuse(where, 'version', { version: fields.v }, 2);
  const [name, [, personal]] = [nameOf(fields.type, fields), TYPES.get(fields.type) ?? [[], []]];
  if (canonical(fields) !== leaf || !isCount(index)) refuse(where, 'malformed');
  if (fields.company !== company) refuse(name, 'differs', { field: 'company' });
  const digests = new Set(fields._sd);
  for (const disclosure of disclosures) {
    const bytes = bytesOf(fromBase64(disclosure, where, toUrl));
    const [, field, value] = parseJson(new TextDecoder().decode(bytes), where);
    const isOwn = digests.delete(hash('sha256', disclosure, 'base64url'));
    if (!isOwn || !personal.includes(field) || field in fields) refuse(name, 'disclosure', { field });
    fields[field] = value;
  }
  const hidden = personal.filter((field) => !(field in fields));
  if (TYPES.has(fields.type) && hidden.length !== digests.size) refuse(name, 'malformed');
  return { index, fields, hidden, hash: leafHash(leaf), name };
}

/** Holds a record against the leaf that is given for it. */
function compare({ type, view }, { fields, hidden, name }) {
  const [plain, personal, names] = TYPES.get(type);
  for (const field of [...names, ...plain, ...personal]) {
    const [inLeaf, inFile] = [hidden.includes(field) ? null : fields[field], view[field]];
    // The file has the fields of a notification, not its bytes.
    const isSame = inFile === undefined ? field === 'body_sha256' : canonical(inFile) === canonical(inLeaf);
    if (!isSame) refuse(name, 'differs', { field });
  }
}

const LISTS = ['audit_log', 'workspace_session', 'payment', 'invoice', 'legal_acceptance'];
const APART = ['audit_logs', 'workspace_sessions', 'payments', 'invoices', 'proof'];
const SEEN = [...APART, 'schema_version', 'legal_acceptance'];

// --------------------------------------------------------------------------------------------- the bundle
/** The head, the proof and the records of a bundle, from its lines. */
async function openBundle(lines) {
  const [parts, rest] = [[], []];
  for await (const line of lines) {
    const isPart = rest.length === 0 && (parts.length > 0 || /^\{"type": ?"bundle"/.test(line));
    if (isPart && line !== '') parts.push(parseJson(line, 'bundle'));
    else rest.push(line);
  }
  const head = parts[0] ?? parseJson(rest.join('\n'), 'bundle');
  if (parts.length === 0) {
    const listOf = (type, at) => head[APART[at]].map((record) => ({ ...record, type }));
    return { head, proof: head.proof, records: LISTS.slice(0, 4).flatMap(listOf) };
  }
  // Other programs would read what stands twice, behind the end or in two places.
  const isOnce = (name) => parts.filter(({ type }) => type === name).length < 2;
  const isPlain = ['bundle', 'proof', 'summary'].every(isOnce) && !APART.some((name) => name in head);
  if (!isPlain || parts.at(-1).type !== 'summary' || rest.join('') !== '') refuse('bundle', 'malformed');
  delete head.type;
  const proof = parts.find(({ type }) => type === 'proof');
  return { head, proof, records: parts.filter((part) => part !== head && part !== proof) };
}

/** A log of the proof: its heads, the newest first, the leaves that are given, and all that are shown. */
function openLog(part, keys, known, company) {
  const heads = [openHead(part.checkpoint, keys, `${part.log}: checkpoint`)];
  const [{ origin, size, root }] = heads;
  if (origin !== part.log) refuse('proof.log', 'malformed');
  for (const [place, { checkpoint, hashes }] of part.consistency.entries()) {
    const where = `${part.log}: consistency ${place}`;
    const older = openHead(checkpoint, known, where);
    const isOurs = isBeginning(older.size, size, older.root, root, readHashes(hashes, where));
    heads.push(isOurs && older.origin === origin ? older : refuse(where, 'beginning'));
  }
  const leaves = new Map();
  for (const [place, given] of part.leaves.entries()) {
    const leaf = openLeaf(given, company, `${part.log}: leaves ${place}`);
    if (leaves.size === leaves.set(leaf.name, leaf).size) refuse(leaf.name, 'place');
  }
  return { heads, leaves, part, shown: [] };
}

/** Computes the root from all that is shown, and holds it against the head. */
function checkRoot({ heads: [{ size, root }], part, shown }) {
  shown.sort((one, other) => one.index - other.index);
  const range = shown.length === 0 ? null : { from: shown[0].index, to: shown.at(-1).index + 1 };
  const bad = shown.find(({ index }, place) => index >= size || index === shown[place - 1]?.index);
  if (bad !== undefined) refuse(bad.name, 'place');
  if (canonical(range) !== canonical(part.range)) refuse('proof.range', 'malformed');
  if (subsetRoot(shown, size, readHashes(part.hashes, 'proof.hashes')) === root) return;
  // The first two bytes of each leaf tell which one was changed.
  const checks = part.checks === undefined ? '' : fromBase64(part.checks, 'proof.checks');
  const changed = shown.find(({ hash }, at) => !hash.startsWith(checks.slice(2 * at, 2 * at + 2)));
  refuse(changed?.name ?? part.log, changed === undefined ? 'root' : 'changed');
}

/** Verifies a bundle from its lines. `texts`: those of a `policy` and of a head that is `held`, if any. */
export async function verifyBundle(lines, texts = {}) {
  try {
    return verifyOpened(await openBundle(lines), texts);
  } catch (error) {
    const { where = `bundle (${error.message})`, why = ['malformed'] } = error;
    const code = error.why ? error.code : 1;
    return { code, records: 0, verdict: [code === 2 ? 'unknown' : 'failed', { where, why }], notes: [] };
  }
}

function verifyOpened({ head, proof, records }, texts) {
  const { user, company, schema_version: version } = head;
  if (!/^1\.([2-9]|\d\d)$/.test(version)) refuse('bundle', 'version', { version }, 2);
  if (proof === undefined) refuse('proof', 'malformed');
  if (proof.version !== 1) refuse('proof', 'version', { version: proof.version }, 2);
  const inFile = [proof, proof.platform ?? { vkeys: [] }].flatMap(({ vkeys }) => vkeys);
  const given = inFile.map((vkey) => parseVkey(vkey, LOG, 'proof.vkeys'));
  const policy = texts.policy === undefined ? { logs: given, roots: [] } : parsePolicy(texts.policy);
  const known = [...given, ...policy.logs];
  // The platform's log is signed with the key that you trust for the log, though its name is another.
  const shared = known.filter(({ key }) => policy.logs.some((log) => log.key === key));
  const main = openLog(proof, policy.logs, known, company.id);
  const platform = proof.platform && openLog(proof.platform, shared, known, null);
  const logs = [main, platform ?? []].flat();
  if (policy.isQuorum?.(main.heads[0]) === false) refuse('checkpoint', 'quorum');
  const key = proof.person_key && bytesOf(fromBase64(proof.person_key.key, 'person_key', toUrl));
  const bare = Object.keys(head).filter((field) => !SEEN.includes(field));
  for (const field in head.legal_acceptance) if (field !== 'history') bare.push(`legal_acceptance.${field}`);
  const told = { pending: [], hidden: new Map(), unproved: new Set(bare), last: new Map() };
  const names = new Set();
  const show = (log, leaf) => {
    log.leaves.delete(leaf.name);
    log.shown.push(leaf);
    for (const field of leaf.hidden) told.hidden.set(field, (told.hidden.get(field) ?? 0) + 1);
  };
  const prove = (fact) => {
    const { type, view, at, record } = fact;
    const [name, index] = [nameOf(type, view), record.log_index];
    const log = logs.find(({ leaves }) => leaves.has(name));
    const minutes = (Date.parse(head.generated_at) - Date.parse(at)) / 60_000;
    if (names.size === names.add(name).size) refuse(name, 'place');
    const isOpen = at === null && ['workspace_session', 'payment_settlement'].includes(type);
    if (log !== undefined) {
      const leaf = log.leaves.get(name);
      if (index !== undefined && index !== (log === main ? leaf.index : null)) refuse(name, 'place');
      compare(fact, leaf);
      show(log, leaf);
    } else if (isCount(index) && key && view.user_id === user.id) {
      const hash = leafHash(attempt(() => composeLeaf(fact, company.id, key), name));
      main.shown.push({ index, hash, name, hidden: [], fields: { type } });
    } else if (isCount(index) || !(minutes < (type === 'workspace_session' ? 60 : 15) || isOpen))
      refuse(name, 'notInLog');
    else told.pending.push(name);
    const [plain, personal, own, [time]] = TYPES.get(type);
    const proved = ['log_index', type === 'order_consent' ? 'text' : 'type', ...own, ...plain, ...personal];
    if (minutes < -15 || (time && view[time] > (told.last.get(type) ?? '~'))) refuse(name, 'order');
    told.last.set(type, view[time]);
    for (const [field, value] of Object.entries(record)) {
      const isDerived = Object.hasOwn(DERIVED, field);
      if ((isDerived ? DERIVED[field](record) : view[field]) !== value) refuse(name, 'differs', { field });
      if (!isDerived && !proved.includes(field)) told.unproved.add(`${type}.${field}`);
    }
  };
  const accepted = head.legal_acceptance.history.map((it) => ({ ...it, type: 'legal_acceptance' }));
  for (const record of [...accepted, ...records])
    if (LISTS.includes(record.type)) factsOf(record.type, record, user).forEach(prove);
    else told.unproved.add(record.type);
  for (const log of logs) {
    for (const leaf of log.leaves.values()) {
      const isBeside = BESIDES.includes(leaf.fields.type) || !TYPES.has(leaf.fields.type);
      show(log, isBeside ? leaf : refuse(leaf.name, 'noRecord'));
    }
    checkRoot(log);
  }
  const ours = holdAgainst(main.heads, texts.held, policy.logs);
  const stamps = proof.stamps.map((stamp, at) => openStamp(stamp, at, main, platform, policy.roots));
  const { values, notes } = report(logs, stamps, ours, told);
  const [code, word] = texts.policy === undefined ? [3, 'agrees'] : [0, 'verified'];
  return { code, records: values.n, complete: values.m, verdict: [word, values], notes };
}

/** The heads in a text that the reader holds. Each must be one of those that the bundle leads from. */
function holdAgainst(heads, text, keys) {
  if (text === undefined) return [];
  const plain = text.replaceAll('\r', '').replace(/^[> \t]+/gm, '');
  const notes = plain.match(/^.+\n\d+\n[\w+/]{43}=\n\n(?:— \S+ \S+(?:\n|$))+/gm) ?? [];
  const ours = notes.filter((note) => note.startsWith(`${heads[0].origin}\n`));
  const held = ours.map((note) => openHead(`${note.trimEnd()}\n`, keys, '--head'));
  const isKnown = held.every(({ text }) => heads.some((head) => head.text === text));
  return isKnown && held.length > 0 ? held : refuse('--head', 'beginning');
}

function report(logs, stamps, ours, told) {
  const [[top, ...older], list] = [logs[0].heads, (items) => [...items].join(', ')];
  const { from, to } = logs[0].part.range ?? { from: 0, to: 0 };
  const [range, own] = [to - from, logs[0].shown.length];
  const shown = logs.flatMap((log) => log.shown).filter(({ fields }) => fields.type !== 'log_entry');
  const [n, m] = [shown.length, shown.filter(({ hidden }) => hidden.length === 0).length];
  const best = stamps.filter(({ size }) => size === top.size).sort((a, b) => b.isTrusted - a.isTrusted)[0];
  const besides = shown.map(({ fields }) => fields.type).filter((type) => BESIDES.includes(type));
  const notes = [
    ['log', { ...top, from, to: to - 1, range, n: own, others: range - own }],
    ['pending', { count: told.pending.length, names: list(told.pending.slice(0, 5)) }],
    ['withheld', { fields: list([...told.hidden].map((pair) => pair.join(': '))) }],
    ['besides', { types: list(new Set(besides)) }],
    ...older.map(({ size }) => ['older', { size }]),
    ...ours.map(({ size }) => ['held', { size }]),
    ...stamps.map((stamp) => ['stamped', stamp]),
    ['unproved', { fields: list(told.unproved) }],
    ['limits', {}],
  ].filter(([, { names, fields, types }]) => [names, fields, types].every((text) => text !== ''));
  return { values: { n, m, head: [best ? 'headOf' : 'headUnstamped', best] }, notes };
}

// ------------------------------------------------------------------------------------------ command line
/** The lines of a file. They end with a line feed only: texts in JSON may hold other ends of lines. */
function* linesOf(bytes) {
  for (let from = 0, end; from < bytes.length; from = end + 1) {
    end = bytes.indexOf(0x0a, from) < 0 ? bytes.length : bytes.indexOf(0x0a, from);
    yield bytes.toString('utf8', from, end);
  }
}

async function main([program, path, ...rest]) {
  const { readFileSync, statSync } = await import('node:fs');
  const inodeOf = (file) => statSync(file, { bigint: true }).ino;
  // A saved copy runs under any name. Where the file is imported, another one was started.
  if (inodeOf(program) !== inodeOf(new globalThis.URL(import.meta.url))) return;
  const option = (name) => rest[rest.indexOf(name) + 1 || rest.length];
  const text = (name) => option(name) && readFileSync(option(name), 'utf8');
  const texts = { policy: text('--policy'), held: text('--head') };
  const { code, verdict, notes } = await verifyBundle(linesOf(readFileSync(path)), texts);
  const lang = option('--lang') ?? (process.env.LC_ALL || process.env.LANG || '').slice(0, 2);
  for (const message of [verdict, ...notes]) console.log(say(lang, ...message));
  process.exitCode = code;
}

if (globalThis.process?.argv[1]) await main(process.argv.slice(1));
