import { createConnection } from 'node:net';
import process from 'node:process';

// Plain JavaScript without imports of ours: sshd runs it for every key that anybody on the internet offers,
// and compiling TypeScript first would take four times as long.

/** sshd waits for this command while somebody signs in, in milliseconds. */
const ANSWER_MS = 10_000;

/**
 * sshd's AuthorizedKeysCommand: `ssh-authorized-keys.mjs SOCKET %t %k`. Prints the line for the offered key,
 * or nothing when the key opens nothing. The command has the path of a socket and no secret.
 */
function main([path, type, blob]) {
  if (blob === undefined) {
    fail('usage: ssh-authorized-keys.mjs SOCKET TYPE KEY');
    return;
  }
  let answer = '';
  const socket = createConnection({ path });
  socket.setEncoding('utf8').setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer')));
  socket.on('error', (error) => {
    fail(`the app cannot be asked about the key: ${error.message}`);
  });
  socket.on('data', (text) => (answer += text));
  socket.on('end', () => {
    const line = answer === '' ? '' : JSON.parse(answer).line;
    if (line !== '') process.stdout.write(`${line}\n`);
  });
  socket.write(`${JSON.stringify({ type, blob })}\n`);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

main(process.argv.slice(2));
