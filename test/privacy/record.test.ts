import { expect, it } from 'vitest';
import { activities, recipients, type ActivityName } from '../../src/privacy/purposes/activities.ts';
import { describeActivities } from '../../src/privacy/registry/describe-activities.ts';
import { listPersonalColumns } from '../../src/privacy/registry/registry.ts';
import { findCurrentDocument } from '../../src/legal/queries.ts';
import { parseBlocks } from '../../src/legal/document-blocks.ts';
import { formatFor } from '../../src/web/format.ts';
import { locales } from '../../src/web/locales/catalogues.ts';
import { useTestApp } from '../support/app.ts';
import { buildCast } from '../support/programs/build.ts';
import { signIn } from '../support/visitor.ts';

const testApp = useTestApp();

/** The cells of a line of the file; its cells hold no line breaks. */
function cellsOf(line: string, separator: string): string[] {
  const cell = new RegExp(`(?:^|${separator})(?:"((?:[^"]|"")*)"|([^${separator}"]*))`, 'g');
  return [...line.matchAll(cell)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** The text of a page without tags, as a reader has it. */
const textOf = (page: string): string =>
  page
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&#34;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');

it('has the record of processing on a page and in a file, both with all that the registry has', async () => {
  const cast = await buildCast(testApp.db);
  const olivia = await signIn(testApp.app, cast.olivia);
  const names = Object.keys(activities) as ActivityName[];
  for (const locale of locales) {
    await testApp.db('users').where({ id: cast.olivia.id }).update({ locale });
    const described = describeActivities(formatFor(locale));
    const page = textOf((await olivia.get('/admin/record-of-processing')).text);
    const file = (await olivia.get('/admin/record-of-processing.csv')).text.replace('\uFEFF', '');
    const [head, ...rows] = file
      .trimEnd()
      .split('\r\n')
      .map((line) => cellsOf(line, locale === 'tr' ? ';' : ','));
    const records = rows.map((row) => Object.fromEntries(row.map((cell, at) => [head![at]!, cell])));
    expect(records.map(({ activity }) => activity)).toEqual(names);
    for (const [at, { title, purpose, ...lists }] of described.entries()) {
      expect(records[at]).toMatchObject({ title, purpose });
      expect(page).toContain(`${title} ${purpose}`);
      for (const name of ['grounds', 'people', 'categories', 'recipients', 'periods'] as const) {
        expect(lists[name].length, `${title}: ${name}`).toBeGreaterThan(0);
        expect(records[at]![name]).toBe(lists[name].join('; '));
      }
      const cells = [lists.grounds, lists.people, lists.categories, lists.recipients, lists.periods];
      expect(page).toContain([`${title} ${purpose}`, ...cells.flat()].join(' '));
    }
    // Each recipient has words of its own about transfers: on the page once, in the file with each purpose.
    const { t } = formatFor(locale);
    expect(new Set(recipients.map((name) => t(`privacy.transfer_${name}`))).size).toBe(recipients.length);
    for (const name of recipients)
      expect(page).toContain(`${t(`privacy.recipient_${name}`)} ${t(`privacy.transfer_${name}`)}`);
    for (const [at, name] of names.entries())
      for (const recipient of activities[name].recipients)
        expect(records[at]!.transfers).toContain(
          `${t(`privacy.recipient_${recipient}`)}: ${t(`privacy.transfer_${recipient}`)}`,
        );
    const columns = records.flatMap((record) => record.columns!.split(' '));
    expect(columns.toSorted()).toEqual(
      listPersonalColumns()
        .map(({ table, column }) => `${table}.${column}`)
        .toSorted(),
    );
    expect(page).toContain(testApp.config.seller.email);
    expect(records[0]!.controller).toContain(testApp.config.seller.email);
  }
});

it('leads operators from their first page to the requests and to the record', async () => {
  const cast = await buildCast(testApp.db);
  const olivia = await signIn(testApp.app, cast.olivia);
  const page = (await olivia.get('/admin')).text;
  expect(page).toContain('href="/admin/requests"');
  expect(page).toContain('href="/admin/record-of-processing"');
});

it.each(locales)('has the purposes and periods of the registry in the privacy notice: %s', async (locale) => {
  const notice = await findCurrentDocument(testApp.db, 'privacy', locale);
  const blocks = parseBlocks(notice!.body);
  const heading = { tr: 'Tüm amaçlar ve süreler', en: 'All purposes and periods' }[locale];
  const at = blocks.findIndex((block) => block.kind === 'heading' && block.text === heading);
  const kept = { tr: 'Saklama', en: 'Kept' }[locale];
  expect(
    blocks[at + 1],
    'a purpose or a period changed: publish a new version of the notice, see migrations/0023-privacy-notice.sql',
  ).toEqual({
    kind: 'list',
    items: describeActivities(formatFor(locale)).map(
      ({ title, purpose, periods }) => `${title}. ${purpose} ${kept}: ${periods.join('; ')}.`,
    ),
  });
});
