import { fromBER, Integer, Sequence } from 'asn1js';
import { SignedData, TimeStampResp } from 'pkijs';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

/** A time stamp authority of this machine, made by OpenSSL for the tests: never an independent one. */
export interface TestAuthority {
  url: string;
  rootsFile: string;
  /** Bodies of the questions that came. */
  asked: Buffer[];
  /** Answers in place of OpenSSL's; null: OpenSSL answers. */
  answerWith: ((query: Buffer) => Answer) | null;
  /** The words of OpenSSL about a reply. Throws when it refuses it. */
  verify(query: Buffer, reply: Buffer): string;
  /** OpenSSL's answer to a query. */
  reply(query: Buffer): Buffer;
  /**
   * The contents of an answer, signed by this authority instead: what OpenSSL would refuse for a certificate
   * that is not made for it. `names`: whether the signed attributes name the certificate.
   */
  signAnew(reply: Buffer, names: boolean): Buffer;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  body: Buffer | string;
}

/** Null where OpenSSL can be run; else why these tests are skipped. */
export function whyNoOpenssl(): string | null {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'openssl is not installed: the tests of time stamps are skipped';
  }
}

interface AuthorityOptions {
  /** Extensions of the certificate that signs, beside those of every certificate. */
  usage?: string;
  /** Days for which that certificate holds. */
  days?: number;
  name?: string;
  /** By which hash the signed attributes name the certificate. */
  namedBy?: 'sha1' | 'sha256' | 'sha384';
  /** An authority between root and signer; `noCa` says that its certificate may not sign others. */
  between?: 'ca' | 'noCa';
}

/** Starts an authority with a root of its own. */
export async function startTestAuthority(options: AuthorityOptions = {}): Promise<TestAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'tsa-'));
  const openssl = (...args: string[]): string =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  makeCertificates(folder, openssl, options);
  const authority: Omit<TestAuthority, 'url' | 'close'> = {
    rootsFile: join(folder, 'root.pem'),
    asked: [],
    answerWith: null,
    signAnew: (reply, names) => {
      writeFileSync(join(folder, 'contents'), contentsOf(reply));
      openssl(
        ...['cms', '-sign', '-binary', '-nodetach', '-econtent_type', '1.2.840.113549.1.9.16.1.4'],
        ...['-in', 'contents', '-signer', 'signer.pem', '-inkey', 'signer.key', '-md', 'sha256'],
        ...['-outform', 'DER', '-out', 'token', ...(names ? ['-cades'] : [])],
      );
      const token = fromBER(new Uint8Array(readFileSync(join(folder, 'token')))).result;
      const granted = new Sequence({ value: [new Integer({ value: 0 })] });
      return Buffer.from(new Sequence({ value: [granted, token] }).toBER());
    },
    verify: (query, reply) => {
      writeFileSync(join(folder, 'q.tsq'), query);
      writeFileSync(join(folder, 'r.tsr'), reply);
      return openssl('ts', '-verify', '-queryfile', 'q.tsq', '-in', 'r.tsr', '-CAfile', 'root.pem');
    },
    reply: (query) => {
      writeFileSync(join(folder, 'q.tsq'), query);
      openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'q.tsq', '-out', 'r.tsr');
      return readFileSync(join(folder, 'r.tsr'));
    },
  };
  const server = createServer((req, res) => {
    void buffer(req).then((query) => {
      authority.asked.push(query);
      const { status, body } = authority.answerWith?.(query) ?? { status: 200, body: authority.reply(query) };
      res.writeHead(status, { 'content-type': 'application/timestamp-reply' }).end(body);
    });
  });
  const url = await listen(server);
  const close = async (): Promise<void> => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  };
  return Object.assign(authority, { url, close });
}

/** The bytes that were signed. */
function contentsOf(reply: Buffer): Buffer {
  const token = TimeStampResp.fromBER(new Uint8Array(reply)).timeStampToken;
  const { encapContentInfo } = new SignedData({ schema: token?.content });
  return Buffer.from(encapContentInfo.eContent?.getValue() ?? new ArrayBuffer(0));
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/tsa`;
}

function makeCertificates(
  folder: string,
  openssl: (...args: string[]) => string,
  {
    usage = 'critical,timeStamping',
    days = 30,
    name = 'Stamps of this machine',
    namedBy,
    between,
  }: AuthorityOptions,
): void {
  writeFileSync(join(folder, 'tsa.cnf'), configOf(usage, { namedBy, hasChain: between !== undefined }));
  writeFileSync(join(folder, 'serial'), '01\n');
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-config', 'tsa.cnf'];
  const subject = (of: string): string[] => ['-subj', `/O=Example/CN=${of}`];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-extensions',
    'root',
    '-days',
    '60',
    ...subject(`Root of ${name}`),
    ...['-keyout', 'root.key', '-out', 'root.pem'],
  );
  const issue = (file: string, of: string, by: string, extensions: string, forDays: number): void => {
    openssl('req', '-new', ...newKey, ...subject(of), '-keyout', `${file}.key`, '-out', `${file}.csr`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${file}.csr`,
      '-CA',
      `${by}.pem`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      ...['-extfile', 'tsa.cnf', '-extensions', extensions, '-days', String(forDays), '-out', `${file}.pem`],
    );
  };
  const issuer = between === undefined ? 'root' : 'between';
  if (issuer === 'between')
    issue('between', `Between ${name}`, 'root', between === 'noCa' ? 'plain' : 'root', 40);
  issue('signer', name, issuer, 'signer', days);
  writeFileSync(join(folder, 'chain.pem'), readFileSync(join(folder, `${issuer}.pem`)));
}

const configOf = (
  usage: string,
  { namedBy = 'sha256', hasChain }: { namedBy: string | undefined; hasChain: boolean },
): string => `
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[plain]
basicConstraints = critical,CA:false
[signer]
basicConstraints = critical,CA:false
${usage === '' ? '' : `extendedKeyUsage = ${usage}`}
[tsa]
default_tsa = authority
[authority]
serial = serial
signer_cert = signer.pem
${hasChain ? 'certs = chain.pem' : ''}
signer_key = signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = ${namedBy}
`;
