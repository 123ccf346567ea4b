import { beforeAll, describe, expect, it } from 'vitest';
import { formatFor } from '../../../src/web/format.ts';
import { buildPages } from '../../../src/disputes/package/build-package.ts';
import { channelProfile } from '../../../src/disputes/package/channel-profile.ts';
import type { PackageContent } from '../../../src/disputes/package/pages/content.ts';
import { sampleContent } from '../../../scripts/package-pages/sample-content.ts';
import { useTestApp } from '../../support/app.ts';
import { readPdfText } from '../../support/pdf-text.ts';
import { squeezed } from './scene.ts';

const testApp = useTestApp();
const { t } = formatFor('tr');

/** Pages of a package, or its problems. */
async function pagesOf(content: PackageContent, pagesMax?: number) {
  const profile = channelProfile(testApp.config);
  const built = await buildPages(content, { ...profile, pages_max: pagesMax ?? profile.pages_max });
  if (!built.ok) return { problems: built.problems, pages: 0, leftOut: [], pdf: Buffer.alloc(0) };
  return { ...built.built, problems: [] };
}

/** The same with what is written on them. */
async function textOf(content: PackageContent) {
  const pages = await pagesOf(content);
  return { ...pages, text: await readPdfText(pages.pdf) };
}

/** A session an hour, the newest last. */
function sessionsOf(count: number): PackageContent['facts']['sessions'] {
  const [one] = sampleContent.facts.sessions;
  if (one === undefined) throw new Error('the sample has sessions');
  return Array.from({ length: count }, (_none, n) => {
    const started_at = new Date(Date.parse('2026-11-03T00:00:00Z') + n * 3_600_000);
    const ended_at = new Date(started_at.getTime() + 1_800_000);
    return { ...one, record: { ...one.record, id: 7_310_000 + n }, started_at, ended_at };
  });
}

const withFacts = (facts: Partial<PackageContent['facts']>): PackageContent => ({
  ...sampleContent,
  facts: { ...sampleContent.facts, ...facts },
});

