import type { XmlObject } from './ubl-values.ts';

/** A buyer or seller of UBL-TR. Null where nothing is known. */
export interface UblParty {
  name: string;
  /** 10 digits name a company, 11 a person. */
  taxNumber: string;
  taxOffice: string | null;
  address: string;
  district: string;
  city: string;
  country: { code: string; name: string };
  phone: string | null;
  email: string | null;
}

/**
 * A party with its parts in the order of the schema; a person has a first and a family name instead of one.
 */
export function ublParty(party: UblParty): XmlObject {
  const isPerson = party.taxNumber.length === 11;
  return {
    'cac:PartyIdentification': {
      'cbc:ID': { '@schemeID': isPerson ? 'TCKN' : 'VKN', '#': party.taxNumber },
    },
    ...(isPerson ? {} : { 'cac:PartyName': { 'cbc:Name': party.name } }),
    'cac:PostalAddress': postalAddress(party),
    ...(party.taxOffice === null
      ? {}
      : { 'cac:PartyTaxScheme': { 'cac:TaxScheme': { 'cbc:Name': party.taxOffice } } }),
    ...contact(party),
    ...(isPerson ? { 'cac:Person': personOf(party.name) } : {}),
  };
}

/** The signer, and where the signature will be. */
export function ublSignature(seller: UblParty, ettn: string): XmlObject {
  const isPerson = seller.taxNumber.length === 11;
  return {
    'cbc:ID': { '@schemeID': 'VKN_TCKN', '#': seller.taxNumber },
    'cac:SignatoryParty': {
      'cac:PartyIdentification': {
        'cbc:ID': { '@schemeID': isPerson ? 'TCKN' : 'VKN', '#': seller.taxNumber },
      },
      'cac:PostalAddress': postalAddress(seller),
    },
    'cac:DigitalSignatureAttachment': {
      'cac:ExternalReference': { 'cbc:URI': `#Signature_${ettn}` },
    },
  };
}

/**
 * The last word is the family name, as in Turkish law. Somebody who goes by one name has it in both places,
 * since neither may be empty.
 */
function personOf(name: string): { 'cbc:FirstName': string; 'cbc:FamilyName': string } {
  const words = name.trim().split(/\s+/);
  const family = words.at(-1) ?? name;
  const first = words.slice(0, -1).join(' ');
  return { 'cbc:FirstName': first === '' ? family : first, 'cbc:FamilyName': family };
}

function postalAddress({ address, district, city, country }: UblParty): XmlObject {
  return {
    'cbc:StreetName': address,
    'cbc:CitySubdivisionName': district,
    'cbc:CityName': city,
    'cac:Country': { 'cbc:IdentificationCode': country.code, 'cbc:Name': country.name },
  };
}

function contact({ phone, email }: UblParty): XmlObject {
  if (phone === null && email === null) return {};
  return {
    'cac:Contact': {
      ...(phone === null ? {} : { 'cbc:Telephone': phone }),
      ...(email === null ? {} : { 'cbc:ElectronicMail': email }),
    },
  };
}
