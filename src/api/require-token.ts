import type { Request, RequestHandler } from 'express';
import type { WorkspaceDeps } from '../workspace/workspace-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { tokenSessionId, type TokenScope } from '../credentials/access-token.ts';
import { lacksSecondFactor } from '../auth/require-user.ts';
import { addressKey } from '../auth/attempt-limits.ts';
import { authenticateToken, type UsedToken } from '../credentials/authenticate-token.ts';
import { recordMissingScope, recordRefusedToken } from '../credentials/record-refused-token.ts';
import { findMissingAcceptances } from '../legal/queries.ts';
import { createRateLimit } from '../web/rate-limit.ts';
import { ApiProblem } from './problems.ts';

/**
 * Requests of one person in a minute, with all their tokens. Two a second are enough for any script that
 * waits for its answers.
 */
const REQUESTS_PER_MINUTE = 120;

/**
 * Refused tokens from one address in a minute: a forgotten script gets an answer each time, and a flood
 * writes no evidence.
 */
const REFUSALS_PER_MINUTE = 30;

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express merges its request type through this namespace
  namespace Express {
    interface Request {
      /** Set by api/require-token.ts. */
      accessToken?: UsedToken;
    }
  }
}

/**
 * Lets requests with a valid token in the Authorization header pass, as the person it stands for. Cookies are
 * not read here, so no other site can make a browser act through the API.
 */
export function requireToken({ db }: Pick<WorkspaceDeps, 'db'>): RequestHandler {
  const requests = createRateLimit(db, { name: 'api', points: REQUESTS_PER_MINUTE, durationSeconds: 60 });
  const refusals = createRateLimit(db, {
    name: 'api-refused',
    points: REFUSALS_PER_MINUTE,
    durationSeconds: 60,
  });
  return async (req, _res, next) => {
    const text = bearerOf(req);
    if (text === null) throw new ApiProblem('invalid-token');
    const context = requestContext(req);
    const outcome = await authenticateToken(db, context, text);
    if (!outcome.ok) {
      await recordRefusedToken(db, context, outcome);
      const key = addressKey(context.ip);
      if (key !== null) await refusals.consume(key);
      throw new ApiProblem('invalid-token');
    }
    await requests.consume(String(outcome.user.id));
    req.user = outcome.user;
    req.accessToken = outcome.token;
    req.browserSessionHash = tokenSessionId(outcome.token.id);
    // Pages lead such a person to set one up, and to nothing else.
    if (lacksSecondFactor(outcome.user, context.at)) throw new ApiProblem('second-factor-required');
    if ((await findMissingAcceptances(db, outcome.user.id)).length > 0) {
      throw new ApiProblem('acceptance-required');
    }
    next();
  };
}

/** Lets tokens with this scope pass. Others leave a row in the evidence. */
export function requireScope({ db }: Pick<WorkspaceDeps, 'db'>, scope: TokenScope): RequestHandler {
  return async (req, _res, next) => {
    const token = req.accessToken;
    if (token === undefined) throw new ApiProblem('invalid-token');
    if (!token.scopes.includes(scope)) {
      await recordMissingScope(db, requestContext(req), { token, scope });
      throw new ApiProblem('insufficient-scope');
    }
    next();
  };
}

/** RFC 6750, section 2.1. The name of the scheme may be in any case (RFC 9110, section 11.1). */
function bearerOf(req: Request): string | null {
  return /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1] ?? null;
}