describe('the pages of a package', () => {
  it('come out the same from the same content, byte for byte', async () => {
    const [one, two] = [await pagesOf(sampleContent), await pagesOf(sampleContent)];
    expect(one.pages).toBeGreaterThan(3);
    expect(two.pdf.equals(one.pdf)).toBe(true);
  });

  it('have the newest rows where not all fit, say so in the caption, and name the others on the last page', async () => {
    const sessions = sessionsOf(200).toSorted(() => -1);
    const { text, leftOut, problems } = await textOf(withFacts({ sessions }));
    expect(problems).toEqual([]);
    const [left] = leftOut;
    expect(left).toMatchObject({ all: 200, where: 'case.json' });
    const shown = left?.shown ?? 0;
    for (const { record } of sessionsOf(200).slice(-shown)) expect(text).toContain(String(record.id));
    for (const { record } of sessionsOf(200).slice(0, -shown)) expect(text).not.toContain(String(record.id));
    const newest = sessionsOf(200).slice(-shown);
    const utc = (at: Date | undefined): string =>
      at?.toISOString().slice(0, 19).replace('T', ' ').concat(' UTC') ?? '';
    const caption = t('disputePackage.captionNewest', {
      ...{ what: t('disputePackage.sessions'), shown, all: 200 },
      ...{ from: utc(newest[0]?.started_at), to: utc(newest.at(-1)?.started_at) },
    });
    expect(text).toContain(squeezed(caption));
    expect(text).toContain(
      squeezed(t('disputePackage.leftOutCount', { shown, all: 200, left: 200 - shown })),
    );
  });

  it('quote what the order page said of the price, or say plainly that it was not kept', async () => {
    const quoted = await textOf(sampleContent);
    expect(quoted.text).toContain(squeezed('Hizmet dönemi: ödemenin onaylanmasından itibaren bir ay'));
    expect(quoted.text).not.toContain(squeezed(t('disputePackage.pricesNotKept')));
    const seen = sampleContent.seen.filter(({ id }) => id === 'contract');
    const { text } = await textOf({ ...sampleContent, seen });
    expect(text).toContain(squeezed(t('disputePackage.pricesNotKept')));
  });

  it('keep the payment and the dispute in the timeline when not all of it fits', async () => {
    const [notice] = sampleContent.facts.notices;
    const record = notice?.record ?? sampleContent.facts.order.record;
    const notices = Array.from({ length: 60 }, (_none, n) => ({
      ...{ kind: 'reminder', mail: null, record },
      at: new Date(Date.parse('2026-01-01T00:00:00Z') + n * 86_400_000),
    })) as unknown as PackageContent['facts']['notices'];
    const { text, leftOut } = await textOf(withFacts({ notices }));
    expect(leftOut.map(({ what }) => what)).toContain(t('disputePackage.timelineHeading'));
    expect(text).toContain(squeezed(t('disputePackage.event_disputed')));
    expect(text).toContain(squeezed(t('disputePackage.event_paid')));
    expect(text).not.toContain('2026-01-01');
  });

  it('say in English as well whose times the summary has, and no time of a notice that gave a day', async () => {
    const received_at = new Date('2026-11-25T21:00:00Z');
    const dispute = sampleContent.dispute && { ...sampleContent.dispute, received_at };
    const { text } = await textOf({ ...sampleContent, dispute });
    expect(text).toContain(squeezed('Times are those of Istanbul (UTC+3).'));
    expect(text).toContain('2026-11-26');
    expect(text).not.toContain(squeezed('2026-11-26 00:00:00'));
    expect(text).not.toContain(squeezed('2026-11-25 21:00:00'));
  });

  it('have fewer rows rather than more pages than the channel takes, and are refused when that is not enough', async () => {
    const much = withFacts({ sessions: sessionsOf(200) });
    const [wide, narrow] = [await pagesOf(much), await pagesOf(much, 7)];
    expect(wide.pages).toBeGreaterThan(7);
    expect(narrow.pages).toBeLessThanOrEqual(7);
    expect(narrow.leftOut[0]?.shown).toBeLessThan(wide.leftOut[0]?.shown ?? 0);
    expect((await pagesOf(sampleContent, 2)).problems).toMatchObject([{ field: 'pages', limit: 2 }]);
  });

  it('say that there is nothing where there is nothing, and fill in nothing that is unknown', async () => {
    const { order } = sampleContent.facts;
    const { text, problems } = await textOf({
      ...withFacts({
        ...{ card: null, consent: null, period: null, settled: null, sign_ins: [], sessions: [], mails: [] },
        ...{ callbacks: [], legal_invoices: [], order: { ...order, client_ip: null, user_agent: null } },
      }),
      delivery: { ...sampleContent.delivery, sessions: 0, days: [], first_use_at: null, last_use_at: null },
      ...{ letter: [], summary: [], seen: [], dispute: null, reason: null, proof: null },
    });
    expect(problems).toEqual([]);
    for (const key of ['noUse', 'noConsent', 'noMails', 'noRefunds', 'noCancellation', 'noInvoices'] as const)
      expect(text).toContain(squeezed(t(`disputePackage.${key}`)));
    expect(text).not.toContain(squeezed(t('disputePackage.address')));
    expect(text).not.toMatch(/null|undefined|NaN|Invalid/);
  });

  it('print the code of a letter that the font lacks, and break names without a blank', async () => {
    const full_name = 'ŞÇĞÜÖİığüşöç₺'.repeat(30);
    const { payer } = sampleContent.facts;
    const { text, problems } = await textOf(withFacts({ payer: { ...payer, full_name: `${full_name} 🎉` } }));
    expect(problems).toEqual([]);
    expect(text).toContain(full_name);
    expect(text).toContain('[U+1F389]');
  });
});

describe('a letter that is longer than a page', () => {
  let long: Awaited<ReturnType<typeof pagesOf>>;
  beforeAll(async () => {
    const [sentence] = sampleContent.letter;
    if (sentence === undefined) throw new Error('the sample has a letter');
    const letter = Array.from({ length: 60 }, () => sentence);
    long = await pagesOf({ ...sampleContent, letter });
  });

  it('is refused instead of cut', () => {
    expect(long.problems).toMatchObject([{ field: 'cover', limit: 1 }]);
  });
});
