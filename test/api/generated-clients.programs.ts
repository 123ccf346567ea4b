import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';
import { build } from 'esbuild';
import openapiTS, { astToString } from 'openapi-typescript';
import { generate as generateOrval } from 'orval';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildAccessToken, buildCast } from '../support/programs/build.ts';
import { clientLives, type Life } from './client-lives.ts';

const site = useTestApp();
let server: Server;
let origin: string;
let token: string;
/** In the checkout, from where what is generated finds its packages. */
let folder: string;

beforeAll(async () => {
  server = createServer(site.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const { bob } = await buildCast(site.db);
  token = (await buildAccessToken(site.db, bob)).bearer.authorization.replace('Bearer ', '');
  folder = join(inject('programFolder'), String(process.pid), 'clients');
  mkdirSync(folder, { recursive: true });
  await generateAll();
}, 60_000);

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

/** With each generator's own defaults, from the document as it is served. */
async function generateAll(): Promise<void> {
  const document = (await (await fetch(`${origin}/api/v1/openapi.json`)).json()) as object;
  const input = join(folder, 'openapi.json');
  writeFileSync(input, JSON.stringify(document));
  writeFileSync(
    join(folder, 'schema.d.ts'),
    astToString(await openapiTS(document as Parameters<typeof openapiTS>[0])),
  );
  await createClient({
    input,
    output: { path: join(folder, 'hey-api'), tsConfigPath: null },
    logs: { level: 'silent' },
    plugins: ['@hey-api/client-fetch'],
  });
  const target = join(folder, 'orval.ts');
  await generateOrval({
    input,
    output: { target, client: 'fetch', headers: true, baseUrl: `${origin}/api/v1` },
  });
  for (const [name, text] of Object.entries(clientLives))
    writeFileSync(join(folder, `live-by-${name}.ts`), text);
}

const names = Object.keys(clientLives);

describe('a program with a client that was generated from the document of the API', () => {
  it('compiles, by whichever of the three generators', () => {
    const program = ts.createProgram(
      names.map((name) => join(folder, `live-by-${name}.ts`)),
      {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2022,
        lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
        types: [],
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
      },
    );
    const faults = ts.getPreEmitDiagnostics(program);
    expect(
      ts.formatDiagnostics(faults, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => folder,
        getNewLine: () => '\n',
      }),
    ).toBe('');
  });

  it.each(names)('drives the whole life of a workspace: %s', async (name) => {
    const outfile = join(folder, `live-by-${name}.mjs`);
    const entry = join(folder, `live-by-${name}.ts`);
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' });
    const { live } = (await import(pathToFileURL(outfile).href)) as { live: Life };
    expect(await live({ baseUrl: `${origin}/api/v1`, token, name: `by ${name}` })).toEqual({
      name: `by ${name}`,
      wasReplayed: true,
      listed: [`by ${name}`],
      states: ['running', 'stopped'],
      session: 'active',
      endReason: 'closed',
      sessionsListed: 1,
      deletedStatus: 204,
      // A refusal is typed as well.
      refused: 'urn:youarecoder:problem:not-found',
      openapi: '3.1.0',
    });
  });
});
