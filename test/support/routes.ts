import type { Express } from 'express';

interface MountedRoute {
  /** ANY answers the methods that no other route of the path answers. */
  method: string;
  /** The pattern with its mount, e.g. `/admin/users/:id/role`. */
  path: string;
}

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
  /** The address at which the router is mounted. */
  rawPath: unknown;
}

/** Every route of the application, found by walking its routers. */
export function listRoutes(app: Express): MountedRoute[] {
  return walk((app.router as unknown as { stack: Layer[] }).stack, '');
}

function walk(stack: Layer[], prefix: string): MountedRoute[] {
  return stack.flatMap((layer) => {
    const { route } = layer;
    if (route !== undefined) {
      const path = `${prefix}${route.path === '/' ? '' : route.path}` || '/';
      // HEAD is answered like GET, or refused where a GET is recorded.
      const methods = Object.keys(route.methods).filter((method) => method !== 'head');
      return methods.map((method) => ({
        method: method === '_all' ? 'ANY' : method.toUpperCase(),
        path,
      }));
    }
    return layer.handle.stack === undefined ? [] : walk(layer.handle.stack, prefix + mountOf(layer));
  });
}

function mountOf({ rawPath }: Layer): string {
  if (typeof rawPath !== 'string')
    throw new Error(`A router is mounted at ${String(rawPath)}, not at one path`);
  return rawPath === '/' ? '' : rawPath;
}
