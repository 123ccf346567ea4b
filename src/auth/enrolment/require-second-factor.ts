import type { RequestHandler } from 'express';
import { Forbidden } from '../../errors.ts';
import { lacksSecondFactor } from '../require-user.ts';

/** Pages that people reach who must set up a second factor first. */
const OPEN =
  /^\/(account\/second-factor(\/|$)|auth\/(logout|login|step-up|second-factor|not-me|new-email|restore-email|confirm|forgot|reset|unlock|object)(\/|$)|locale$|statement\/|legal(\/|$))/;

/**
 * Leads people who must have a second factor, and have none, to set one up: they reach nothing else. Stands
 * before every page.
 */
export const requireSecondFactor: RequestHandler = (req, res, next) => {
  const { user } = req;
  if (user === undefined || !lacksSecondFactor(user, req.receivedAt) || OPEN.test(req.path)) next();
  else if (req.method === 'GET' && req.accepts('html') !== false) res.redirect(303, '/account/second-factor');
  else throw new Forbidden({ message: 'a second factor is needed first' });
};
