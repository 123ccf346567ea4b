import { crc32, deflateSync } from 'node:zlib';

/** A red-to-blue strip of 16 × 8 pixels as a camera or a screen would store it. */
export const jpegs = {
  baseline: Buffer.from(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAWEAEBAQAAAAAAAAAAAAAAAAAAFGH/xAAVAQEBAAAAAAAAAAAAAAAAAAAEBv/EABcRAAMBAAAAAAAAAAAAAAAAAAAEFVL/2gAMAwEAAhEDEQA/AJGzSzQVsZTIys1o/9k=',
    'base64',
  ),
  progressive: Buffer.from(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAVAQEBAAAAAAAAAAAAAAAAAAADBf/aAAwDAQACEAMQAAABkCs3/8QAFRABAQAAAAAAAAAAAAAAAAAAABL/2gAIAQEAAQUCtb//xAAXEQADAQAAAAAAAAAAAAAAAAAAAxRR/9oACAEDAQE/Aa26f//EABcRAAMBAAAAAAAAAAAAAAAAAAADFFH/2gAIAQIBAT8BjVh//8QAFBABAAAAAAAAAAAAAAAAAAAAEP/aAAgBAQAGPwI//8QAFBABAAAAAAAAAAAAAAAAAAAAEP/aAAgBAQABPyEP/9oADAMBAAIAAwAAABAL/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgBAwEBPxAP/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAgBAgEBPxBv/8QAFRABAQAAAAAAAAAAAAAAAAAAAHH/2gAIAQEAAT8QpT//2Q==',
    'base64',
  ),
  grey: Buffer.from(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//wAALCAAIABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAWEAADAAAAAAAAAAAAAAAAAAAAFGH/2gAIAQEAAD8Ah2aGaf/Z',
    'base64',
  ),
  cmyk: Buffer.from(
    '/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUGBKUVJP/9sAQwEODg4TERMmFRUmTzUtNU9PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P/8AAFAgACAAQBAEiAAIRAQMRAQQiAP/EABUAAQEAAAAAAAAAAAAAAAAAAAAG/8QAGhABAAEFAAAAAAAAAAAAAAAAAAQRFCVh8P/EABUBAQEAAAAAAAAAAAAAAAAAAAUG/8QAGhEAAgIDAAAAAAAAAAAAAAAAAAEEFVFSkf/aAA4EAQACEQMRBAAAPwCjsZeixl6BGXM3dh1HEw+lbnuqZ7qg/9k=',
    'base64',
  ),
};

