import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { AppError, Conflict, Forbidden, NotFound, TooManyAttempts } from '../errors.ts';
import type { TextKey } from '../web/locales/catalogues.ts';
import { formatOf } from '../web/page-locals.ts';
import { logUnreadable } from '../web/body-fault.ts';
import type { Problem } from './answers.ts';
import { problemStatus, type ProblemName } from './problem-names.ts';

/** A fault in the request, in words for a person. */
type Fault = NonNullable<Problem['errors']>[number];

interface Extras {
  /** The faults of single fields, when they are known. */
  errors?: Fault[];
  /** Why a session ended. */
  reason?: string;
}

/** A refused request to the API, as the RFC 9457 document of its answer. */
export class ApiProblem extends AppError {
  readonly problem: ProblemName;
  readonly extras: Extras;

  constructor(problem: ProblemName, extras: Extras = {}, options?: ErrorOptions) {
    super(problemStatus[problem], `api.${problem}`, options);
    this.problem = problem;
    this.extras = extras;
  }
}

/** The name of a problem for programs. The name never changes; the texts may. */
export function problemType(problem: ProblemName): string {
  return `urn:youarecoder:problem:${problem}`;
}

/** No route of the API answered. */
export const noSuchRoute: RequestHandler = () => {
  throw new ApiProblem('not-found');
};

/** The error handler of the API: every refusal and every fault is a problem document. */
export const problemDocuments: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  const known = toProblem(error);
  if (known.problem === 'unexpected') res.err = error instanceof Error ? error : new Error(String(error));
  else if (!(error instanceof AppError)) logUnreadable(req, error);
  if (error instanceof TooManyAttempts) {
    res.setHeader('retry-after', String(Math.max(1, error.retryAfterSeconds)));
  }
  const challenge = challengeOf(known, req.get('authorization'));
  if (challenge !== null) res.setHeader('www-authenticate', challenge);
  send(res, known, req.requestId);
};

/**
 * RFC 6750, section 3: the answer to a request without a bearer token names the scheme to use, and no error.
 */
function challengeOf({ problem, status }: ApiProblem, authorization: string | undefined): string | null {
  if (problem === 'insufficient-scope') return 'Bearer realm="api", error="insufficient_scope"';
  if (status !== 401) return null;
  const hasToken = /^Bearer /i.test(authorization ?? '');
  return hasToken ? 'Bearer realm="api", error="invalid_token"' : 'Bearer realm="api"';
}

function send(res: Response, { problem, status, extras }: ApiProblem, requestId: string): void {
  const { t } = formatOf(res);
  const body: Problem = {
    type: problemType(problem),
    title: t(`api.${problem}Title` as TextKey),
    status,
    detail: t(`api.${problem}` as TextKey),
    request_id: requestId,
    ...extras,
  };
  res.status(status).type('application/problem+json').send(JSON.stringify(body));
}

/**
 * Errors of the body parser and of Express carry a status. Every other error is a bug, and its text is not
 * shown.
 */
function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof NotFound) return new ApiProblem('not-found');
  if (error instanceof Forbidden) return new ApiProblem('forbidden');
  if (error instanceof Conflict) return new ApiProblem('conflict');
  if (error instanceof TooManyAttempts) return new ApiProblem('rate-limited');
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return new ApiProblem('too-large');
  if (status === 415) return new ApiProblem('unsupported-media-type');
  if (typeof status === 'number' && status >= 400 && status < 500) return new ApiProblem('malformed-request');
  return new ApiProblem('unexpected');
}
