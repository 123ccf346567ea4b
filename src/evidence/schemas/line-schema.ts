import { z } from 'zod';
import { auditRecord } from '../../audit/audit-record.ts';
import { invoiceRecord, logIndex, paymentRecord, sessionRecord } from './record-schemas.ts';
import { proofRecord } from './proof-schema.ts';
import { EVIDENCE_SCHEMA_VERSION, evidenceBundle, publishSchema } from './bundle-schema.ts';

/** Where the schema of a line is published, below BASE_URL. */
export const EVIDENCE_LINES_SCHEMA_PATH = `/schemas/evidence-lines-${EVIDENCE_SCHEMA_VERSION}.json`;

const type = <Name extends string>(name: Name): z.ZodLiteral<Name> =>
  z.literal(name).describe('Says what the line is.');

/** A line of the evidence as lines of JSON: the fields of the bundle, and the type of the line. */
export const evidenceLine = z
  .discriminatedUnion('type', [
    evidenceBundle
      .omit({
        audit_logs: true,
        workspace_sessions: true,
        payments: true,
        invoices: true,
        proof: true,
        summary: true,
      })
      .extend({ type: type('bundle') })
      .describe('The first line: who and what the file is about.'),
    auditRecord
      .extend({ log_index: logIndex, type: type('audit_log') })
      .describe('An element of audit_logs.'),
    sessionRecord
      .extend({ log_index: logIndex, type: type('workspace_session') })
      .describe('An element of workspace_sessions.'),
    paymentRecord.extend({ type: type('payment') }).describe('An element of payments.'),
    invoiceRecord.extend({ type: type('invoice') }).describe('An element of invoices.'),
    proofRecord
      .extend({ type: type('proof') })
      .describe('The line before the last: what proves that nothing was changed, put in or taken out.'),
    evidenceBundle.shape.summary
      .extend({ type: type('summary') })
      .describe('The last line: the totals. A file that ends without it was cut and is not complete.'),
  ])
  .describe(
    'One line of evidence about one person of one company, as JSON objects separated by line feeds: one bundle line, then every audit_log, workspace_session, payment and invoice line, each kind newest first, then one proof line and one summary line. All times are ISO 8601 in UTC (Z).',
  );

const laterLine = z
  .looseObject({ type: z.string().describe('Says what the line is; none of the types of this version.') })
  .describe('A line that a later version added: pass over it.');

/** The published JSON Schema (draft 2020-12) of one line, open for what later versions add. */
export function evidenceLinesJsonSchema(baseUrl: string): Record<string, unknown> {
  const address = `${baseUrl}${EVIDENCE_LINES_SCHEMA_PATH}`;
  const schema = publishSchema(evidenceLine, address, 'Line of evidence');
  const known = evidenceLine.options.map(({ shape }) => shape.type.value);
  const { description, type, properties, required } = z.toJSONSchema(laterLine);
  const unknown = { description, type, properties, required, not: { properties: { type: { enum: known } } } };
  return { ...schema, oneOf: [...(schema.oneOf as object[]), unknown] };
}
