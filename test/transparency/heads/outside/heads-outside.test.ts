import { mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { afterAll, describe, expect, it } from 'vitest';
import { runLogCommand } from '../../../../scripts/log/log-command.ts';
import { readLogCall } from '../../../../scripts/log/read-log-call.ts';
import { checkLogs } from '../../../../src/transparency/check/check-logs.ts';
import { publishCompanyGuarded } from '../../../../src/transparency/heads/outside/publish-company-guarded.ts';
import { keepLogsGuarded } from '../../../../src/transparency/heads/outside/keep-logs-guarded.ts';
import { formatCheckpoint, readCheckpoint } from '../../../../src/transparency/notes/checkpoint.ts';
import { findLog } from '../../../../src/transparency/queries.ts';
import { logSigner } from '../../../../src/transparency/sequence/log-signer.ts';
import { contextAt } from '../../../billing/scene.ts';
import { useTestApp } from '../../../support/app.ts';
import { happen, newestHead, takeBackup } from '../log-scene.ts';

const app = useTestApp();
const folder = mkdtempSync(join(tmpdir(), 'heads-'));
const headsFile = join(folder, 'heads');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const config = (): { transparency: typeof app.config.transparency } => ({
  transparency: { ...app.config.transparency, headsFile, publishSeconds: 0.001 },
});
const keep = (): ReturnType<typeof keepLogsGuarded> =>
  keepLogsGuarded(
    app.db,
    { ...contextAt(new Date(Date.now() + 5000)), log: app.deps.log },
    { config: config() },
  );
const lines = (): string[] => readFileSync(headsFile, 'utf8').split('\n').slice(0, -1);
const halts = (): Promise<Record<string, unknown>[]> => app.db('log_halts').orderBy('id').select('*');
const auditRows = (action: string): Promise<{ details: Record<string, unknown> }[]> =>
  app.db('audit_logs').where('action_type', action).orderBy('id').select('details');
const publishing = async (): Promise<string> => {
  const { body } = await supertest(app.app).get('/readyz').expect(200);
  return (body as { log: { publishing: string } }).log.publishing;
};

/** The output of the command, and its exit code. */
async function run(args: string[], input: string | Buffer = ''): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  const code = await runLogCommand(app.db, contextAt(new Date()), readLogCall(args), {
    say: (line) => said.push(line),
    showProgress: () => undefined,
    readInput: () => Promise.resolve(Buffer.from(input)),
    config: config(),
  });
  return { code, said: said.join('\n') };
}

/** A checkpoint that the log's own key has signed, but with another root or size. */
function signedLie(note: string, change: { size?: number; root?: Buffer }): string {
  const checkpoint = readCheckpoint(note);
  if (checkpoint === null) throw new Error('no checkpoint');
  return logSigner(app.config).sign({ ...checkpoint, ...change });
}

