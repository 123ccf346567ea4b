// Runs in the network of a workspace, and hands the app connections to ports of its loopback address. None of
// what they carry is read. The process ends with the app.
import { createConnection } from 'node:net';

const TIMEOUT_MS = 5000;

process.on('disconnect', () => process.exit());
process.on('message', ({ id, port }) => {
  connect(id, port, ['127.0.0.1', '::1']);
});

function connect(id, port, [host, ...others]) {
  const socket = createConnection({ host, port, timeout: TIMEOUT_MS });
  // The first bytes of the server are for the app.
  socket.pause();
  socket.once('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
  socket.once('error', ({ code }) => {
    if (code === 'ECONNREFUSED' && others.length > 0) connect(id, port, others);
    else process.send({ id, code: String(code) });
  });
  socket.once('connect', () => {
    socket.removeAllListeners('timeout');
    process.send({ id }, socket);
  });
}
