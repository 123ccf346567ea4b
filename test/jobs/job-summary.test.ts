import { expect, it } from 'vitest';
import { describeSummary, jobTitle, storeSummary } from '../../src/jobs/job-summary.ts';
import { scheduledJobs } from '../../src/jobs/jobs.ts';
import { formatFor } from '../../src/web/format.ts';

const en = formatFor('en');
const tr = formatFor('tr');

it('has a name for each scheduled work in both languages, and none for work of an older version', () => {
  for (const { name } of scheduledJobs({} as never))
    expect([name, jobTitle(name, en), jobTitle(name, tr)]).toEqual([
      name,
      expect.any(String),
      expect.any(String),
    ]);
  expect(jobTitle('gone-since', en)).toBeNull();
});

it('says in the reader’s language what a run did', () => {
  const kept = storeSummary({ mailed: 1200, alerts: 1, made: 'audit_logs 2027-01' });
  expect(describeSummary(kept, en)).toBe('1,200 mailed, 1 alert removed, made: audit_logs 2027-01');
  expect(describeSummary(kept, tr)).toBe(
    '1.200 gönderildi, 1 uyarı silindi, oluşturuldu: audit_logs 2027-01',
  );
  expect(describeSummary(storeSummary({ pricesAreFixed: true }), tr)).toBe(
    'gerekmedi: fiyatlar sabit ve lira cinsinden',
  );
});

it('leaves an error, a sentence of an older version and an unknown word as they are', () => {
  for (const kept of ['Error: the gateway is away', '3 mailed, 0 not', '{broken', null])
    expect(describeSummary(kept, tr)).toBe(kept);
  expect(describeSummary('{"ofALaterVersion":2}', tr)).toBe('ofALaterVersion: 2');
});

it('cuts a list of names, so that what is kept can always be read', () => {
  const kept = storeSummary({
    droppedMonths: 'audit_logs_2020_01, '.repeat(100),
    keptMonths: 'ç'.repeat(400),
  });
  expect(kept.length).toBeLessThan(500);
  expect(describeSummary(kept, en)).toMatch(/^removed: audit_logs_2020_01, .* …, kept by a hold/);
});
