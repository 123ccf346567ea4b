import type { RequestHandler } from 'express';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TooManyAttempts } from '../../../src/errors.ts';
import { limitInFlight } from '../../../src/web/server/in-flight-limit.ts';

type Args = Parameters<RequestHandler>;

function ask(limit: RequestHandler, personId: number | undefined): EventEmitter {
  const res = new EventEmitter();
  const req = { user: personId === undefined ? undefined : { id: personId } };
  limit(req as unknown as Args[0], res as unknown as Args[1], () => undefined);
  return res;
}

describe('requests under way', () => {
  it('are limited for one person, who stalls nobody else, and free a place when answered', () => {
    const limit = limitInFlight();
    const answers = Array.from({ length: 64 }, () => ask(limit, 1));
    expect(() => ask(limit, 1)).toThrow(TooManyAttempts);
    expect(() => ask(limit, 2)).not.toThrow();
    answers[0]!.emit('close');
    expect(() => ask(limit, 1)).not.toThrow();
    expect(() => ask(limit, 1)).toThrow(TooManyAttempts);
  });

  it('of strangers are not counted together', () => {
    const limit = limitInFlight();
    expect(() => Array.from({ length: 200 }, () => ask(limit, undefined))).not.toThrow();
  });
});
