/** Gathers items while a write is in flight and writes them together: the busier, the larger the batches. */
export interface Gatherer<T> {
  /** Resolves, or rejects, with the write that had the item in it. */
  add(item: T, bytes: number): Promise<void>;
  /** What is not written yet, that in flight included. */
  waiting(): { count: number; bytes: number; oldest: T | undefined };
  /** Resolves when nothing is waiting. */
  idle(): Promise<void>;
}

/** A batch ends at whichever bound is met first; a single item larger than `bytes` is a batch of its own. */
export interface BatchLimits {
  items: number;
  bytes: number;
}

interface Waiting<T> {
  item: T;
  bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Group commit without a timer: a lone item is written in the same turn of the event loop, and only what arrives during a
 * write waits for the next. One write is in flight at a time.
 */
export function createGatherer<T>(limits: BatchLimits, write: (batch: T[]) => Promise<void>): Gatherer<T> {
  let queue: Waiting<T>[] = [];
  let inFlight: Waiting<T>[] = [];
  let waitingBytes = 0;
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    // Whoever was woken by the batch before comes back with the next item within this turn: it is not left behind.
    await nextTurn();
    while (queue.length > 0) {
      inFlight = queue.slice(0, countOfBatch(queue, limits));
      queue = queue.slice(inFlight.length);
      await writeAndTell(inFlight, write);
      waitingBytes -= sumOfBytes(inFlight);
      inFlight = [];
      await nextTurn();
    }
    running = null;
  };

  return {
    add: (item, bytes) =>
      new Promise((resolve, reject) => {
        queue.push({ item, bytes, resolve, reject });
        waitingBytes += bytes;
        running ??= run();
      }),
    waiting: () => ({
      count: inFlight.length + queue.length,
      bytes: waitingBytes,
      oldest: (inFlight[0] ?? queue[0])?.item,
    }),
    idle: async () => {
      while (running !== null) await running;
    },
  };
}

async function writeAndTell<T>(batch: Waiting<T>[], write: (batch: T[]) => Promise<void>): Promise<void> {
  try {
    await write(batch.map(({ item }) => item));
    for (const { resolve } of batch) resolve();
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

function countOfBatch(queue: { bytes: number }[], limits: BatchLimits): number {
  let bytes = 0;
  const end = queue.findIndex((waiting, index) => {
    bytes += waiting.bytes;
    return index >= limits.items || (index > 0 && bytes > limits.bytes);
  });
  return end === -1 ? queue.length : end;
}

function sumOfBytes(batch: { bytes: number }[]): number {
  return batch.reduce((sum, { bytes }) => sum + bytes, 0);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
