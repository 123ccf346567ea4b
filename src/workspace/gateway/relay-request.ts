import {
  request,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { clearBodyDeadline, hasBody, setBodyDeadline } from '../../web/server/body-deadline.ts';
import { WorkspaceSilent } from './workspace-agent.ts';

/** For so long, in milliseconds, the rest of a body is taken that the workspace does not want. */
const REST_MS = 10_000;

/** An answer of a workspace with a fault; no byte of it may reach the browser. */
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

/** Makes the headers of a workspace's answer fit for the browser. */
export type CleanAnswer = (headers: IncomingHttpHeaders, status: number) => OutgoingHttpHeaders;

/** The facts for both ways of relaying. */
export interface RelayTarget {
  options: RequestOptions;
  /** For a connection of its own. Undefined: `options` makes one for each request anyway. */
  freshAgent: false | undefined;
  cleanAnswer: CleanAnswer;
}

interface RelayOf extends RelayTarget {
  /** Called when there is an answer that can be sent to the browser. */
  onAnswer(): void;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Sends one request to a workspace, and its answer back. Resolves when the answer to the browser is closed,
 * also when the browser leaves first.
 *
 * 1. A workspace's program may send anything. An answer that Node would refuse to send in our name rejects
 *    with `BrokenAnswer`, before a byte of it reaches the browser.
 * 2. Rejects when no answer comes, and when the answer breaks off; a part of it may have been sent by then.
 * 3. Never throws in a later turn of the event loop.
 */
export function relayRequest(
  req: IncomingMessage,
  res: ServerResponse,
  { options, freshAgent, cleanAnswer, onAnswer }: RelayTarget & { onAnswer(): void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    new Relay(req, res, { options, freshAgent, cleanAnswer, onAnswer, resolve, reject }).start();
  });
}

/**
 * Throws for an answer that Node would not send, or whose end Node cannot find. Status 101 has an event of
 * its own and does not come here. Source: RFC 9110, section 15; RFC 9112, section 6.1.
 */
export function requirePassable({ statusCode: status = 0, headers }: IncomingMessage): void {
  if (status < 200 || status > 599) throw new BrokenAnswer(`its status is ${String(status)}`);
  const coding = headers['transfer-encoding']?.toLowerCase();
  if (coding !== undefined && coding !== 'chunked' && coding !== 'identity')
    throw new BrokenAnswer(`its transfer coding is ${coding}`);
}

/**
 * A class rather than closures: tsx gives each function that is made for a request its name again, which is
 * slow.
 */
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
      // A fault after a whole answer spoils nothing: bytes that follow the answer, or a request body that the
      // workspace did not wait for.
      else if (this.#answer?.complete !== true) this.#fail(error);
    });
    sent.on('response', (answer) => {
      this.#answer = answer;
      // A fault in the bytes that came with the head is found first, while a status can still be sent.
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
    this.#sent = request({ ...this.#of.options, agent: this.#of.freshAgent });
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
      this.#res.writeHead(status, this.#of.cleanAnswer(headers, status));
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
