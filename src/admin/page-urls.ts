import type { Page } from '../keyset.ts';

/** The addresses of the pages beside a page of a list, keeping what else is asked for; null where the list ends. */
export function pageUrls(
  path: string,
  kept: Record<string, string | number | null | undefined>,
  page: Pick<Page<unknown>, 'prevId' | 'nextId'>,
): { prevUrl: string | null; nextUrl: string | null } {
  return {
    prevUrl: page.prevId === null ? null : urlWith(path, { ...kept, prev: page.prevId }),
    nextUrl: page.nextId === null ? null : urlWith(path, { ...kept, next: page.nextId }),
  };
}

/** A path with those of the parameters that have a value. */
export function urlWith(path: string, params: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