/** The same 13 × 11 pixels of a rose, as ImageMagick stores them: with every filter of lines. */
export const roses = {
  plain: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAA0AAAALCAIAAAAr0JA2AAABXklEQVQY0wXB7U7bMBQAUF9ffyalqTI0EBpCaNsz8IO9/0Ns2vZjKhGQ0qRJm9i+vt45sH9+2utoTfVlMROl3nLSZR6PV4TX0kjLQHHOqyLVBD5voE6QFlPWvFAprFErdEXSygo0K1AJYeKIJNLlct6qQCsQORCWESjfsHNJ3ADKf3EYwgQlb6z1UmdKRqJjaah4jT3ORzFGuqipLFzYMjdZ176ym/v+pTOMlTRiLY1oHWACoRZBO+Nxzad0zn3/6fqO6hpCctl70HoYkZmApSjgfTNXpkeBWcTusEXlpVAhunYXHm+7RrzXWbUZswT37WH++YtOqykMIbqURE7j2MH9V2UrbbV8KBrH08fra3v7+VJIXe0ADQUKgt/5/Kf7rbyp9EbdbbcY5v1hmA1UtUm+ElKIJcQiBkxHGOPbX5trWf94bh+/20jLNIaST9Pb4eOFZAmyRCzO1CR4zKf/8qLU4NlJM/kAAAAASUVORK5CYII=',
    'base64',
  ),
  interlacedWithAlpha: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAA0AAAALCAYAAAHTtTf3AAABzUlEQVQozwXBS08TQQDA8f/szNLubmnpgkDxFQqJ4sGoB43BRDEGz178oH4MEw6eTLAgCqj0QR+73dfM7Pj7ievDV+4yT/GW2rCrDeLi9RuX6Gu8WTGi3z9CfDl86l7GW5ibEd20hfh2fOgyV7OVZShbaXS2YEN3UZNOxCMEZ6VBDN5/dEORgqso8hmbTrJXRihT450UVzhXs50u6Ecx94qIOt7gj8vxPh9/QqUpY18yTZaMm4YTO+QiihBf3z13e3aNn7Jkmt2yWwdIWaDGKBr5jHmjYEVZgqpiZxni3RZz7qqQ3p1t2pVPYBVaBHi9zjbn9YzVqwmrTUV3/SFjb45HkhD0H+CHbVSaM5gOaO4/wXuxf8Do7JSJSTFByDCA78MzxK+3x+63W7IeRMS5ZioqJnWG8Ryl0Ww4yZbzMZVBCcdEGdS5nfPXzlHK0rBQBB5ZkhAqRWAdq8YQ+rAUJWFh6VqJGrqEtt8gzDRCF7Rqw87mfW7SBaLUxDIiKH3aszmyrslFjYqNwrXXMI97XJ7+oLco0FcjOi0faTUqm1E2W1TPDiiLEtHwEemHI3dTplw7g78iCCtNHPVwHtS3Q6SDf1IzFZqOXKNhI/4DtUzv73aakwsAAAAASUVORK5CYII=',
    'base64',
  ),
  deepWithAlpha: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAA0AAAALEAYAAAD0ItsiAAADaklEQVQ4yzXUzU4TYRTG8V6KKGXaTmemw3y+804/ppQ2mKCiCTYuXLjwKlx4McaErTEmQkCpFATFUlFMoGCBYkCxorGSqMnfxcTVydmdnOd3TuLoSErPg7W1Usk0od2uVqWEr1/z+SiCbleIMITXr0ulIICVlfFxIWBuznVTKXj5cnRUVaHTsW3ThL09KQ0DPn70vHQaNjdte2gIEvv7xWK1Ci9eFApSwtZWrVatwvFxoRBF8OFDsSglLC3l86YJz58Xi7kcPH0qparC+noQ6Dr0ekJYFnS7lmUY0OvZtq5Du+37mQwkOp1yuVaDJ09KJceB5eWxMSmh3Y4nXF4ulx0H5uelTKdhYUGIZBIWF4MgmYR373w/lYKjI9tWVTg/N03LAshmLQv+/NE004TEs2dh6Hnw8KEQqRSsrJTLvg+7u1L6PrRalUoQwOys5w0Pw9KSlKkUrK76vqLA9rZtKwr0+0LoOhwe/u+z2eFhGAzSaUWBxKNHUuo6PHjg+yMj8OZNqeS6cHrq+1LC8fHk5Pg4bG1duxZF0GjE2bRatp3JQK/nurkc9PumaRjw44dpCgG/f2taGMJgkMmEISRmZqTMZODx40LBMOKdWhbs7VmWqsLOjhCKAicnk5NRBG/fRpFlweZmnM3pqecJAefno6OFAvz9e/GiYQBcuKBp8OvX0JCqQmJmJghUFebna7VCAZrNclkIWFtzXVWFvT3XVZR4JboO3W6l4nnQ6YShrsPZWS4XZ1KpXLkCg8HYWK0Gnz4ZhqbB/n42m0pBYm7O83QdZmcnJopFWF+/e7deh8XFUsmyYHs75tvrmWY2C/v7sb5eL+Z7dqZpcXUcx4Hv369fr9fh8+fLl6em4MuXqanpaUhsb7uuZcH8fBCYJszNXb0aRbC5Wa9PTMDGhmkqSsw9DOHgoFTyPOh2c7lkEk5ONE1RYGfHsjIZaLWEcBzo92/cuHkTBoPp6Tt3IPHzZ6USRbC7m887DjQaYWiasb7RUWi3w1DT4PAwvq+Dg4mJahW6Xc/L5eDwMMbw6pUQqgqzs0EwMgKrq/m868LGRhBEESTg/v179+Dbt9u3b92C1VXX1TRYWHCcS5dgbS3G8v59EORy0Gp5XjYLnY4QhgGdju8bBjSbYZjJQKMRf5hmM5+3bVhc9DzLgn/toIqVqdZ1RAAAAABJRU5ErkJggg==',
    'base64',
  ),
};

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** One chunk of a PNG with its checksum. */
export function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** The header chunk of a PNG. */
export function header(input: {
  width: number;
  height: number;
  depth?: number;
  colours?: number;
  interlace?: number;
}): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(input.width);
  data.writeUInt32BE(input.height, 4);
  data.set([input.depth ?? 8, input.colours ?? 2, 0, 0, input.interlace ?? 0], 8);
  return chunk('IHDR', data);
}

