/**
 * The addresses of the pages before and after a page of a list, with the other parameters kept. Null where
 * the list ends. `prefix` is that of `parseCursor`; `fragment` (an element's id) leads back to a list further
 * down the page.
 */
export function pageUrls(
  path: string,
  kept: Record<string, string | number | null | undefined>,
  page: { prevId: number | string | null; nextId: number | string | null },
  { prefix = '', fragment }: { prefix?: string; fragment?: string } = {},
): { prevUrl: string | null; nextUrl: string | null } {
  const urlOf = (side: 'prev' | 'next', id: number | string | null): string | null => {
    if (id === null) return null;
    const url = urlWith(path, { ...kept, [prefix + side]: id });
    return fragment === undefined ? url : `${url}#${fragment}`;
  };
  return { prevUrl: urlOf('prev', page.prevId), nextUrl: urlOf('next', page.nextId) };
}

/** A path with the parameters that have a value. */
export function urlWith(path: string, params: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
