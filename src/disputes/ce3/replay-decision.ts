import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '../../transparency/leaves/canonical-json.ts';
import { CE3_CODE_VERSION, type Ce3Decision } from './ce3-decision.ts';
import { ce3Input } from './ce3-input.ts';
import { decideCe3 } from './decide-ce3.ts';
import type { StoredDecision } from './queries.ts';

/** A stored decision made again from what was stored. */
interface Replay {
  /** The decision of today's code is the stored one. */
  isSame: boolean;
  /** The inputs are those whose hash was stored. */
  isIntact: boolean;
  /** The code has changed since: then another decision is no fault of the record. */
  isOtherCode: boolean;
  now: Ce3Decision;
}

/** Makes a stored decision again. Throws when the stored inputs are not complete. */
export function replayDecision({ inputs, inputs_sha256, decision, code_version }: StoredDecision): Replay {
  const input = ce3Input.parse(inputs);
  const now = decideCe3(input);
  return {
    isSame: isDeepStrictEqual(now, { ...decision, code_version: now.code_version }),
    isIntact: hash('sha256', canonicalJson(input)) === inputs_sha256,
    isOtherCode: code_version !== CE3_CODE_VERSION,
    now,
  };
}
