import { describeFault, readBounded } from '../../outside-answer.ts';

/** The address of the central bank's files, and how long an answer may take. Only tests replace `fetch`. */
export interface TcmbConnection {
  baseUrl: string;
  timeoutSeconds: number;
  fetch?: typeof fetch;
}

/** The file of a bulletin, or that there is none, or why nobody knows. */
type BulletinAnswer = { found: true; file: Uint8Array } | { found: false; problem: string | null };

/** A bulletin has some 10 kB. Something far longer comes from somebody else. */
const MAX_BYTES = 500_000;

/**
 * Asks for the bulletin of a day; null asks for the newest. `problem` is null when there is none (404), which
 * is normal for weekends and holidays. Never throws for a fault of the network, and follows no redirect.
 */
export async function fetchBulletin(connection: TcmbConnection, day: string | null): Promise<BulletinAnswer> {
  const send = connection.fetch ?? fetch;
  try {
    const response = await send(`${connection.baseUrl.replace(/\/+$/, '')}/kurlar/${fileOf(day)}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.ceil(connection.timeoutSeconds * 1000)),
    });
    if (response.status === 404) return { found: false, problem: null };
    if (response.status !== 200) return { found: false, problem: `HTTP ${String(response.status)}` };
    const file = await readBounded(response, MAX_BYTES);
    return file === null ? { found: false, problem: 'a file that is too long' } : { found: true, file };
  } catch (error) {
    return { found: false, problem: describeFault(error, connection.timeoutSeconds) };
  }
}

/** `2026-11-30` lies at `202611/30112026.xml`. */
function fileOf(day: string | null): string {
  if (day === null) return 'today.xml';
  const [year = '', month = '', date = ''] = day.split('-');
  return `${year}${month}/${date}${month}${year}.xml`;
}
