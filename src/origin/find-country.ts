import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { Reader, type CountryResponse } from 'mmdb-lib';
import { isSpecialAddress } from './special-networks.ts';

const DATA = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/** The country of an address, and how old the data is that said so. */
interface CountryAnswer {
  /** ISO 3166-1 code of two letters. Null for local and private addresses, and for those that nobody has. */
  country: string | null;
  /** When the data was put together. The same address may be another country's later. */
  dataFrom: Date;
}

/** Where the data comes from, and its licence, which wants both named on each page that shows a country. */
export const countryData = {
  source: 'https://www.nro.net/',
  licence: 'https://creativecommons.org/licenses/by/4.0/',
};

interface Data {
  reader: Reader<CountryResponse>;
  dataFrom: Date;
}
let data: Data | undefined;

/**
 * The country of an address, from a file that lies on this machine: no request leaves it. The file is read at
 * the first question (10 ms), and an answer takes a microsecond.
 */
export function findCountry(address: string | null): CountryAnswer {
  data ??= readData();
  const plain = plainAddress(address);
  if (plain === null) return { country: null, dataFrom: data.dataFrom };
  // The file has one field, of which the library's types know nothing.
  const found = data.reader.get(plain) as unknown as { country_code?: string } | null;
  const code = found?.country_code ?? '';
  return { country: /^[A-Z]{2}$/.test(code) ? code : null, dataFrom: data.dataFrom };
}

/** The address as the file knows it. Null when there is none, or when it says nothing about a place. */
export function plainAddress(address: string | null): string | null {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  return isIP(plain) === 0 || isSpecialAddress(plain) ? null : plain;
}

function readData(): Data {
  const path = createRequire(import.meta.url).resolve(DATA);
  const reader = new Reader<CountryResponse>(readFileSync(path));
  return { reader, dataFrom: reader.metadata.buildEpoch };
}
