import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';

export function createAdminRouter(_deps: AppDeps): Router {
  return Router();
}
