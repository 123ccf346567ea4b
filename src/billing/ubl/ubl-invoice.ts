import { create } from 'xmlbuilder2';
import type { Currency } from '../../currency.ts';
import { amountInWords } from './amount-in-words.ts';
import { amountOf, decimalOf, type XmlObject } from './ubl-values.ts';
import { ublParty, ublSignature, type UblParty } from './ubl-party.ts';

/** The facts of an invoice of UBL-TR. Amounts in minor units, days as 2026-11-30. */
export interface UblInvoice {
  type: 'SATIS' | 'ISTISNA' | 'IADE';
  number: string;
  ettn: string;
  issuedOn: string;
  currency: Currency;
  totalMinor: number;
  taxMinor: number;
  taxPercent: string;
  /** Why there is no tax. Only where there is none. */
  exemption: { code: string; reason: string } | null;
  /** Liras for one unit of the currency. Only of a foreign one. */
  rate: string | null;
  seller: UblParty;
  buyer: UblParty;
  item: string;
  servicePeriod: { from: string; until: string };
  order: { number: string; day: string };
  /** The sale that this one gives back. */
  returnOf: { number: string; issuedOn: string } | null;
  notes: string[];
}

const INVOICE = 'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2';
const NAMESPACES = {
  '@xmlns:cac': 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2',
  '@xmlns:cbc': 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2',
  '@xmlns:ext': 'urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2',
};

/** Value added tax (UBL-TR code list TaxTypeCode). */
const VAT = { 'cbc:Name': 'KDV', 'cbc:TaxTypeCode': '0015' };
/** Bank card (UN/CEFACT 4461). */
const BANK_CARD = '48';
/** One of something (UN/ECE recommendation 20). */
const PIECE = 'C62';

/**
 * An e-Arşiv invoice as UBL-TR 1.2.1, with a single line and without a signature: whoever hands it to the tax
 * administration puts one in the place of the element `unsigned`. The order of the elements is that of the
 * schema (UBL-Invoice-2.1.xsd).
 */
export function writeUblInvoice(invoice: UblInvoice): string {
  const { seller, buyer, currency } = invoice;
  const document: XmlObject = {
    'ext:UBLExtensions': {
      'ext:UBLExtension': { 'ext:ExtensionContent': { unsigned: { '@xmlns': 'urn:unsigned' } } },
    },
    'cbc:UBLVersionID': '2.1',
    'cbc:CustomizationID': 'TR1.2.1',
    'cbc:ProfileID': 'EARSIVFATURA',
    'cbc:ID': invoice.number,
    'cbc:CopyIndicator': 'false',
    'cbc:UUID': invoice.ettn,
    'cbc:IssueDate': invoice.issuedOn,
    'cbc:InvoiceTypeCode': invoice.type,
    'cbc:Note': [amountInWords(invoice.totalMinor, currency), ...invoice.notes],
    'cbc:DocumentCurrencyCode': currency,
    'cbc:LineCountNumeric': '1',
    'cac:InvoicePeriod': {
      'cbc:StartDate': invoice.servicePeriod.from,
      'cbc:EndDate': invoice.servicePeriod.until,
    },
    'cac:OrderReference': { 'cbc:ID': invoice.order.number, 'cbc:IssueDate': invoice.order.day },
    ...billingReference(invoice),
    'cac:Signature': ublSignature(seller, invoice.ettn),
    'cac:AccountingSupplierParty': { 'cac:Party': ublParty(seller) },
    'cac:AccountingCustomerParty': { 'cac:Party': ublParty(buyer) },
    'cac:PaymentMeans': { 'cbc:PaymentMeansCode': BANK_CARD, 'cbc:PaymentDueDate': invoice.order.day },
    ...exchangeRate(invoice),
    'cac:TaxTotal': taxTotal(invoice),
    'cac:LegalMonetaryTotal': monetaryTotal(invoice),
    'cac:InvoiceLine': invoiceLine(invoice),
  };
  return create(
    { encoding: 'UTF-8', invalidCharReplacement: '' },
    { Invoice: { '@xmlns': INVOICE, ...NAMESPACES, ...document } },
  ).end({
    prettyPrint: true,
  });
}

function billingReference({ returnOf }: UblInvoice): XmlObject {
  if (returnOf === null) return {};
  return {
    'cac:BillingReference': {
      'cac:InvoiceDocumentReference': {
        'cbc:ID': returnOf.number,
        'cbc:IssueDate': returnOf.issuedOn,
        'cbc:DocumentTypeCode': 'IADE',
      },
    },
  };
}

function exchangeRate({ currency, rate, order }: UblInvoice): XmlObject {
  if (rate === null) return {};
  return {
    'cac:PricingExchangeRate': {
      'cbc:SourceCurrencyCode': currency,
      'cbc:TargetCurrencyCode': 'TRY',
      'cbc:CalculationRate': rate,
      'cbc:Date': order.day,
    },
  };
}

function taxTotal(invoice: UblInvoice): XmlObject {
  const { currency, totalMinor, taxMinor, taxPercent, exemption } = invoice;
  return {
    'cbc:TaxAmount': amountOf(taxMinor, currency),
    'cac:TaxSubtotal': {
      'cbc:TaxableAmount': amountOf(totalMinor - taxMinor, currency),
      'cbc:TaxAmount': amountOf(taxMinor, currency),
      'cbc:Percent': decimalOf(taxPercent),
      'cac:TaxCategory': {
        ...(exemption === null
          ? {}
          : {
              'cbc:TaxExemptionReasonCode': exemption.code,
              'cbc:TaxExemptionReason': exemption.reason,
            }),
        'cac:TaxScheme': VAT,
      },
    },
  };
}

function monetaryTotal({ currency, totalMinor, taxMinor }: UblInvoice): XmlObject {
  const net = amountOf(totalMinor - taxMinor, currency);
  const total = amountOf(totalMinor, currency);
  return {
    'cbc:LineExtensionAmount': net,
    'cbc:TaxExclusiveAmount': net,
    'cbc:TaxInclusiveAmount': total,
    'cbc:PayableAmount': total,
  };
}

function invoiceLine(invoice: UblInvoice): XmlObject {
  const net = amountOf(invoice.totalMinor - invoice.taxMinor, invoice.currency);
  return {
    'cbc:ID': '1',
    'cbc:InvoicedQuantity': { '@unitCode': PIECE, '#': '1' },
    'cbc:LineExtensionAmount': net,
    'cac:TaxTotal': taxTotal(invoice),
    'cac:Item': { 'cbc:Name': invoice.item },
    'cac:Price': { 'cbc:PriceAmount': net },
  };
}
