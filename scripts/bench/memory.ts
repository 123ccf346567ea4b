import { readFileSync, writeFileSync } from 'node:fs';

/** How often memory is looked at, in milliseconds. */
const SAMPLE_MS = 20;

/** Watches the resident memory of a process. */
interface MemoryWatch {
  /** Ends the watch. MiB above what the process held when it began; null where /proc does not tell. */
  stop(): number | null;
}

/**
 * Begins to watch. The kernel's own high-water mark is set back first, so that no peak between two looks is
 * missed; where that is refused, the largest of the looks counts.
 */
export function watchMemory(pid: number): MemoryWatch {
  const idle = readBytes(pid, 'VmRSS');
  if (idle === null) return { stop: () => null };
  const hasMark = resetHighWaterMark(pid);
  let peak = idle;
  const look = (): void => {
    peak = Math.max(peak, readBytes(pid, 'VmRSS') ?? 0);
  };
  const sampling = setInterval(look, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(sampling);
      look();
      return (Math.max(peak, hasMark ? (readBytes(pid, 'VmHWM') ?? 0) : 0) - idle) / 2 ** 20;
    },
  };
}

/** proc(5), /proc/pid/clear_refs: "5" sets VmHWM back to the memory held now. */
function resetHighWaterMark(pid: number): boolean {
  try {
    writeFileSync(`/proc/${String(pid)}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}

function readBytes(pid: number, name: 'VmRSS' | 'VmHWM'): number | null {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
