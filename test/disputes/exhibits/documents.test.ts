import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkFile } from '../../../src/disputes/exhibits/files/check-file.ts';
import { createPdf, pdfBytes } from '../../../src/web/pdf/create-pdf.ts';
import { mail, objectStream, pdf, smallPng, stream } from './samples.ts';

const SCRIPT = '<< /S /JavaScript /JS (app.alert\\(1\\)) >>';

describe('a PDF', () => {
  it('is kept as it is when it only shows', async () => {
    const content = pdf({ objects: [stream('/Filter /FlateDecode', deflateSync(Buffer.from('BT ET')))] });
    expect(await checkFile(content)).toEqual({
      ...{ kind: 'pdf', content, width: null, height: null, pages: 1, text: null },
    });
  });

  it('of our own making is taken, with its pages counted', async () => {
    const { pages, chunks } = createPdf({ title: 'Makbuz', author: 'a', locale: 'tr', at: new Date(0) });
    const bytes = pdfBytes(chunks);
    await pages.finish('1 / 1');
    expect(await checkFile(await bytes)).toMatchObject({ kind: 'pdf', pages: 1 });
  });

  it('may lead to pages and mails, and open at a place in itself', async () => {
    const link = '<< /Subtype /Link /A << /S /URI /URI (https://bank.example.com/x) >> >>';
    const post = '<< /Subtype /Link /A << /S /URI /URI (mailto:itiraz@bank.example.com) >> >>';
    for (const catalog of [
      '/OpenAction [3 0 R /Fit]',
      '/OpenAction 6 0 R',
      '/OpenAction << /S /GoTo /D [3 0 R /Fit] >>',
    ]) {
      const objects = [link, post, '<< /S /GoTo /D [3 0 R /Fit] >>'];
      expect(await checkFile(pdf({ catalog, objects }))).toMatchObject({ kind: 'pdf' });
    }
  });

  it('that talks of actions is no action', async () => {
    const content = pdf({ catalog: '/Outlines 4 0 R', objects: ['<< /Title (About JavaScript, Launch) >>'] });
    expect(await checkFile(content)).toMatchObject({ kind: 'pdf' });
  });

  it.each<[string, Buffer, string]>([
    ['a script at opening', pdf({ catalog: `/OpenAction ${SCRIPT}` }), 'pdf-script'],
    ['a script by a name with numbers', pdf({ objects: ['<< /S /J#61vaScript /J#53 (x) >>'] }), 'pdf-script'],
    ['a script in an object stream', pdf({ objects: [objectStream(SCRIPT)] }), 'pdf-script'],
    [
      'a script with numbers in an object stream',
      pdf({ objects: [objectStream('<< /S /#4aavaScript >>')] }),
      'pdf-script',
    ],
    [
      'a script in an object stream that is not packed',
      pdf({ objects: [objectStream(SCRIPT, '')] }),
      'pdf-script',
    ],
    [
      'a script in an object stream that only calls itself one by number',
      pdf({ objects: [stream('/Type /#4fbjStm /N 1 /First 4', Buffer.from(`9 0 ${SCRIPT}`))] }),
      'pdf-script',
    ],
    [
      'a script in an object stream whose end seems to be before it',
      pdf({ objects: [objectStream(SCRIPT, '/X (\nendobj\n) /Filter /FlateDecode')] }),
      'pdf-script',
    ],
    ['scripts of fields', pdf({ objects: ['<< /AA << /K << /JS (x) >> >> >>'] }), 'pdf-script'],
    ['a program to start', pdf({ objects: ['<< /S /Launch /F (cmd.exe) >>'] }), 'pdf-action'],
    ['a jump into another file', pdf({ objects: ['<< /S /GoToR /F (\\\\evil\\x) /D [0] >>'] }), 'pdf-action'],
    ['a jump into a file in it', pdf({ objects: ['<< /S /GoToE >>'] }), 'pdf-action'],
    ['actions by themselves', pdf({ catalog: '/AA << /O 4 0 R >>' }), 'pdf-action'],
    ['a film', pdf({ objects: ['<< /Subtype /RichMedia >>'] }), 'pdf-action'],
    ['a link to a script', pdf({ objects: ['<< /S /URI /URI (javascript:alert\\(1\\)) >>'] }), 'pdf-action'],
    ['a link to a file', pdf({ objects: ['<< /S /URI /URI (file:///etc/passwd) >>'] }), 'pdf-action'],
    ['a link that is written in numbers', pdf({ objects: ['<< /S /URI /URI <6a61> >>'] }), 'pdf-action'],
    ['a link kept elsewhere', pdf({ objects: ['<< /S /URI /URI 5 0 R >>'] }), 'pdf-action'],
    [
      'a link that opens by itself',
      pdf({ catalog: '/OpenAction << /S /URI /URI (https://x.example) >>' }),
      'pdf-action',
    ],
    [
      'a link that opens by itself from elsewhere',
      pdf({ catalog: '/OpenAction 4 0 R', objects: ['<< /S /URI /URI (https://x.example) >>'] }),
      'pdf-action',
    ],
    [
      'more openings than it can have',
      pdf({
        objects: [
          '<< /S /URI /URI (https://x.example) >>',
          '/OpenAction 6 0 R '.repeat(21),
          '<< /S /GoTo >>',
        ],
      }),
      'pdf-action',
    ],
    ['a form that sends', pdf({ objects: ['<< /S /SubmitForm /F (https://x.example) >>'] }), 'pdf-form'],
    ['a form of XFA', pdf({ objects: ['<< /Fields [] /XFA 5 0 R >>'] }), 'pdf-form'],
    ['a file in it', pdf({ catalog: '/Names << /EmbeddedFiles 4 0 R >>' }), 'pdf-files'],
    ['a file as a mark', pdf({ objects: ['<< /Subtype /FileAttachment >>'] }), 'pdf-files'],
    ['files as a folder', pdf({ catalog: '/Collection << >>' }), 'pdf-files'],
  ])('with %s is refused', async (_name, content, fault) => {
    expect(await checkFile(content)).toEqual({ fault });
  });

  it('that is closed by a password is refused', async () => {
    const closed = pdf().toString('latin1').replace('/Root 1 0 R', '/Root 1 0 R /Encrypt 9 0 R');
    expect(await checkFile(Buffer.from(closed, 'latin1'))).toEqual({ fault: 'pdf-encrypted' });
  });

  it.each<[string, Buffer]>([
    ['is packed twice', objectStream(SCRIPT, '/Filter [/ASCIIHexDecode /FlateDecode]')],
    ['is packed by LZW', stream('/Type /ObjStm /N 1 /First 4 /Filter /LZWDecode', Buffer.from('x'))],
    [
      'says elsewhere how it is packed',
      stream('/Type /ObjStm /N 1 /First 4 /Filter 7 0 R', Buffer.from('x')),
    ],
    [
      'is packed by differences',
      objectStream(SCRIPT, '/DecodeParms << /Predictor 12 >> /Filter /FlateDecode'),
    ],
    ['lies in another file', stream('/Type /ObjStm /N 1 /First 4 /F (x)', Buffer.from('x'))],
    ['is damaged', stream('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', Buffer.from('x\x9c'))],
    [
      'unpacks to gigabytes',
      stream('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', deflateSync(Buffer.alloc(40 * 1024 * 1024))),
    ],
    [
      'is cut by what looks like its end',
      objectStream(`<< endstream ${'x'.repeat(50)} >>`, '/Filter /FlateDecode /L (Flate)').fill(
        'endstream',
        90,
        99,
        'latin1',
      ),
    ],
  ])('whose object stream %s is refused', async (_name, object) => {
    expect(await checkFile(pdf({ objects: [object] }))).toEqual({ fault: 'pdf-hidden' });
  });

  it.each<[string, Buffer]>([
    ['that is cut', pdf().subarray(0, -40)],
    ['that is only its beginning', Buffer.from('%PDF-1.7\n')],
    ['with a page behind it', Buffer.concat([pdf(), Buffer.from('<script>alert(1)</script>')])],
    ['with a ZIP behind it', Buffer.concat([pdf(), Buffer.from('PK\x05\x06')])],
    [
      'whose end leads nowhere',
      Buffer.from(
        pdf()
          .toString('latin1')
          .replace(/startxref\n\d+/, 'startxref\n7'),
        'latin1',
      ),
    ],
    [
      'without pages',
      Buffer.from(pdf().toString('latin1').replace('/Type /Page ', '/Type /Pake '), 'latin1'),
    ],
  ])('%s is refused as damaged', async (_name, content) => {
    expect(await checkFile(content)).toEqual({ fault: 'damaged' });
  });

  it('behind other bytes is no PDF', async () => {
    const content = Buffer.concat([Buffer.from('<html><script>alert(1)</script>'), pdf()]);
    expect(await checkFile(content)).toEqual({ fault: 'unknown' });
  });
});

