/** The things that must be ended when the benchmark ends, however it ends. */
export interface Closing {
  /** The newest is ended first. */
  add(stop: () => Promise<void> | void): void;
  /** Ends everything, also when a part fails. A second call waits for the first. */
  close(): Promise<void>;
}

/** Makes the list, empty. */
export function createClosing(): Closing {
  const stops: (() => Promise<void> | void)[] = [];
  let closing: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
      try {
        await stop();
      } catch (error) {
        process.stderr.write(`could not end everything: ${String(error)}\n`);
      }
    }
  };
  return {
    add: (stop) => {
      stops.push(stop);
    },
    close: () => (closing ??= run()),
  };
}
