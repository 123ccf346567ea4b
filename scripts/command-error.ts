/** A fault that the caller can mend: one line, no stack. Exit code 2 for a wrong call, 1 for a refusal. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