describe('a mail', () => {
  it('is kept byte for byte, and its text is read', async () => {
    const content = mail({ body: 'İtirazımı geri çekiyorum. Ödeme bana ait.' });
    const file = await checkFile(content);
    expect(file).toMatchObject({ kind: 'eml', text: 'İtirazımı geri çekiyorum. Ödeme bana ait.' });
    expect('content' in file && file.content.equals(content)).toBe(true);
  });

  it('of HTML is read as text', async () => {
    const content = mail({
      type: 'text/html; charset=utf-8',
      body: '<p>Merhaba</p><script>alert(1)</script><img src="https://x.example/y.png">',
    });
    const file = await checkFile(content);
    expect(file).toMatchObject({ kind: 'eml' });
    expect('text' in file && file.text).toContain('Merhaba');
    expect('text' in file && file.text).not.toMatch(/<|alert/);
  });

  const withFile = (file: Buffer, type = 'application/octet-stream'): Buffer =>
    mail({
      type: 'multipart/mixed; boundary=b',
      body: [
        '--b',
        'Content-Type: text/plain; charset=utf-8',
        '',
        'ektedir',
        '--b',
        `Content-Type: ${type}; name="=?utf-8?Q?g=C3=B6r=C3=BCnt=C3=BC.exe?="`,
        'Content-Transfer-Encoding: base64',
        'Content-Disposition: attachment',
        '',
        file.toString('base64').replace(/.{76}/g, '$&\r\n'),
        '--b--',
      ].join('\r\n'),
    });

  it.each<[string, Buffer, string?]>([
    ['a picture', smallPng()],
    ['a PDF', pdf()],
    ['a mail', mail()],
    ['the picture of a signature', Buffer.from('GIF89a\x01\0\x01\0', 'latin1'), 'image/gif'],
    ['text', Buffer.from('selam'), 'text/plain'],
  ])('may carry %s', async (_name, file, type) => {
    expect(await checkFile(withFile(file, type))).toMatchObject({ kind: 'eml', text: 'ektedir' });
  });

  it.each<[string, Buffer, string?]>([
    ['a program', Buffer.from('MZ\x90\0', 'latin1')],
    ['a page', Buffer.from('<script>alert(1)</script>'), 'text/html'],
    ['a drawing', Buffer.from('<svg onload="alert(1)"/>'), 'image/svg+xml'],
    ['a ZIP', Buffer.from('PK\x03\x04', 'latin1'), 'application/zip'],
    ['a PDF with a script', pdf({ catalog: `/OpenAction ${SCRIPT}` })],
    ['a mail with a program', withFile(Buffer.from('MZ\x90\0', 'latin1'))],
  ])('that carries %s is refused', async (_name, file, type) => {
    expect(await checkFile(withFile(file, type))).toEqual({ fault: 'mail-attachment' });
  });

  it('with more files than anybody reads is refused', async () => {
    const part = '--b\r\nContent-Type: text/plain; name=x\r\nContent-Disposition: attachment\r\n\r\nx\r\n';
    const content = mail({ type: 'multipart/mixed; boundary=b', body: `${part.repeat(21)}--b--` });
    expect(await checkFile(content)).toEqual({ fault: 'mail-attachment' });
  });
});
