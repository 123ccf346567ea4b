/**
 * A development server as people run one in a workspace, for `node --eval`: it listens on the loopback
 * address alone, and is as strict as the usual ones about host and origin. Its page follows a WebSocket, by
 * which each request to /change pushes the next version, as hot reloading does. There is a stream of events,
 * a redirect to the address by which it knows itself, and a cookie.
 */
export const DEV_SERVER = `
const { createHash } = require('node:crypto');
const [, name, port, host] = process.argv;
const own = 'localhost:' + port;
let version = 1;
const sockets = new Set();
const server = require('node:http').createServer((req, res) => {
  if (req.headers.host !== own) return res.writeHead(403).end('Blocked request. This host is not allowed.');
  if (req.method === 'POST' && req.headers.origin !== 'http://' + own) return res.writeHead(403).end('origin');
  if (req.url === '/change') {
    version += 1;
    for (const socket of sockets) socket.write(Buffer.concat([Buffer.from([0x81, 1]), Buffer.from(String(version))]));
    return res.end('changed');
  }
  if (req.url === '/seen') return res.end(JSON.stringify({ method: req.method, headers: req.headers }));
  if (req.url === '/login') return res.writeHead(302, { location: 'http://' + own + '/welcome?a=1#b', 'set-cookie': 'dev=1; Domain=localhost; Path=/' }).end();
  if (req.url === '/other') return res.writeHead(302, { location: 'http://127.0.0.1:4000/x' }).end();
  if (req.url === '/events') {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\\n\\n');
    return;
  }
  res.setHeader('content-type', 'text/html');
  res.end('<!doctype html><title>' + name + '</title><h1>' + name + '</h1><p id=version>1</p><script>' +
    'const socket = new WebSocket("ws://" + location.host + "/socket");' +
    'socket.onmessage = ({ data }) => { version.textContent = data; };' +
    'socket.onclose = () => { version.textContent = "closed"; };</script>');
});
server.on('upgrade', (req, socket) => {
  if (req.headers.host !== own || req.headers.origin !== 'http://' + own) return socket.destroy();
  const accept = createHash('sha1').update(req.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  sockets.add(socket);
  socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
});
server.listen(Number(port), host || '127.0.0.1');
`;