/** A PNG of the given chunks, with signature and end. */
export function png(...chunks: Buffer[]): Buffer {
  return Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

/** A whole small PNG; further chunks stand before its pixels. */
export function smallPng(more: Buffer[] = [], width = 4, height = 3): Buffer {
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 0x80)]);
  const pixels = Buffer.concat(Array.from({ length: height }, () => line));
  return png(header({ width, height }), ...more, chunk('IDAT', deflateSync(pixels)));
}

/** A PDF with one page, a right table, further objects from number 4 on, and more in its catalog. */
export function pdf({ catalog = '', objects = [] as (string | Buffer)[] } = {}): Buffer {
  const all = [
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>',
    ...objects,
  ];
  let bytes = Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1');
  const offsets = all.map((object, index) => {
    const at = bytes.length;
    const text = Buffer.isBuffer(object) ? object : Buffer.from(object, 'latin1');
    bytes = Buffer.concat([
      bytes,
      Buffer.from(`${String(index + 1)} 0 obj\n`, 'latin1'),
      text,
      Buffer.from('\nendobj\n', 'latin1'),
    ]);
    return at;
  });
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const size = String(all.length + 1);
  const end = `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${String(bytes.length)}\n%%EOF\n`;
  return Buffer.concat([bytes, Buffer.from(end, 'latin1')]);
}

/** A stream object with its dictionary. */
export function stream(dictionary: string, data: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`<< ${dictionary} /Length ${String(data.length)} >>\nstream\n`, 'latin1'),
    data,
    Buffer.from('\nendstream', 'latin1'),
  ]);
}

/** An object stream with one object, packed. */
export function objectStream(object: string, dictionary = '/Filter /FlateDecode'): Buffer {
  const content = Buffer.from(`9 0 ${object}`, 'latin1');
  const data = dictionary.includes('Flate') ? deflateSync(content) : content;
  return stream(`/Type /ObjStm /N 1 /First 4 ${dictionary}`, data);
}

/** The bytes of a mail in UTF-8. */
export function mail({ head = '', type = 'text/plain; charset=utf-8', body = 'Merhaba' } = {}): Buffer {
  return Buffer.from(
    [
      'From: =?utf-8?Q?Ay=C5=9Fe?= <ayse@example.com>',
      'To: destek@example.com',
      'Subject: =?utf-8?Q?=C4=B0tiraz=C4=B1m=C4=B1_geri_=C3=A7ekiyorum?=',
      'Date: Mon, 30 Nov 2026 10:00:00 +0300',
      'Message-ID: <a1@example.com>',
      'MIME-Version: 1.0',
      `Content-Type: ${type}`,
      ...(head === '' ? [] : [head]),
      '',
      body,
      '',
    ].join('\r\n'),
  );
}
