import {
  request,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { clearBodyDeadline, hasBody, setBodyDeadline } from '../../web/server/body-deadline.ts';
import { cleanResponseHeaders } from './proxy-headers.ts';
import { WorkspaceSilent } from './workspace-agent.ts';

/** For so long, in milliseconds, the rest of a body is taken that the workspace does not want. */
const REST_MS = 10_000;

/** What is wrong with the answer of a workspace; nothing of it may be passed on. */
export class BrokenAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BrokenAnswer';
  }
}

/** The browser stopped in the middle of a body, and the workspace waited for the rest. */
export class BodyStoodStill extends Error {
  constructor(cause: Error) {
    super('the rest of the body did not come', { cause });
    this.name = 'BodyStoodStill';
  }
}

interface RelayOf {
  options: RequestOptions;
  /** Told when there is an answer that can be passed on. */
  onAnswer(): void;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Passes one request on and its answer back. A workspace's program may send anything: an answer that Node
 * would refuse to send in our name is a `BrokenAnswer` before a byte of it is passed on. Resolves when the
 * answer is closed. Rejects when there is none, and when it breaks off; some of it may have been sent by
 * then. Never throws in a later turn.
 */
export function relayRequest(
  req: IncomingMessage,
  res: ServerResponse,
  { options, onAnswer }: { options: RequestOptions; onAnswer(): void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    new Relay(req, res, { options, onAnswer, resolve, reject }).start();
  });
}

/**
 * Throws for an answer that Node would not send, or of which it cannot say where it ends. 101 has an event of
 * its own. Source: RFC 9110, section 15; RFC 9112, section 6.1.
 */
export function requirePassable({ statusCode: status = 0, headers }: IncomingMessage): void {
  if (status < 200 || status > 599) throw new BrokenAnswer(`its status is ${String(status)}`);
  const coding = headers['transfer-encoding']?.toLowerCase();
  if (coding !== undefined && coding !== 'chunked' && coding !== 'identity')
    throw new BrokenAnswer(`its transfer coding is ${coding}`);
}

/** A class, since tsx names each function anew that is made for a request, which is slow. */
class Relay {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #of: RelayOf;
  readonly #hasBody: boolean;
  #sent: ClientRequest;
  #answer: IncomingMessage | null = null;
  #isOver = false;

  constructor(req: IncomingMessage, res: ServerResponse, of: RelayOf) {
    this.#req = req;
    this.#res = res;
    this.#of = of;
    this.#hasBody = hasBody(req);
    this.#sent = request(of.options);
  }

  start(): void {
    this.#listen();
    if (this.#res.destroyed) {
      this.#sent.destroy();
      this.#of.resolve();
      return;
    }
    this.#res.on('close', () => {
      if (!this.#res.writableFinished) this.#sent.destroy();
      this.#of.resolve();
    });
    if (this.#hasBody) {
      clearBodyDeadline(this.#req);
      this.#req.pipe(this.#sent);
    } else this.#sent.end();
  }

  #listen(): void {
    const sent = this.#sent;
    sent.on('error', (error) => {
      if (this.#isStale()) this.#sendAgain();
      // What comes behind a whole answer, or is lost of a body that it did not wait for, takes nothing from
      // it.
      else if (this.#answer?.complete !== true) this.#fail(error);
    });
    sent.on('response', (answer) => {
      this.#answer = answer;
      // What is wrong in the bytes that came with the head is found first, while there is a place for a
      // status.
      process.nextTick(passBackLater, this);
    });
    // Without a listener Node drops the connection and says nothing, and the browser would wait for ever.
    sent.on('upgrade', (_answer, socket) => {
      socket.destroy();
      this.#fail(new BrokenAnswer('it left HTTP, which nobody had asked for'));
    });
  }

  /**
   * The program has closed a connection that was kept, while this was on its way: it has not read it (RFC
   * 9110, section 9.2.2).
   */
  #isStale(): boolean {
    const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(this.#req.method ?? '') && !this.#hasBody;
    return (
      isSafe && this.#sent.reusedSocket && this.#answer === null && !this.#res.destroyed && !this.#isOver
    );
  }

  #sendAgain(): void {
    this.#sent = request({ ...this.#of.options, agent: false });
    this.#listen();
    this.#sent.end();
  }

  passBack(): void {
    const answer = this.#answer;
    if (answer === null || this.#isOver || !this.#begin(answer)) return;
    answer.on('close', () => {
      if (!answer.complete) this.#fail(new BrokenAnswer('it broke off'));
      else if (!this.#req.complete) this.#takeRest();
    });
    answer.pipe(this.#res);
  }

  /** The reason phrase is not passed on: nobody reads it, and it may hold any byte. */
  #begin(answer: IncomingMessage): boolean {
    const { statusCode: status = 0, headers } = answer;
    try {
      requirePassable(answer);
      this.#res.writeHead(status, cleanResponseHeaders(headers, status));
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    this.#of.onAnswer();
    return true;
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const isStanding =
      error instanceof WorkspaceSilent && !this.#req.complete && !this.#sent.writableNeedDrain;
    this.#of.reject(isStanding ? new BodyStoodStill(error) : error);
    this.#sent.destroy();
    if (!this.#req.complete) this.#takeRest();
  }

  /** A browser that is still sending would not read the answer. */
  #takeRest(): void {
    this.#req.unpipe(this.#sent);
    this.#sent.destroy();
    this.#req.resume();
    setBodyDeadline(this.#req, REST_MS, () => this.#req.destroy());
  }
}

function passBackLater(relay: Relay): void {
  relay.passBack();
}
