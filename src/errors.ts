/** A refused request. `status` is the HTTP status; `textKey` names the message shown to the person. */
export class AppError extends Error {
  readonly status: number;
  readonly textKey: string;

  constructor(status: number, textKey: string, options?: ErrorOptions & { message?: string }) {
    super(options?.message ?? textKey, options);
    this.name = new.target.name;
    this.status = status;
    this.textKey = textKey;
  }
}

type Options = ErrorOptions & { message?: string };

/** 400: the request cannot be understood. */
export class InvalidInput extends AppError {
  constructor(options?: Options) {
    super(400, 'errors.invalidInput', options);
  }
}

/** 401: nobody is signed in. The error page sends a browser to the sign-in form and back. */
export class NotSignedIn extends AppError {
  constructor(options?: Options) {
    super(401, 'errors.notSignedIn', options);
  }
}

/** 403: signed in, but not allowed. */
export class Forbidden extends AppError {
  constructor(options?: Options) {
    super(403, 'errors.forbidden', options);
  }
}

/** 403: the form's token or its origin does not match the browser session. */
export class ForgedRequest extends AppError {
  constructor(options?: Options) {
    super(403, 'errors.forgedRequest', options);
  }
}

/** 404: there is no such thing, or it belongs to another company. The answer does not tell the two apart. */
export class NotFound extends AppError {
  constructor(options?: Options) {
    super(404, 'errors.notFound', options);
  }
}

/** 409: another request was first. */
export class Conflict extends AppError {
  constructor(options?: Options) {
    super(409, 'errors.conflict', options);
  }
}

/** 429: too many attempts; `retryAfterSeconds` goes into Retry-After. */
export class TooManyAttempts extends AppError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number, options?: Options) {
    super(429, 'errors.tooManyAttempts', options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** True when `error` is Postgres' unique_violation (23505) on the named constraint or index. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === '23505' &&
    'constraint' in error &&
    error.constraint === constraint
  );
}