const mail = (body: string): string =>
  [
    'From: billing@app.invalid',
    'To: alice@acme.invalid',
    'Subject: Receipt',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(body)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');

let first = '';

describe('the file of heads', () => {
  it('gets each published checkpoint of the platform’s log as one line, in order, and none twice', async () => {
    await happen(app, 3);
    await keep();
    first = (await newestHead(app)).note;
    expect(
      lines()
        .map((line) => JSON.parse(line) as string)
        .at(-1),
    ).toBe(first);
    const before = lines().length;
    await keep();
    expect(lines()).toHaveLength(before);
    await happen(app);
    await keep();
    expect(lines()).toHaveLength(before + 1);
    expect(JSON.parse(lines().at(-1) ?? '')).toBe((await newestHead(app)).note);
    expect(await publishing()).toBe('ok');
  });

  it('is read past a line that a crash has cut off, and the next line begins anew', async () => {
    appendFileSync(headsFile, '"localhost:3000/log/0000');
    await happen(app);
    await keep();
    expect(await halts()).toEqual([]);
    expect(JSON.parse(lines().at(-1) ?? '')).toBe((await newestHead(app)).note);
  });

  it('is not believed when somebody else writes to it: the log goes on, with a warning', async () => {
    const { note } = await newestHead(app);
    const forged = formatCheckpoint({
      ...(readCheckpoint(note) ?? fail()),
      size: 9999,
    });
    for (const line of [
      `${forged}\n— x AAAAAAAA\n`,
      'not a checkpoint',
      note.replace(/— \S+ /, '— other '),
    ]) {
      appendFileSync(headsFile, `${JSON.stringify(line)}\n`);
      await happen(app);
      expect((await keep()).published).toBeGreaterThan(0);
    }
    expect(await halts()).toEqual([]);
    expect(app.logLines.map(({ msg }) => msg)).toContain(
      'the last line of LOG_HEADS_FILE is no checkpoint of a log here',
    );
  });
});

const fail = (): never => {
  throw new Error('no checkpoint');
};

describe('a restored backup', () => {
  let lost = '';
  let sizeHere = 0;

  it('is found by the file: nothing is published, and everybody who looks is told', async () => {
    const restore = await takeBackup(app);
    sizeHere = (await newestHead(app)).size;
    await happen(app, 50);
    await keep();
    lost = (await newestHead(app)).note;
    await restore();
    await happen(app);
    // Somebody downloads evidence before the next scheduled look.
    const context = { ...contextAt(new Date(Date.now() + 10_000)), log: app.deps.log };
    await publishCompanyGuarded(app.db, context, { config: config(), companyId: 1 });
    expect((await newestHead(app)).size).toBe(sizeHere);
    expect(await keep()).toMatchObject({ published: 0, halted: true });
    expect((await newestHead(app)).size).toBe(sizeHere);
    expect(await halts()).toMatchObject([{ found_in: 'file', verdict: 'shorter', note: lost }]);
    expect(await publishing()).toMatch(
      /^halted since .*: the log localhost:3000\/log\/\S+ has only \d+ records here .*"A restored backup"/,
    );
    expect(app.logLines.filter(({ level }) => level === 50).map(({ msg }) => msg)).toContainEqual(
      expect.stringContaining('nothing is published any more'),
    );
    expect((await auditRows('log_publishing_halted'))[0]?.details).toMatchObject({
      ...{ found_in: 'file', verdict: 'shorter' },
    });
  });

  it('loses no record meanwhile: they get their places in the log, and wait for a signature', async () => {
    await happen(app, 2);
    const before = await findLog(app.db, null);
    await keep();
    const after = await findLog(app.db, null);
    expect(after?.integrated).toBeGreaterThan(before?.integrated ?? 0);
    expect(after?.published).toBe(sizeHere);
    expect(await halts()).toHaveLength(1);
  });

  it('goes on by a decision with a reason, which is a leaf of the log and an audit row', async () => {
    expect((await run(['resume'])).code).toBe(1);
    await expect(run(['resume', '--reason', 'ok'])).rejects.toThrow('says in a sentence');
    const { code, said } = await run(['resume', '--reason', 'backup of Sunday restored, disk broken']);
    expect([code, said]).toEqual([0, expect.stringContaining('published again')]);
    expect((await auditRows('log_publishing_resumed'))[0]?.details).toMatchObject({
      ...{ verdict: 'shorter', reason: 'backup of Sunday restored, disk broken' },
    });
    const entry = await app
      .db('log_entries')
      .whereRaw(`entry->>'kind' = 'resumed'`)
      .first<{ id: number } | undefined>('id');
    await keep();
    await keep();
    expect(
      await app.db('log_leaves').where({ type: 'log_entry', record_id: entry?.id }).first('leaf_index'),
    ).toBeDefined();
    expect(await publishing()).toBe('ok');
    expect((await newestHead(app)).size).toBeGreaterThan(sizeHere);
    expect((await run(['resume'])).said).toBe('Nothing stops the publishing.');
  });

  it('keeps its known loss apart: a head of before must still fit', async () => {
    expect((await run(['compare'], mail(lost))).said).toMatch(/known loss$/);
    expect(await run(['compare'], mail(first))).toMatchObject({ code: 0 });
    const lie = signedLie(first, { root: Buffer.alloc(32, 7) });
    expect((await run(['compare'], lie)).said).toContain('has other records than');
    expect(await publishing()).toContain('halted');
    await run(['resume', '--reason', 'only a test of the comparison']);
  });

  it('covers nothing that is taken away after it, though it is not as large yet as what was lost', async () => {
    const restore = await takeBackup(app);
    await happen(app, 2);
    await keep();
    expect((await newestHead(app)).size).toBeLessThan(sizeHere + 50);
    await restore();
    expect(await keep()).toMatchObject({ halted: true, published: 0 });
    await run(['resume', '--reason', 'only a test of the comparison']);
    await happen(app);
    await keep();
  });

  it('that has grown past the old head is found as another tree', async () => {
    const restore = await takeBackup(app);
    await happen(app, 2);
    await keep();
    const line = lines().at(-1) ?? '';
    await restore();
    // The file was away while the log grew.
    writeFileSync(headsFile, '');
    await happen(app, 9);
    await keep();
    writeFileSync(headsFile, `${line}\n`);
    expect(await keep()).toMatchObject({ halted: true, published: 0 });
    expect((await halts()).at(-1)).toMatchObject({ found_in: 'file', verdict: 'different' });
    await run(['resume', '--reason', 'only a test of the comparison']);
    writeFileSync(headsFile, '');
  });
});

describe('a checkpoint in a mail', () => {
  it('fits when the log begins with its records: forwarded, quoted, or with empty lines between', async () => {
    await happen(app);
    await keep();
    const { note } = await newestHead(app);
    const quoted = note
      .split('\n')
      .map((line) => `> > ${line}`)
      .join('\r\n');
    const broken = note.replace(/— (\S+) (.{40})/, '— $1\n$2\n');
    for (const input of [
      mail(broken),
      `${broken}\nThanks\n`,
      mail(`Thank you.\n\n${note}`),
      mail(quoted),
      note,
      note.replaceAll('\n', '\n\n'),
    ]) {
      const { code, said } = await run(['compare'], input);
      expect([code, said]).toEqual([
        0,
        expect.stringMatching(/^same: .* records: the log here begins with them$/),
      ]);
    }
  });

  it('shows that rows and checkpoints were rolled back together, which fit each other', async () => {
    const restore = await takeBackup(app);
    await happen(app, 3);
    await keep();
    const { note } = await newestHead(app);
    await restore();
    // Nobody has the file any more.
    writeFileSync(headsFile, '');
    expect((await checkLogs(app.db, contextAt(new Date()), { signer: logSigner(config()) })).faults).toEqual(
      [],
    );
    expect(await run(['compare'], mail(note))).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^shorter/),
    });
    expect((await keep()).published).toBe(0);
    await run(['resume', '--reason', 'only a test of the comparison']);
  });

  it('stops the publishing when the log’s key has signed it and it does not fit', async () => {
    const { note, size } = await newestHead(app);
    const { code, said } = await run(['compare'], mail(signedLie(note, { size: size + 1000 })));
    expect([code, said]).toEqual([1, expect.stringContaining('shorter:')]);
    expect(await publishing()).toContain('a copy that an operator compared');
    await run(['resume', '--reason', 'only a test of the comparison']);
  });

  it('stops nothing without such a signature: anybody can write one', async () => {
    const { note } = await newestHead(app);
    const forged = note.replace(/\n\d+\n/, '\n999999\n');
    expect(await run(['compare'], forged)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^unsigned/),
    });
    expect(await run(['compare'], note.replaceAll('localhost:3000', 'other.invalid'))).toMatchObject({
      ...{ code: 1, said: 'not ours: a checkpoint of a log of another host' },
    });
    await expect(run(['compare'], mail('Thank you.'))).rejects.toThrow('no signed checkpoint');
    expect(await publishing()).toBe('ok');
  });

  it('of a log that is no longer there stops the publishing as well', async () => {
    const { note, uuid } = await newestHead(app);
    const other = '00000000-0000-4000-8000-000000000000';
    const gone = logSigner(app.config).sign({
      ...(readCheckpoint(note) ?? fail()),
      origin: logSigner(app.config).originOf(other),
    });
    expect(uuid).not.toBe(other);
    expect((await run(['compare'], gone)).said).toContain('is not in this database');
    await run(['resume', '--reason', 'only a test of the comparison']);
  });
});
