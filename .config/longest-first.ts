import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The tests that take longest on a quiet machine: they start servers, a browser, sshd. */
const LONGEST = [
  'jobs/apply-retention.test',
  'browser/journey.test',
  'scripts/run-migrations.test',
  'workspace/ssh/openssh.programs',
  'web/server/server.programs',
  'workspace/runtime/sandboxed-runtime.programs',
  'browser/accessibility.programs',
  'workspace/workspace-script.programs',
  'scale/behind-nginx.programs',
  'browser/jupyter.programs',
].map((name) => `/test/${name}.ts`);

/**
 * Starts the longest files first, or the last of them would run alone at the end. Vitest knows by itself only
 * after a first run; before, as in a fresh clone, it goes by the size of the files, which says nothing about
 * these.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? LONGEST.length : place;
    };
    const others = await super.sort(files);
    return others.toSorted((a, b) => rank(a) - rank(b));
  }
}
