/**
 * Collects items while a write is in flight and writes them together: the more load, the larger the batches.
 */
interface Batcher<T> {
  /** Resolves or rejects with the write that contains the item. */
  add(item: T, bytes: number): Promise<void>;
  /** The items that are not written yet, including those in flight. */
  waiting(): { count: number; bytes: number; oldest: T | undefined };
  /** Resolves when nothing is waiting. */
  idle(): Promise<void>;
}

/**
 * A batch ends at the bound that is reached first. A single item larger than `bytes` is a batch of its own.
 */
interface BatchLimits {
  items: number;
  bytes: number;
}

interface Waiting<T> {
  item: T;
  bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Fewer items than this are not worth splitting over two writes. */
const SHARE_FROM = 64;

/**
 * Group commit without a timer. A single item is written in the same turn of the event loop; items that
 * arrive while all `lanes` are writing wait for the next write. With two lanes a long queue is halved, so
 * that one half is prepared here while the database works on the other.
 */
export function createBatcher<T>(
  limits: BatchLimits,
  write: (batch: T[]) => Promise<void>,
  lanes = 1,
): Batcher<T> {
  let queue: Waiting<T>[] = [];
  const inFlight = new Set<Waiting<T>[]>();
  const running = new Set<Promise<void>>();
  let waitingBytes = 0;

  const take = (): Waiting<T>[] => {
    const isShared = queue.length >= SHARE_FROM && inFlight.size < lanes - 1;
    const most = isShared ? Math.ceil(queue.length / lanes) : queue.length;
    const batch = queue.slice(0, Math.min(most, countOfBatch(queue, limits)));
    queue = queue.slice(batch.length);
    return batch;
  };
  const run = async (): Promise<void> => {
    // Whoever was woken by the batch before comes back with the next item within this turn: it is not left
    // behind.
    await nextTurn();
    while (queue.length > 0) {
      const batch = take();
      inFlight.add(batch);
      if (queue.length > 0) startLane();
      await writeAndTell(batch, write);
      waitingBytes -= sumOfBytes(batch);
      inFlight.delete(batch);
      await nextTurn();
    }
  };
  const startLane = (): void => {
    if (running.size === lanes) return;
    const lane = run();
    running.add(lane);
    void lane.then(() => {
      running.delete(lane);
      // Items may have come between the lane's last look and its end.
      if (queue.length > 0) startLane();
    });
  };

  return {
    add: (item, bytes) =>
      new Promise((resolve, reject) => {
        queue.push({ item, bytes, resolve, reject });
        waitingBytes += bytes;
        startLane();
      }),
    waiting: () => {
      const [oldest] = inFlight;
      const written = [...inFlight].reduce((sum, batch) => sum + batch.length, 0);
      return {
        count: written + queue.length,
        bytes: waitingBytes,
        oldest: (oldest?.[0] ?? queue[0])?.item,
      };
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
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
