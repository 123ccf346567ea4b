/** The story that each program reports. */
interface LifeStory {
  name: string;
  wasReplayed: boolean;
  listed: string[];
  states: (string | null)[];
  session: string;
  endReason: string | null;
  sessionsListed: number;
  deletedStatus: number;
  refused: string;
  openapi: string;
}

/** The acts of a generated client; `name` is the workspace's. */
export type Life = (of: { baseUrl: string; token: string; name: string }) => Promise<LifeStory>;

const HEAD = `
type Of = { baseUrl: string; token: string; name: string };
function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing was answered');
  return value;
}
`;

/**
 * Programs as their authors would write them, in the words of each client: text, since what they import is
 * still to be generated.
 */
export const clientLives: Record<string, string> = {
  'openapi-typescript': `
import createClient from 'openapi-fetch';
import type { paths } from './schema.js';
${HEAD}
export async function live({ baseUrl, token, name }: Of) {
  const api = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${token}\` } });
  const header = { 'Idempotency-Key': \`key of \${name}\`.replaceAll(' ', '-') };
  const create = () => api.POST('/workspaces', { body: { name }, params: { header } });
  const made = there((await create()).data);
  const again = (await create()).response.headers.get('idempotent-replayed');
  const path = { id: made.id };
  const list = there((await api.GET('/workspaces', { params: { query: { limit: 10 } } })).data);
  const one = there((await api.GET('/workspaces/{id}', { params: { path } })).data);
  const started = there((await api.POST('/workspaces/{id}/start', { params: { path } })).data);
  const opened = there((await api.POST('/workspaces/{id}/sessions', { params: { path } })).data);
  const of = { params: { path: { id: opened.id } } };
  const touched = there((await api.POST('/sessions/{id}/touch', of)).data);
  const ended = there((await api.POST('/sessions/{id}/end', of)).data);
  const sessions = there((await api.GET('/sessions', { params: { query: { limit: 1 } } })).data);
  await api.GET('/sessions/{id}', of);
  const stopped = there((await api.POST('/workspaces/{id}/stop', { params: { path } })).data);
  const deleted = await api.DELETE('/workspaces/{id}', { params: { path } });
  const gone = await api.GET('/workspaces/{id}', { params: { path } });
  const document = there((await api.GET('/openapi.json')).data);
  return {
    name: one.name, wasReplayed: again === 'true', listed: list.data.map((each) => each.name),
    states: [started.state, stopped.state], session: touched.state, endReason: ended.end_reason,
    sessionsListed: sessions.data.length, deletedStatus: deleted.response.status,
    refused: there(gone.error).type, openapi: document.openapi,
  };
}
`,
  'hey-api': `
import * as api from './hey-api/index.js';
import { client } from './hey-api/client.gen.js';
${HEAD}
export async function live({ baseUrl, token, name }: Of) {
  client.setConfig({ baseUrl, auth: token });
  const headers = { 'Idempotency-Key': \`key of \${name}\`.replaceAll(' ', '-') };
  const create = () => api.createWorkspace({ body: { name }, headers });
  const made = there((await create()).data);
  const again = there((await create()).response).headers.get('idempotent-replayed');
  const path = { id: made.id };
  const list = there((await api.listWorkspaces({ query: { limit: 10 } })).data);
  const one = there((await api.getWorkspace({ path })).data);
  const started = there((await api.startWorkspace({ path })).data);
  const opened = there((await api.openSession({ path })).data);
  const of = { path: { id: opened.id } };
  const touched = there((await api.touchSession(of)).data);
  const ended = there((await api.endSession(of)).data);
  const sessions = there((await api.listSessions({ query: { limit: 1 } })).data);
  await api.getSession(of);
  const stopped = there((await api.stopWorkspace({ path })).data);
  const deleted = await api.deleteWorkspace({ path });
  const gone = await api.getWorkspace({ path });
  const document = there((await api.getDocument()).data);
  return {
    name: one.name, wasReplayed: again === 'true', listed: list.data.map((each) => each.name),
    states: [started.state, stopped.state], session: touched.state, endReason: ended.end_reason,
    sessionsListed: sessions.data.length, deletedStatus: there(deleted.response).status,
    refused: there(gone.error).type, openapi: document.openapi,
  };
}
`,
  orval: `
import * as api from './orval.js';
${HEAD}
/** An answer of that status, in its type. */
function of<A extends { status: number }, S extends A['status']>(answer: A, status: S) {
  if (answer.status !== status) throw new Error(\`\${String(answer.status)}, not \${String(status)}\`);
  return answer as Extract<A, { status: S }>;
}
export async function live({ token, name }: Of) {
  const asked = { headers: { authorization: \`Bearer \${token}\` } };
  const key = { 'Idempotency-Key': \`key of \${name}\`.replaceAll(' ', '-') };
  const create = () => api.createWorkspace({ name }, key, asked);
  const made = of(await create(), 201).data;
  const again = (await create()).headers.get('idempotent-replayed');
  const list = of(await api.listWorkspaces({ limit: 10 }, asked), 200).data;
  const one = of(await api.getWorkspace(made.id, asked), 200).data;
  const started = of(await api.startWorkspace(made.id, asked), 200).data;
  const opened = of(await api.openSession(made.id, asked), 201).data;
  const touched = of(await api.touchSession(opened.id, asked), 200).data;
  const ended = of(await api.endSession(opened.id, asked), 200).data;
  const sessions = of(await api.listSessions({ limit: 1 }, asked), 200).data;
  await api.getSession(opened.id, asked);
  const stopped = of(await api.stopWorkspace(made.id, asked), 200).data;
  const deleted = await api.deleteWorkspace(made.id, asked);
  const gone = of(await api.getWorkspace(made.id, asked), 404).data;
  const document = of(await api.getDocument(), 200).data;
  return {
    name: one.name, wasReplayed: again === 'true', listed: list.data.map((each) => each.name),
    states: [started.state, stopped.state], session: touched.state, endReason: ended.end_reason,
    sessionsListed: sessions.data.length, deletedStatus: deleted.status,
    refused: gone.type, openapi: document.openapi,
  };
}
`,
};
