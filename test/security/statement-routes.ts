import type { RouteRule } from './route-matrix.ts';

const expect = { stranger: 410, bob: 410, alice: 410, charlie: 410, olivia: 410 };
const audit = { none: 'see test/disputes/statements/statements.test.ts' };

/** The links of usage statements: whoever has one may use it, and without one nobody learns anything. */
export const statementRules: RouteRule[] = ['not-me', 'cancel'].flatMap((what) => {
  const path = `/statement/${'a'.repeat(43)}/${what}`;
  const target = (): { path: string; form: Record<string, string> } => ({
    path,
    form: { what: 'use', confirm: 'on' },
  });
  return ['GET', 'POST'].map((method) => ({
    ...{ route: `${method} /statement/:token/${what}`, target, expect, audit },
  }));
});
