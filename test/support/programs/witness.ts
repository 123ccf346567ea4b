import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseCheckpoint, type Checkpoint } from '../../../src/transparency/notes/checkpoint.ts';
import { cosigner } from '../../../src/transparency/notes/cosignature.ts';
import {
  COSIGNATURE,
  parseNote,
  parseVkey,
  signatureLine,
  verifyNote,
  vkeyOf,
} from '../../../src/transparency/notes/signed-note.ts';
import { verifyConsistency } from '../../../src/transparency/tree/consistency.ts';

/** A witness of this machine that keeps to C2SP tlog-witness v1.0.0, with the logs whose keys it is told. */
export interface TestWitness {
  url: string;
  /** The key of the witness. */
  vkey: string;
  /** The newest checkpoint that it has cosigned, by origin. */
  known: Map<string, Checkpoint>;
  /** Every question as it came. */
  asked: string[];
  /** In place of its answer; null: it answers by the rules. */
  answerWith: Answer | null;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  body: string;
  type?: string;
}

/** Starts a witness for logs, which it knows by their vkeys. */
export async function startTestWitness(logKeys: () => string[]): Promise<TestWitness> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const name = 'witness.example/w1';
  const witness: Omit<TestWitness, 'url' | 'close'> = {
    vkey: vkeyOf(name, privateKey, COSIGNATURE),
    known: new Map(),
    asked: [],
    answerWith: null,
  };
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      witness.asked.push(body);
      const isCall = req.method === 'POST' && req.url === '/add-checkpoint';
      const answer =
        witness.answerWith ??
        (isCall
          ? judge(body, witness.known, { name, privateKey, logKeys: logKeys() })
          : { status: 404, body: '' });
      res
        .writeHead(answer.status, { 'content-type': answer.type ?? 'text/plain; charset=utf-8' })
        .end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return Object.assign(witness, {
    url,
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function judge(
  body: string,
  known: Map<string, Checkpoint>,
  { name, privateKey, logKeys }: { name: string; privateKey: KeyObject; logKeys: string[] },
): Answer {
  const [, digits = '', lines = '', note = ''] =
    /^old (0|[1-9][0-9]*)\n((?:[A-Za-z0-9+/]{43}=\n){0,63})\n([^]*)$/.exec(body) ?? [];
  const parsed = parseNote(note);
  const checkpoint = parseCheckpoint(parsed?.text ?? '');
  if (digits === '' || parsed === null || checkpoint === null) return { status: 400, body: 'malformed' };
  const { origin, size, root } = checkpoint;
  const keys = logKeys.map((key) => parseVkey(key)).filter((key) => key?.name === origin);
  if (keys.length === 0) return { status: 404, body: 'unknown origin' };
  if (
    verifyNote(
      note,
      keys.filter((key) => key !== null),
    ) === null
  )
    return { status: 403, body: 'no signature' };
  const oldSize = Number(digits);
  if (oldSize > size) return { status: 400, body: 'old size' };
  const last = known.get(origin);
  if (oldSize !== (last?.size ?? 0))
    return { status: 409, body: `${String(last?.size ?? 0)}\n`, type: 'text/x.tlog.size' };
  const proof = lines
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.from(line, 'base64'));
  if (last !== undefined && last.size === size && !last.root.equals(root))
    return { status: 409, body: `${String(size)}\n`, type: 'text/x.tlog.size' };
  const isConsistent =
    last === undefined ? proof.length === 0 : verifyConsistency(oldSize, size, last.root, root, proof);
  if (!isConsistent) return { status: 422, body: 'inconsistent' };
  known.set(origin, checkpoint);
  const signer = cosigner(name, privateKey, Math.floor(Date.now() / 1000));
  return { status: 200, body: signatureLine(signer, signer.sign(parsed.text)) };
}
