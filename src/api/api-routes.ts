import type { z } from 'zod';
import type { TokenScope } from '../credentials/access-token.ts';
import { createWorkspaceBody, sessionListQuery, workspaceListQuery } from './input.ts';
import type { ProblemName } from './problem-names.ts';

/** A route of the API, as its document describes it. */
export interface ApiRoute {
  method: 'get' | 'post' | 'delete';
  /** Below /api/v1, as OpenAPI writes it. */
  path: string;
  operationId: string;
  summary: string;
  /** Null: open to everybody, without a token. */
  scope: TokenScope | null;
  query?: z.ZodObject;
  body?: z.ZodType;
  takesIdempotencyKey?: boolean;
  answers: Record<number, { description: string; schema?: AnswerName }>;
  /** The problems of this route, besides those of every route. */
  problems: ProblemName[];
}

/** The schemas of answers, by their names in the document. */
export type AnswerName =
  'Document' | 'Workspace' | 'WorkspaceList' | 'Session' | 'SessionList' | 'TouchOutcome' | 'Problem';

/** The problems of every route. */
export const everyonesProblems: ProblemName[] = ['method-not-allowed', 'unexpected'];

/**
 * The problems of every route with a token. A body is read, and may be refused, also where none is needed.
 */
export const commonProblems: ProblemName[] = [
  'malformed-request',
  'invalid-token',
  'insufficient-scope',
  'acceptance-required',
  'second-factor-required',
  'too-large',
  'unsupported-media-type',
  'rate-limited',
];

/** Every route of /api/v1; a test compares it with the router. */
export const apiRoutes: ApiRoute[] = [
  {
    method: 'get',
    path: '/openapi.json',
    operationId: 'getDocument',
    summary: 'This document',
    scope: null,
    answers: { 200: { description: 'OpenAPI 3.1', schema: 'Document' } },
    problems: [],
  },
  {
    method: 'get',
    path: '/workspaces',
    operationId: 'listWorkspaces',
    summary: 'Your workspaces, newest first; all of the company’s if you are its admin',
    scope: 'workspaces:read',
    query: workspaceListQuery,
    answers: { 200: { description: 'One page', schema: 'WorkspaceList' } },
    problems: ['invalid-input'],
  },
  {
    method: 'post',
    path: '/workspaces',
    operationId: 'createWorkspace',
    summary: 'Create a workspace',
    scope: 'workspaces:write',
    body: createWorkspaceBody,
    takesIdempotencyKey: true,
    answers: { 201: { description: 'Created, now or by the same request before', schema: 'Workspace' } },
    problems: [
      'subscription-lapsed',
      'plan-limit',
      'conflict',
      'name-taken',
      'invalid-input',
      'idempotency-key-reused',
      'no-free-port',
    ],
  },
  {
    method: 'get',
    path: '/workspaces/{id}',
    operationId: 'getWorkspace',
    summary: 'One workspace',
    scope: 'workspaces:read',
    answers: { 200: { description: 'The workspace', schema: 'Workspace' } },
    problems: ['not-found'],
  },
  {
    method: 'delete',
    path: '/workspaces/{id}',
    operationId: 'deleteWorkspace',
    summary: 'Delete a workspace and end what is open in it',
    scope: 'workspaces:write',
    answers: { 204: { description: 'Deleted' } },
    problems: ['not-found'],
  },
  {
    method: 'post',
    path: '/workspaces/{id}/start',
    operationId: 'startWorkspace',
    summary: 'Start the program of a workspace and wait until it listens; one that runs goes on',
    scope: 'workspaces:write',
    answers: { 200: { description: 'It runs', schema: 'Workspace' } },
    problems: ['not-found', 'subscription-lapsed', 'plan-limit', 'start-failed'],
  },
  {
    method: 'post',
    path: '/workspaces/{id}/stop',
    operationId: 'stopWorkspace',
    summary: 'Stop the program of a workspace and end what is open in it',
    scope: 'workspaces:write',
    answers: { 200: { description: 'It is stopped', schema: 'Workspace' } },
    problems: ['not-found'],
  },
  {
    method: 'post',
    path: '/workspaces/{id}/sessions',
    operationId: 'openSession',
    summary: 'Open a workspace with this token, or go on with the session it has open',
    scope: 'sessions:write',
    answers: {
      200: { description: 'This token had a session open', schema: 'Session' },
      201: { description: 'A new session', schema: 'Session' },
    },
    problems: ['not-found', 'subscription-lapsed', 'plan-limit', 'not-running'],
  },
  {
    method: 'get',
    path: '/sessions',
    operationId: 'listSessions',
    summary: 'Your own sessions, by whatever way in, newest first',
    scope: 'sessions:read',
    query: sessionListQuery,
    answers: { 200: { description: 'One page', schema: 'SessionList' } },
    problems: ['invalid-input'],
  },
  {
    method: 'get',
    path: '/sessions/{id}',
    operationId: 'getSession',
    summary: 'One session of yours',
    scope: 'sessions:read',
    answers: { 200: { description: 'The session', schema: 'Session' } },
    problems: ['not-found'],
  },
  {
    method: 'post',
    path: '/sessions/{id}/touch',
    operationId: 'touchSession',
    summary: 'Report use of a session opened with this token, about once a minute',
    scope: 'sessions:write',
    answers: { 200: { description: 'Counted', schema: 'TouchOutcome' } },
    problems: ['not-found', 'session-ended'],
  },
  {
    method: 'post',
    path: '/sessions/{id}/end',
    operationId: 'endSession',
    summary: 'End a session opened with this token; one that has ended stays as it is',
    scope: 'sessions:write',
    answers: { 200: { description: 'The ended session', schema: 'Session' } },
    problems: ['not-found'],
  },
];
