import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { validateXML } from 'xmllint-wasm';

/**
 * The part of node-schematron that is used. Its own types bring those of a browser's page into every file.
 */
interface Schematron {
  Schema: {
    fromString(xml: string): {
      validateString(xml: string, options: object): { message: string | null }[];
    };
  };
}

const { Schema } = createRequire(import.meta.url)('node-schematron') as Schematron;

/**
 * The folder of the tax administration's package (`xsdrt/` and `schematron/` in it), which may not be handed
 * on with this code. Null when it is not here.
 */
export const officialPackage: string | null = findPackage(process.env['UBL_TR_PACKAGE']);

function findPackage(folder = ''): string | null {
  return existsSync(join(folder, 'xsdrt/maindoc/UBL-Invoice-2.1.xsd')) ? folder : null;
}

/** The faults that the package's XML schema finds. */
export async function schemaFaults(folder: string, xml: string): Promise<string[]> {
  // The reader knows a single folder.
  const read = (name: string): { fileName: string; contents: string } => ({
    fileName: basename(name),
    contents: readFileSync(join(folder, 'xsdrt', name), 'utf8').replaceAll(
      /schemaLocation="[^"]*\//g,
      'schemaLocation="',
    ),
  });
  const common = readdirSync(join(folder, 'xsdrt/common')).map((name) => read(`common/${name}`));
  const { errors } = await validateXML({
    xml: [{ fileName: 'invoice.xml', contents: xml }],
    schema: [read('maindoc/UBL-Invoice-2.1.xsd')],
    preload: common,
  });
  return errors.map(({ rawMessage }) => rawMessage);
}

/** The messages of the rules that a document breaks. */
export function brokenRules(schematron: string, xml: string): string[] {
  return Schema.fromString(schematron)
    .validateString(xml, { debug: true })
    .map(({ message }) => (message ?? '').replaceAll(/\s+/g, ' ').trim());
}

/**
 * The rules of the tax administration's package for an e-Arşiv invoice, as one schema: our library knows
 * neither `include` nor `extends`, so code lists and abstract rules are written into the places that name
 * them. Rules about the signature are left out, since whoever hands an invoice over signs it.
 */
export function readOfficialRules(folder: string): string {
  const read = (name: string): string => readFileSync(join(folder, 'schematron', name), 'utf8');
  const main = withoutComments(read('UBL-TR_Main_Schematron.xml'));
  const lists = tagsOf(withoutComments(read('UBL-TR_Codelist.xml')), 'let');
  const abstracts = new Map(
    [...withoutComments(read('UBL-TR_Common_Schematron.xml')).matchAll(RULE)]
      .filter(([, head = '']) => head.includes('abstract="true"'))
      .map(([, head = '', body = '']): [string, string] => [/id="(\w+)"/.exec(head)?.[1] ?? '', body]),
  );
  const rules = [...main.matchAll(RULE)].filter(([, head = '']) => /context="(inv:|\/\/)/.test(head));
  const filled = rules
    .filter(([, head = '']) => !head.includes('ds:Signature'))
    .map(([, head = '', body = '']) => {
      const names = [...body.matchAll(/<sch:extends rule="(\w+)"/g)].map(([, name = '']) => name);
      return `<sch:pattern><sch:rule ${head}>${names.map((name) => abstracts.get(name) ?? '').join('')}</sch:rule></sch:pattern>`;
    });
  // What the envelope says is empty: an invoice alone has none.
  const lets = tagsOf(main, 'let')
    .filter((tag) => !tag.includes('name="type"'))
    .map((tag) => tag.replace(/value="\/[^"]*"/, `value="''"`));
  return `<sch:schema xmlns:sch="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">
    ${tagsOf(main, 'ns').join('')}${lists.join('')}${lets.join('')}
    <sch:let name="type" value="'earchive'"/>${filled.join('')}</sch:schema>`;
}

const RULE = /<(?:sch:)?rule ([^>]*)>([\s\S]*?)<\/(?:sch:)?rule>/g;

function withoutComments(xml: string): string {
  return xml.replaceAll(/<!--[\s\S]*?-->/g, '');
}

/** Empty elements of Schematron's namespace with one name, with its prefix. */
function tagsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<(?:sch:)?${name} ([^>]*)/>`, 'g'))].map(
    ([, rest = '']) => `<sch:${name} ${rest}/>`,
  );
}
