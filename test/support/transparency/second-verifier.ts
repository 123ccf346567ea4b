import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Question {
  bundle: string;
  policy: string | null;
}

interface Answer {
  code: number;
  records: number;
  complete: number;
  why: string;
}

const SCRIPT = join(import.meta.dirname, '../../transparency/verifier/independent_verify.py');

/** Null where Python can be run; else why these tests are skipped. */
export function whyNoPython(): string | null {
  const { status } = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']);
  return status === 0 ? null : 'python3 is not installed: the second verifier of evidence is skipped';
}

/** The answers of the verifier in Python to some bundles, in one run. */
export function askSecondVerifier(questions: readonly Question[]): Answer[] {
  const { stdout, stderr, status } = spawnSync('python3', [SCRIPT], {
    input: questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}
