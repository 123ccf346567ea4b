import { Router, text, type Response } from 'express';
import { SaxesParser } from 'saxes';
import { createPdf, pdfBytes } from '../../src/web/pdf/create-pdf.ts';

/** The key that the stand-in asks for. */
export const INTEGRATOR_TOKEN = 'sandbox-integrator';

/**
 * How the next invoice goes wrong. lost: the request never arrives. silent: it is issued, and no answer
 * comes. cut: it is issued, and the connection breaks. error: a fault, before anything happened. working: it
 * is issued when it is asked about. refuse: for good, until it is sent again.
 */
type IntegratorFault = 'lost' | 'silent' | 'cut' | 'error' | 'working' | 'refuse';

/** An invoice as the stand-in has it. `puts` counts how often it was sent. */
interface KeptInvoice {
  ettn: string;
  xml: string;
  number: string | null;
  issuedOn: string;
  puts: number;
  refusal: string | null;
}

interface IntegratorSandbox {
  router: Router;
  /** Several faults are used up in order. */
  failNext: (...faults: IntegratorFault[]) => void;
  invoices: () => readonly KeptInvoice[];
}

/**
 * A stand-in for an integrator's adapter (src/billing/integrator/README.md): it takes only what it should
 * get, and gives each series numbers without gaps. Everything is kept in memory.
 */
export function createIntegratorSandbox(): IntegratorSandbox {
  const kept = new Map<string, KeptInvoice>();
  const faults: IntegratorFault[] = [];
  const counters = new Map<string, number>();
  const issue = (invoice: KeptInvoice): void => {
    if (invoice.number !== null || invoice.refusal !== null) return;
    const series = /<cbc:ID>([A-Z0-9]{3}20\d{2})0{9}<\/cbc:ID>/.exec(invoice.xml)?.[1] ?? '';
    const number = (counters.get(series) ?? 0) + 1;
    counters.set(series, number);
    invoice.number = `${series}${String(number).padStart(9, '0')}`;
  };
  const router = Router();
  router.use((req, res, next) => {
    if (req.get('authorization') === `Bearer ${INTEGRATOR_TOKEN}`) next();
    else res.status(401).json({ state: 'refused', reason: 'wrong token' });
  });
  router.put('/v1/invoices/:ettn', text({ type: 'application/xml', limit: '1mb' }), (req, res) => {
    const fault = faults.shift();
    if (fault === 'lost') {
      req.socket.destroy();
      return;
    }
    if (fault === 'error') {
      res.status(500).send('<h1>Internal error</h1>');
      return;
    }
    const invoice = receive(kept, { ettn: req.params.ettn, xml: String(req.body), fault });
    if (fault !== 'working') issue(invoice);
    if (fault === 'cut') req.socket.destroy();
    else if (fault !== 'silent') answer(res, invoice);
  });
  router.get('/v1/invoices/:ettn', (req, res) => {
    const invoice = kept.get(req.params.ettn);
    if (invoice !== undefined) issue(invoice);
    answer(res, invoice);
  });
  router.get('/v1/invoices/:ettn/:kind', (req, res, next) => {
    const invoice = kept.get(req.params.ettn);
    const { kind } = req.params;
    if (invoice?.number == null) res.status(404).end();
    else if (kind === 'xml') res.type('xml').send(withNumber(invoice));
    else if (kind === 'pdf') void writePdf(invoice).then((pdf) => res.type('pdf').send(pdf), next);
    else res.status(404).end();
  });
  return {
    router,
    failNext: (...next) => faults.push(...next),
    invoices: () => [...kept.values()],
  };
}

/** Keeps an invoice, or counts it once more. One that was refused before is looked at anew. */
function receive(
  kept: Map<string, KeptInvoice>,
  { ettn, xml, fault }: { ettn: string; xml: string; fault: IntegratorFault | undefined },
): KeptInvoice {
  const refusal =
    faultOf(xml, ettn) ?? (fault === 'refuse' ? 'The tax office of the buyer is unknown' : null);
  const before = kept.get(ettn);
  const invoice =
    before === undefined || before.refusal !== null
      ? { ettn, xml, number: null, issuedOn: dayIn(xml), puts: before?.puts ?? 0, refusal }
      : before;
  invoice.puts += 1;
  kept.set(ettn, invoice);
  return invoice;
}

function answer(res: Response, invoice: KeptInvoice | undefined): void {
  if (invoice === undefined) res.status(404).json({ state: 'unknown' });
  else if (invoice.refusal !== null) res.status(422).json({ state: 'refused', reason: invoice.refusal });
  else if (invoice.number === null) res.status(202).json({ state: 'working' });
  else res.json({ state: 'issued', number: invoice.number, issued_on: invoice.issuedOn, delivered: true });
}

/** Why an invoice cannot be taken: no XML, or one of another ETTN. */
function faultOf(xml: string, ettn: string): string | null {
  const texts = new Map<string, string>();
  let name = '';
  const parser = new SaxesParser();
  const faults: string[] = [];
  parser.on('error', ({ message }) => faults.push(message));
  parser.on('opentag', (tag) => (name = tag.name));
  parser.on('text', (found) => {
    if (found.trim() !== '' && !texts.has(name)) texts.set(name, found);
  });
  parser.write(xml).close();
  if (faults[0] !== undefined) return faults[0];
  if (texts.get('cbc:UUID') !== ettn) return 'cbc:UUID is not the ETTN of the address';
  const needed = ['cbc:ProfileID', 'cbc:InvoiceTypeCode', 'cbc:CityName', 'cbc:PayableAmount'];
  const missing = needed.filter((each) => !texts.has(each));
  return missing.length > 0 ? `missing: ${missing.join(', ')}` : null;
}

function dayIn(xml: string): string {
  return /<cbc:IssueDate>([\d-]{10})</.exec(xml)?.[1] ?? '';
}

function withNumber({ xml, number }: KeptInvoice): string {
  return xml.replace(/<cbc:ID>[A-Z0-9]{16}<\/cbc:ID>/, `<cbc:ID>${number ?? ''}</cbc:ID>`);
}

async function writePdf({ number, ettn, issuedOn }: KeptInvoice): Promise<Buffer> {
  const title = `e-Arşiv Fatura ${number ?? ''}`;
  const { pages, chunks } = createPdf({ title, author: 'Sandbox', locale: 'tr', at: new Date(issuedOn) });
  pages.title(title);
  pages.fact('ETTN', ettn);
  await pages.finish('Sayfa');
  return pdfBytes(chunks);
}
