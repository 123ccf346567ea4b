import type { RequestHandler } from 'express';
import { TooManyAttempts } from '../../errors.ts';

/** A person with more requests under way is a script, and would stall everybody else. */
const IN_FLIGHT_MAX = 64;

/** After so many seconds a browser may try again. */
const RETRY_AFTER_SECONDS = 2;

/** Refuses (429) a signed-in person's request while too many of theirs are still being answered here. */
export function limitInFlight(): RequestHandler {
  const inFlight = new Map<number, number>();
  return (req, res, next) => {
    const personId = req.user?.id;
    if (personId === undefined) {
      next();
      return;
    }
    const running = inFlight.get(personId) ?? 0;
    if (running >= IN_FLIGHT_MAX) throw new TooManyAttempts(RETRY_AFTER_SECONDS);
    inFlight.set(personId, running + 1);
    res.once('close', () => {
      const left = (inFlight.get(personId) ?? 1) - 1;
      if (left === 0) inFlight.delete(personId);
      else inFlight.set(personId, left);
    });
    next();
  };
}
