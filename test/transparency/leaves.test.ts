import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/transparency/leaves/canonical-json.ts';
import { disclosuresOf, leafText, type LeafRecord } from '../../src/transparency/leaves/leaf.ts';
import { leafType } from '../../src/transparency/leaves/leaf-types.ts';
import { Salts } from '../../src/transparency/leaves/salts.ts';
import { leafHash } from '../../src/transparency/tree/hash.ts';
import { createHmac } from 'node:crypto';

const readme = readFileSync(new URL('../../src/transparency/README.md', import.meta.url), 'utf8');

/** The text between the fences of a language, after the heading of the example. */
function block(language: string): string {
  const example = readme.slice(readme.indexOf('### An example'));
  const start = example.indexOf(`\`\`\`${language}\n`) + language.length + 4;
  return example.slice(start, example.indexOf('\n```', start));
}

describe('a leaf', () => {
  it('is made as the README’s example says, byte for byte', () => {
    const { id, company, ...row } = JSON.parse(block('json')) as Record<string, unknown> & {
      id: number;
      company: number;
    };
    const { plain, personal } = leafType('audit_log');
    const pick = (names: object): Record<string, unknown> =>
      Object.fromEntries(Object.keys(names).map((name) => [name, row[name]]));
    const record: LeafRecord = {
      type: 'audit_log',
      id,
      company,
      holder: 7,
      shared: [],
      plain: pick(plain),
      personal: pick(personal),
    };
    const key = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
    const salts = new Salts(key);
    expect(leafText(record, salts)).toBe(block('text'));
    expect(readme).toContain(`- leaf hash: \`${leafHash(block('text')).toString('hex')}\``);
    const salt = createHmac('sha256', key).update('audit_log/41/ip_address').digest('base64url');
    expect(salts.of('audit_log', 41, 'ip_address')).toBe(salt);
    expect(readme).toContain(`- salt of \`ip_address\`: \`${salt}\``);
    const [disclosure = ''] = disclosuresOf(record, salts, (field) => field === 'ip_address');
    expect(readme).toContain(`- its disclosure: \`${disclosure}\``);
  });
});

describe('canonical JSON (RFC 8785)', () => {
  it.each([
    [{ b: 2, a: 1, B: 3, A: 4, '10': 5, '9': 6 }, '{"10":5,"9":6,"A":4,"B":3,"a":1,"b":2}'],
    [
      { para: 'TRY', şehir: 'İzmir', tutar: '199.90', ad: 'Çağrı' },
      '{"ad":"Çağrı","para":"TRY","tutar":"199.90","şehir":"İzmir"}',
    ],
    [
      { n: [100.0, 1e21, 1e-7, 0.000001, -0, 4.5, 1e20] },
      '{"n":[100,1e+21,1e-7,0.000001,0,4.5,100000000000000000000]}',
    ],
    [{ '\uff5e': 1, '\u{1f600}': 2, '\u20ac': 3, z: 4 }, '{"z":4,"€":3,"😀":2,"～":1}'],
    [{ o: {}, a: [], nul: null, t: true, f: false }, '{"a":[],"f":false,"nul":null,"o":{},"t":true}'],
    ['\b\t\n\f\r"\\\u0001\u007f/é', '"\\b\\t\\n\\f\\r\\"\\\\\\u0001\u007f/é"'],
  ])('writes %j in its one form', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each([
    ['a lone surrogate', '\ud800'],
    ['a key with one', { '\udfff': 1 }],
    ['infinity', Infinity],
    ['no number', NaN],
    ['a date', new Date(0)],
    ['a big number', 1n],
  ])('refuses %s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});
