import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';

export function createWorkspaceRouter(_deps: AppDeps): Router {
  return Router();
}
