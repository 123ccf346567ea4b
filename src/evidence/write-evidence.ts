import { AUDIT_CSV_COLUMNS, type AuditRecord } from '../audit/audit-record.ts';
import { CSV_BOM, csvLine, type CsvSeparator, type CsvValue } from './csv.ts';
import type { EvidencePart } from './read-evidence.ts';

type Parts = AsyncIterable<EvidencePart>;

/** A JSON document. Its last byte closes it, so a bundle that was cut anywhere does not parse. */
export async function* writeBundle(parts: Parts): AsyncGenerator<string | Buffer, void> {
  let listEnd = '';
  let isFirstPiece = false;
  for await (const part of parts) {
    if (part.part === 'head') {
      const fields = Object.entries(part.head).map(
        ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
      );
      yield `{${fields.join(',\n')}`;
    } else if (part.part === 'list') {
      yield `${listEnd},\n"${part.list}":[`;
      listEnd = ']';
      isFirstPiece = true;
    } else if (part.part === 'records') {
      // The first record has no comma in front.
      yield isFirstPiece ? part.bytes.subarray(1) : part.bytes;
      isFirstPiece = false;
    } else if (part.part === 'proof') {
      yield part.isFirst ? `${listEnd},\n"proof":${part.text}` : part.text;
      listEnd = '';
    } else {
      yield `${listEnd},\n"summary":${JSON.stringify(part.summary)}}\n`;
    }
  }
}

/** A JSON object a line, each with its type. A file whose last line is not the summary was cut. */
export async function* writeLines(parts: Parts): AsyncGenerator<string | Buffer, void> {
  let proofEnd = '';
  for await (const part of parts) {
    if (part.part === 'head') yield `${JSON.stringify({ type: 'bundle', ...part.head })}\n`;
    else if (part.part === 'proof') {
      // A line has no line feed within.
      const text = part.text.replaceAll('\n', '');
      yield part.isFirst ? `{"type":"proof",${text.slice(1)}` : text;
      proofEnd = '\n';
    } else if (part.part === 'records') yield part.bytes;
    else if (part.part === 'summary')
      yield `${proofEnd}${JSON.stringify({ type: 'summary', ...part.summary })}\n`;
  }
}

/**
 * The audit records as CSV for a spreadsheet, with the columns of the company's own audit CSV. The name and
 * address of a colleague are left empty, as the bundle leaves them out.
 */
export async function* writeAuditCsv(
  batches: AsyncIterable<AuditRecord[]>,
  subject: { id: number; full_name: string; email: string },
  separator: CsvSeparator,
): AsyncGenerator<string, void> {
  yield CSV_BOM + csvLine([...AUDIT_CSV_COLUMNS], separator);
  for await (const records of batches) {
    yield records.map((record) => csvLine(cellsOf(record, subject), separator)).join('');
  }
}

function cellsOf(record: AuditRecord, subject: { id: number; full_name: string; email: string }): CsvValue[] {
  const isOwn = record.user_id === subject.id;
  const cells = {
    ...record,
    user_name: isOwn ? subject.full_name : null,
    user_email: isOwn ? subject.email : null,
  };
  return AUDIT_CSV_COLUMNS.map((column) => cells[column]);
}
