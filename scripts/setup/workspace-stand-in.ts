import { readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

/*
 * A stand-in for a workspace's program, for development and demo without WORKSPACE_COMMAND: one page that
 * explains itself and lists the folder.
 */
const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);

function main(): void {
  const { values } = parseArgs({
    options: { socket: { type: 'string' }, folder: { type: 'string' }, name: { type: 'string' } },
  });
  const { socket = '', folder = '', name = '' } = values;
  const server = createServer((req, res) => {
    process.stdout.write(`${new Date().toISOString()} ${req.method ?? ''} ${req.url ?? ''}\n`);
    const files = readdirSync(folder).map((file) => `<li>${escape(file)}</li>`);
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    res.end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(name)}</title>
      <h1>${escape(name)}</h1><p>This is a stand-in: no editor is set up. Set WORKSPACE_COMMAND to a real program.</p>
      <h2>Files</h2><ul>${files.join('')}</ul></html>`,
    );
  });
  rmSync(socket, { force: true });
  server.listen(socket, () => process.stdout.write('The stand-in listens; no real program is configured.\n'));
  process.on('SIGTERM', () => process.exit(0));
}

main();
