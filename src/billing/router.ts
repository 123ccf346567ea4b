import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';

export function createBillingRouter(_deps: AppDeps): Router {
  return Router();
}

export function createPaymentReturnRouter(_deps: AppDeps): Router {
  return Router();
}

export function createPaytrCallbackRouter(_deps: AppDeps): Router {
  return Router();
}
