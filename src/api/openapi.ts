import { z } from 'zod';
import {
  problemAnswer,
  sessionAnswer,
  sessionListAnswer,
  touchAnswer,
  workspaceAnswer,
  workspaceListAnswer,
} from './answers.ts';
import { apiRoutes, commonProblems, type AnswerName, type ApiRoute } from './api-routes.ts';
import { idempotencyKey } from './input.ts';
import { problemStatus, type ProblemName } from './problem-names.ts';

type Json = Record<string, unknown>;

const answerSchemas: Record<AnswerName, z.ZodType> = {
  Workspace: workspaceAnswer,
  WorkspaceList: workspaceListAnswer,
  Session: sessionAnswer,
  SessionList: sessionListAnswer,
  TouchOutcome: touchAnswer,
  Problem: problemAnswer,
};

/** The API in OpenAPI 3.1, made from the schemas that read what is sent and that the answers are typed by. */
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
        Object.entries(answerSchemas).map(([name, schema]) => [name, toSchema(schema, 'output')]),
      ),
    },
  };
}

function toOperation(route: ApiRoute): Json {
  const { operationId, summary, scope, body } = route;
  const problems = [...(scope === null ? [] : commonProblems), ...route.problems];
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
            content: { 'application/json': { schema: toSchema(body, 'input') } },
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
    schema: { type: 'integer', minimum: 1 },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: toSchema(schema as z.ZodType, 'input'),
  }));
  const key = { name: 'Idempotency-Key', in: 'header', required: false };
  const inHeader =
    takesIdempotencyKey === true ? [{ ...key, schema: toSchema(idempotencyKey, 'input') }] : [];
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
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

/** Without additionalProperties: answers may grow, and a program must not break on a field it does not know. */
function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const made = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(made).filter(([name]) => !['$schema', '~standard'].includes(name)),
  );
}
