import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';

export function createAuthRouter(_deps: AppDeps): Router {
  return Router();
}

export function createLocaleRouter(_deps: AppDeps): Router {
  return Router();
}
