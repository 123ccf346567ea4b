import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { writeUblInvoice, type UblInvoice } from '../../../src/billing/ubl/ubl-invoice.ts';
import { brokenRules, officialPackage, readOfficialRules, schemaFaults } from './schematron.ts';

const seller = {
  ...{ name: 'YouAreCoder Yazılım A.Ş.', taxNumber: '1234567890', taxOffice: 'Çankaya' },
  ...{ address: 'Örnek Cad. 1', district: 'Çankaya', city: 'Ankara' },
  ...{ country: { code: 'TR', name: 'Türkiye' }, phone: '+90 312 000 00 00', email: 'x@example.com' },
};
const buyer = { ...seller, name: 'Acme <İnşaat> & Oğulları A.Ş.', phone: null, email: null };
const person = { ...buyer, name: 'Ayşe Nur Öz', taxNumber: '10000000146', taxOffice: null };
const stranger = {
  ...buyer,
  taxNumber: '2222222222',
  taxOffice: null,
  country: { code: 'DE', name: 'Almanya' },
};

const sale: UblInvoice = {
  ...{ type: 'SATIS', number: 'YCF2026000000001', ettn: '0f8fad5b-d9cb-469f-a165-70867728950e' },
  ...{ issuedOn: '2026-11-30', currency: 'TRY', totalMinor: 149_900, taxMinor: 24_983, taxPercent: '20.00' },
  ...{ exemption: null, rate: null, seller, buyer, item: 'Team planı, bir ay' },
  servicePeriod: { from: '2026-11-30', until: '2026-12-30' },
  order: { number: 'YAC123', day: '2026-11-29' },
  ...{ returnOf: null, notes: ['Ödeme özeti: YAC2026000000001'] },
};
const exempt: UblInvoice = {
  ...{ ...sale, type: 'ISTISNA', taxMinor: 0, taxPercent: '0.00', buyer: stranger, currency: 'EUR' },
  ...{ rate: '41.2345', exemption: { code: '302', reason: '11/1-a Hizmet ihracatı' } },
};
const kinds: [string, UblInvoice][] = [
  ['a sale to a company', sale],
  ['a sale to a person', { ...sale, buyer: person }],
  ['a sale in euros', { ...sale, currency: 'EUR', rate: '41.2345' }],
  ['an exempt sale abroad', exempt],
  ['a return', { ...sale, type: 'IADE', returnOf: { number: 'YCF2026000000001', issuedOn: '2026-11-30' } }],
];

describe('an invoice as UBL-TR', () => {
  it('is well-formed XML that gives every text back as it was', () => {
    const texts = readTexts(writeUblInvoice(sale));
    expect(texts).toMatchObject({
      'Invoice/cbc:ID': ['YCF2026000000001'],
      'Invoice/cbc:ProfileID': ['EARSIVFATURA'],
      'Invoice/cbc:CustomizationID': ['TR1.2.1'],
      'Invoice/cbc:Note': ['Yalnız bindörtyüzdoksandokuz Türk lirası', 'Ödeme özeti: YAC2026000000001'],
      'Invoice/cac:AccountingCustomerParty/cac:Party/cac:PartyName/cbc:Name': [buyer.name],
      'Invoice/cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount': ['1249.17'],
      'Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount': ['1499.00'],
      'Invoice/cac:TaxTotal/cbc:TaxAmount': ['249.83'],
    });
  });

  it('names a person by first and family name, and a character that XML cannot hold is left out', () => {
    const xml = writeUblInvoice({ ...sale, buyer: { ...person, address: 'a\u0007b\uD800c\uFFFEd' } });
    expect(xml).toContain('<cbc:FirstName>Ayşe Nur</cbc:FirstName>');
    expect(xml).toContain('<cbc:FamilyName>Öz</cbc:FamilyName>');
    expect(xml).toContain('<cbc:StreetName>abcd</cbc:StreetName>');
  });
});

describe.skipIf(officialPackage === null)(
  'an invoice by the tax administration’s own package (UBL_TR_PACKAGE names its folder; without it this is skipped)',
  () => {
    const folder = officialPackage ?? '';
    it.each(kinds)('%s keeps the schema and all rules', async (_name, invoice) => {
      const xml = writeUblInvoice(invoice);
      expect(await schemaFaults(folder, xml)).toEqual([]);
      expect(brokenRules(readOfficialRules(folder), xml)).toEqual([]);
    });

    it.each([
      [{ number: 'yc-1' }, 'ID'],
      [{ ettn: 'x' }, 'UUID'],
      [{ issuedOn: '2999-01-01' }, 'IssueDate'],
      [{ type: 'NONE' }, 'InvoiceTypeCode'],
      [{ buyer: { ...buyer, taxNumber: '123' } }, 'VKN'],
    ])('is refused by the rules with %j', (wrong, word) => {
      const xml = writeUblInvoice({ ...sale, ...(wrong as Partial<UblInvoice>) });
      expect(brokenRules(readOfficialRules(folder), xml).join('\n')).toContain(word);
    });

    it('is refused by the schema with an element out of its place', async () => {
      const xml = writeUblInvoice(sale).replace(/<cbc:ID>[^<]*<\/cbc:ID>/, '');
      expect((await schemaFaults(folder, xml)).join('\n')).toContain('CopyIndicator');
    });
  },
);

/** The texts of a document by the path of their elements. Throws when it is not well-formed. */
function readTexts(xml: string): Record<string, string[]> {
  const texts: Record<string, string[]> = {};
  const path: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => path.push(name));
  parser.on('text', (text) => {
    if (text.trim() !== '') (texts[path.join('/')] ??= []).push(text);
  });
  parser.on('closetag', () => path.pop());
  parser.write(xml).close();
  return texts;
}
