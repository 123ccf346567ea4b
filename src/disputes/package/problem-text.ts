import type { Format } from '../../web/format.ts';
import type { PackageProblem } from './channel-profile.ts';

/** The locals of `disputes/package/refused.ejs`: which rules of the channel a package would break. */
export function refusedPage(
  problems: readonly PackageProblem[],
  { format, back }: { format: Format; back: string },
): { title: string; back: string; problems: string[] } {
  return {
    title: format.t('disputePackage.refusedTitle'),
    back,
    problems: problems.map((problem) => problemText(problem, format)),
  };
}

/** A rule that a package breaks, in words with its figures and with what can be done. */
function problemText(problem: PackageProblem, format: Format): string {
  const { t } = format;
  switch (problem.field) {
    case 'pages':
      return t('disputePackage.problem_pages', {
        limit: problem.limit,
        actual: problem.actual,
        hint: hint(problem.largest, format),
      });
    case 'size':
      return t('disputePackage.problem_size', {
        limit: megabytes(problem.limit, format),
        actual: megabytes(problem.actual, format),
        hint: hint(problem.largest, format),
      });
    case 'cover':
      return t('disputePackage.problem_cover', { actual: problem.actual });
    case 'name':
      return t('disputePackage.problem_name', {
        value: problem.value,
        limit: problem.limit,
        actual: problem.actual,
      });
    case 'colour':
      return t('disputePackage.problem_colour', { value: problem.value });
    case 'letter':
      return t('disputePackage.problem_letter', { actual: problem.actual });
    case 'bundle':
      return t('disputePackage.problem_bundle');
  }
}

/** Bytes as megabytes, which limits of channels are in. */
export function megabytes(bytes: number, format: Format): string {
  return `${format.number(bytes / 1_000_000, 2)} MB`;
}

function hint(largest: { name: string; bytes: number }[], format: Format): string {
  if (largest.length === 0) return '';
  const list = largest.map(({ name, bytes }) =>
    format.t('disputePackage.exhibitSize', { name, size: megabytes(bytes, format) }),
  );
  return format.t('disputePackage.hintExhibits', { list: list.join(', ') });
}
