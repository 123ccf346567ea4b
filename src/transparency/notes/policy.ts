import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { findCosignatures } from './cosignature.ts';
import { COSIGNATURE, ED25519, parseVkey, verifyNote, type Vkey } from './signed-note.ts';

/**
 * Which logs and witnesses somebody trusts: the lines `log`, `witness`, `group` and `quorum` of C2SP
 * tlog-policy (commit 5ba5ee8). Addresses behind the keys are passed over.
 */
interface Policy {
  logs: Vkey[];
  witnesses: Vkey[];
  /** Whether the witnesses that cosigned are enough. */
  isQuorum: (cosigned: readonly Vkey[]) => boolean;
}

/** Reads a policy. Throws a TypeError that names the first line which is wrong. */
export function parsePolicy(text: string): Policy {
  const logs: Vkey[] = [];
  const members = new Map<string, Member>();
  const witnesses: Vkey[] = [];
  const grouped = new Set<string>();
  let quorum: Member | undefined;
  for (const [place, line] of text.split('\n').entries()) {
    const [word = '', ...rest] = line.split(/[ \t]+/).filter(Boolean);
    if (word === '' || word.startsWith('#')) continue;
    const [name = ''] = rest;
    const isFree = name !== '' && name !== 'none' && !members.has(name);
    const key = parseVkey(rest[word === 'log' ? 0 : 1] ?? '');
    if (word === 'log' && key?.kind === ED25519 && isNewKey(logs, key)) logs.push(key);
    else if (word === 'witness' && isFree && key?.kind === COSIGNATURE && isNewKey(witnesses, key)) {
      witnesses.push(key);
      members.set(name, (cosigned) => cosigned.includes(key));
    } else if (word === 'group' && isFree) {
      const [count = '', ...names] = rest.slice(1);
      // Within a quorum, a witness counts in one way only.
      if (names.some((member, at) => grouped.has(member) || names.indexOf(member) !== at))
        throw wrongLine(place);
      for (const member of names) grouped.add(member);
      members.set(name, readGroup(count, names, members, place));
    } else if (word === 'quorum' && quorum === undefined && rest.length === 1)
      quorum = name === 'none' ? () => true : memberOf(members, name, place);
    else throw wrongLine(place);
  }
  if (quorum === undefined) throw new TypeError('The policy has no line "quorum"');
  return { logs, witnesses, isQuorum: quorum };
}

/**
 * The checkpoint of a note that the policy accepts: one of its logs, of the checkpoint's own origin, has
 * signed it, and so have enough witnesses. Null for any other note.
 */
export function acceptCheckpoint(note: string, policy: Policy): Checkpoint | null {
  const verified = verifyNote(note, policy.logs);
  const checkpoint = verified && parseCheckpoint(verified.text);
  const cosigned = findCosignatures(note, policy.witnesses);
  if (verified === null || checkpoint === null || cosigned === null) return null;
  if (!verified.signedBy.some(({ name }) => name === checkpoint.origin)) return null;
  return policy.isQuorum(cosigned.map(({ witness }) => witness)) ? checkpoint : null;
}

type Member = (cosigned: readonly Vkey[]) => boolean;

function readGroup(count: string, names: string[], known: Map<string, Member>, place: number): Member {
  const members = names.map((name) => memberOf(known, name, place));
  const least = count === 'all' ? members.length : count === 'any' ? 1 : Number(count);
  const isNumber = /^(?:all|any|[1-9][0-9]*)$/.test(count);
  if (!isNumber || members.length === 0 || least > members.length) throw wrongLine(place);
  return (cosigned) => members.filter((member) => member(cosigned)).length >= least;
}

function memberOf(known: Map<string, Member>, name: string, place: number): Member {
  const member = known.get(name);
  if (member === undefined) throw wrongLine(place);
  return member;
}

const isNewKey = (keys: readonly Vkey[], key: Vkey): boolean =>
  !keys.some(({ publicKey }) => publicKey.equals(key.publicKey));

const wrongLine = (place: number): TypeError => new TypeError(`The policy is wrong in line ${place + 1}`);
