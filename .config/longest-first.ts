import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, by what a quiet machine needs: these start browsers, servers, sshd. */
const LONGEST = [
  'workspace/ssh/openssh',
  'browser/accessibility',
  'web/server/server',
  'workspace/workspace-script',
  'scripts/cluster',
  'scale/behind-nginx',
  'browser/jupyter',
  'jobs/apply-retention',
  'browser/journey',
  'scripts/run-migrations',
].map((name) => `/test/${name}.test.ts`);

/**
 * Starts the longest files first, or the last of them would run alone at the end. Vitest knows by itself only after a first run; before,
 * as in a fresh clone, it goes by the size of the files, which says nothing about these.
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
