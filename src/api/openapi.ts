import { z } from 'zod';
import {
  documentAnswer,
  problemAnswer,
  sessionAnswer,
  sessionListAnswer,
  touchAnswer,
  workspaceAnswer,
  workspaceListAnswer,
} from './answers.ts';
import {
  apiRoutes,
  commonProblems,
  everyonesProblems,
  type AnswerName,
  type ApiRoute,
} from './api-routes.ts';
import { idempotencyKey } from './input.ts';
import { problemStatus, type ProblemName } from './problem-names.ts';

type Json = Record<string, unknown>;

/** Fifteen digits, as in the schema of addresses. */
const ID_MAX = 999_999_999_999_999;

const answerSchemas: Record<AnswerName, z.ZodType> = {
  Document: documentAnswer,
  Workspace: workspaceAnswer,
  WorkspaceList: workspaceListAnswer,
  Session: sessionAnswer,
  SessionList: sessionListAnswer,
  TouchOutcome: touchAnswer,
  Problem: problemAnswer,
};

/** The API in OpenAPI 3.1, generated from the schemas that parse requests and type answers. */
export function openApiDocument(baseUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of apiRoutes) {
    paths[route.path] = { ...paths[route.path], [route.method]: toOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'YouAreCoder API',
      version: '1.0.0',
      description:
        'Use workspaces from a program. Make a token at /auth/tokens and send it as a bearer token. Refusals are problem documents (RFC 9457); `type` tells them apart.',
    },
    servers: [{ url: `${baseUrl}/api/v1` }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'yac_…' } },
      schemas: Object.fromEntries(
        Object.entries(answerSchemas).map(([name, schema]) => [name, toSchema(schema)]),
      ),
    },
  };
}

function toOperation(route: ApiRoute): Json {
  const { operationId, summary, scope, body } = route;
  const problems = [...everyonesProblems, ...(scope === null ? [] : commonProblems), ...route.problems];
  return {
    operationId,
    summary,
    ...(scope === null ? { security: [] } : { description: `Needs the scope \`${scope}\`.` }),
    parameters: parametersOf(route),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toBodySchema(body) } },
          },
        }),
    responses: { ...toAnswers(route), ...toRefusals(problems) },
  };
}

function parametersOf({ path, query, takesIdempotencyKey }: ApiRoute): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'integer', minimum: 1, maximum: ID_MAX },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: toSchema(schema as z.ZodType),
  }));
  const key = { name: 'Idempotency-Key', in: 'header', required: false };
  const inHeader = takesIdempotencyKey === true ? [{ ...key, schema: toSchema(idempotencyKey) }] : [];
  return [...inPath, ...inQuery, ...inHeader];
}

function toAnswers({ answers }: ApiRoute): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema }]) => [
      status,
      {
        description,
        ...(schema === undefined
          ? {}
          : { content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } }),
      },
    ]),
  );
}

function toRefusals(problems: ProblemName[]): Json {
  const statuses = [...new Set(problems.map((name) => problemStatus[name]))];
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: problems.filter((name) => problemStatus[name] === status).join(', '),
        ...(headersOf[status] === undefined ? {} : { headers: headersOf[status] }),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

/** Headers that tell how to go on after a refusal, by status. */
const headersOf: Record<number, Json | undefined> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' } } },
  405: { Allow: { description: 'The methods of this address', schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer', minimum: 1 } } },
};

/**
 * The schema of a body: the input decides which fields are optional, the output decides the rules of each.
 */
function toBodySchema(body: z.ZodType): Json {
  const { required } = z.toJSONSchema(body, { io: 'input' });
  return { ...toSchema(body), ...(required === undefined ? {} : { required }) };
}

/**
 * The schema of a value after parsing: in an address it is sent as text and becomes a number from 1 to 100
 * only afterwards. Without additionalProperties: answers may grow, and a program must not break on an unknown
 * field.
 */
function toSchema(schema: z.ZodType): Json {
  const made = z.toJSONSchema(schema, {
    io: 'output',
    override: ({ zodSchema, jsonSchema, path }) => {
      delete jsonSchema.additionalProperties;
      // `format` says the same in two words.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      const name = path.length === 0 ? undefined : nameOf(zodSchema);
      if (name === undefined) return;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      jsonSchema.$ref = `#/components/schemas/${name}`;
    },
  });
  return Object.fromEntries(
    Object.entries(made).filter(([name]) => !['$schema', '~standard'].includes(name)),
  );
}

/** The name of an answer that is part of another answer, so that programs see one type for both. */
function nameOf(schema: unknown): string | undefined {
  return Object.entries(answerSchemas).find(([, answer]) => answer === schema)?.[0];
}
