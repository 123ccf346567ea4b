import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Cast } from '../../support/programs/build.ts';
import type { Visitor } from '../../support/visitor.ts';
import { tokenIn } from '../../support/visitor.ts';

let files = 0;

/** An exhibit of a case of Acme's, added by Olivia; returns its number. */
export async function buildExhibit(
  db: Knex,
  { acme, olivia }: Cast,
  overrides: { dispute_id: number } & Record<string, unknown>,
): Promise<number> {
  files += 1;
  const content = Buffer.from(`%PDF-1.7 ${String(files)}`);
  const [row] = await db('dispute_exhibits')
    .insert({
      ...{ company_id: acme.id, round: 1, kind: 'document', name: 'delil.pdf', description: 'Bir belge' },
      ...{ proves: 'claim', file_kind: 'pdf', content, pages: 1, added_at: new Date(), added_by: olivia.id },
      received_sha256: createHash('sha256').update(content).digest('hex'),
      ...overrides,
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
}

/** Sends the form of an exhibit as a browser does, from the page that has it. */
export async function postExhibit(
  visitor: Visitor,
  disputeId: number,
  {
    content,
    name = 'delil.png',
    ...fields
  }: { content: Buffer; name?: string } & Record<string, string | Buffer>,
): Promise<{ status: number; text: string; headers: Record<string, string> }> {
  const path = `/admin/disputes/${String(disputeId)}/exhibits`;
  const token = tokenIn(await visitor.get(path)) ?? '';
  return visitor
    .rawPost(path)
    .field({ _csrf: token, kind: 'screenshot', proves: 'use', description: 'Panel', ...(fields as object) })
    .attach('file', content, { filename: name, contentType: 'text/html' });
}
