/** Names of times at which nothing was recorded: deadlines, ends of periods, the moment of reading. */
const NO_RECORDS = new Set(['as_of', 'due_at', 'start', 'end', 'bought_start', 'bought_end', 'posted_to']);

/**
 * The newest time of a record within a value, no later than `limit`; undefined when there is none. A package
 * of the same records is the same, whenever it is made.
 */
export function newestTime(value: unknown, limit: Date): Date | undefined {
  if (value instanceof Date) return value <= limit ? value : undefined;
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined;
  let newest: Date | undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (NO_RECORDS.has(name)) continue;
    const found = newestTime(inner, limit);
    if (found !== undefined && (newest === undefined || found > newest)) newest = found;
  }
  return newest;
}
