import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/** An answer of any HTTP status, as text. */
interface FormAnswer {
  status: number;
  text: string;
}

/** Posts a form. Throws what the network says; a `TimeoutError` when the answer is not there in time. */
export type PostForm = (
  url: string,
  form: URLSearchParams,
  limits: { timeoutMs: number; maxLength: number },
) => Promise<FormAnswer>;

// A connection that nobody used for so long is closed: most servers close theirs a second later.
const idle = { keepAlive: true, timeout: 4_000 };
const plain = { request: requestHttp, agent: new HttpAgent(idle) };
const secure = { request: requestHttps, agent: new HttpsAgent(idle) };

/**
 * Posts a form and reads at most `maxLength` characters of the answer. Follows no redirect and sends nothing
 * twice. By Node's own client, since a `fetch` costs five times its processor time, and every notification of
 * the gateway asks a question.
 */
export const postForm: PostForm = (url, form, { timeoutMs, maxLength }) =>
  new Promise((resolve, reject) => {
    const { request, agent } = url.startsWith('https:') ? secure : plain;
    const body = form.toString();
    const headers = {
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      'content-length': Buffer.byteLength(body),
      accept: '*/*',
      'user-agent': 'node',
    };
    let isAnswered = false;
    const post = request(url, { method: 'POST', agent, headers }, (answer) => {
      isAnswered = true;
      readAnswer(answer, maxLength).then(resolve, reject);
    });
    const timer = setTimeout(() => {
      reject(Object.assign(new Error('no answer in time'), { name: 'TimeoutError' }));
      post.destroy();
    }, timeoutMs);
    post.on('error', reject);
    post.once('close', () => {
      clearTimeout(timer);
      // A server that changes the protocol (101) ends the request without an answer and without a fault.
      if (!isAnswered) reject(new Error('closed without an answer'));
    });
    post.end(body);
  });

function readAnswer(answer: IncomingMessage, maxLength: number): Promise<FormAnswer> {
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (): void => {
      // Node leaves the mark with which some servers begin a text.
      const unmarked = text.startsWith('\uFEFF') ? text.slice(1) : text;
      // The last packet may bring more than the limit, and with the end it could be read as an answer.
      resolve({ status: answer.statusCode ?? 0, text: unmarked.slice(0, maxLength) });
    };
    answer.setEncoding('utf8');
    answer.on('data', (part: string) => {
      text += part;
      if (text.length <= maxLength) return;
      done();
      answer.destroy();
    });
    answer.once('end', done);
    answer.on('error', reject);
  });
}
