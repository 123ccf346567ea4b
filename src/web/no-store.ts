import type { RequestHandler } from 'express';

/** Keeps pages of signed-in people out of every cache: after sign-out the back button must not show them. */
export const noStoreWhenSignedIn: RequestHandler = (req, res, next) => {
  if (req.user !== undefined) res.setHeader('cache-control', 'no-store');
  next();
};

/**
 * Keeps a page out of every cache, whoever reads it: forms for passwords, and addresses that hold a token.
 */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('cache-control', 'no-store');
  next();
};
