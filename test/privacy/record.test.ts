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
import { signIn } from '../support/sign-in.ts';
import { Visitor } from '../support/visitor.ts';

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

const NEW_VERSION =
  'words of the registry changed: publish a new version of the notice, see migrations/0067-complete-privacy-notice.sql';

it.each(locales)('says all of the registry in the privacy notice, purpose by purpose: %s', async (locale) => {
  const notice = await findCurrentDocument(testApp.db, 'privacy', locale);
  const blocks = parseBlocks(notice!.body);
  const { t } = formatFor(locale);
  const shown = describeActivities({ t }).map(({ title }) => {
    const at = blocks.findLastIndex((block) => block.kind === 'heading' && block.text === title);
    return { title, block: blocks[at + 1] };
  });
  const expected = describeActivities({ t }).map((activity) => ({
    title: activity.title,
    block: {
      kind: 'list',
      items: [
        `${t('privacy.purpose')}: ${activity.purpose}`,
        `${t('privacy.people')}: ${activity.people.join(', ')}.`,
        `${t('privacy.categories')}: ${activity.categories.join(', ')}.`,
        `${t('privacy.grounds')}: ${activity.grounds.join('; ')}.`,
        `${t('privacy.recipients')}: ${activity.recipients.join(', ')}.`,
        `${t('privacy.periods')}: ${activity.periods.join('; ')}.`,
      ],
    },
  }));
  expect(shown, NEW_VERSION).toEqual(expected);
});

it.each(locales)(
  'says in the privacy notice of each recipient whether data goes abroad: %s',
  async (locale) => {
    const notice = await findCurrentDocument(testApp.db, 'privacy', locale);
    const lists = parseBlocks(notice!.body).flatMap((block) => (block.kind === 'list' ? [block.items] : []));
    const { t } = formatFor(locale);
    const expected = recipients.map((name) => {
      const recipient = t(`privacy.recipient_${name}`);
      return `${recipient.charAt(0).toLocaleUpperCase(locale)}${recipient.slice(1)}: ${t(`privacy.transfer_${name}`)}`;
    });
    expect(lists, NEW_VERSION).toContainEqual(expected);
  },
);

it.each(locales)(
  'has in the privacy notice what KVKK art. 10 and GDPR art. 13 ask for: %s',
  async (locale) => {
    const page = textOf(
      (await new Visitor(testApp.app, { 'accept-language': locale }).get('/legal/privacy')).text,
    );
    const { name, address, email } = testApp.config.seller;
    const asked = {
      tr: [
        ...[
          'Veri sorumlusu',
          'Hukuki sebep',
          'otomatik yollarla',
          'Verileri kimler alır',
          'Yurt dışına aktarım',
        ],
        ...[
          'Veriler ne kadar süre saklanır',
          "KVKK'nın 11. maddesi",
          'veri taşınabilirliği',
          'Otomatik kararlar',
        ],
        ...['30 gün', 'Kişisel Verileri Koruma Kurulu', 'denetim makamına'],
      ],
      en: [
        ...['The controller is', 'Legal basis', 'by automated means', 'Who receives data', 'Transfer abroad'],
        ...[
          'How long data are kept',
          'article 11 KVKK',
          'data portability',
          'Automated decisions',
          '30 days',
        ],
        ...['Personal Data Protection Board', 'supervisory authority'],
      ],
    }[locale];
    for (const words of [...asked, name, address, email]) expect(page).toContain(words);
  },
);
