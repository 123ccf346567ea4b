import { majorText } from '../../currency.ts';

/** A piece of an XML document: names of elements and attributes (`@`), the text of an element (`#`). */
export interface XmlObject {
  [name: string]: string | string[] | XmlObject;
}

/** An amount with its currency. UBL-TR takes two decimals at most. */
export function amountOf(minor: number, currency: string): XmlObject {
  return { '@currencyID': currency, '#': majorText(minor) };
}

/** A decimal without needless zeros: `20` for `20.00`. */
export function decimalOf(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}
