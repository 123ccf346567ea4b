import { escapeHtml } from '../escape-html.ts';

/** The content of a mail, in blocks. Its plain text and its HTML are made from the same blocks. */
export interface MailContent {
  subject: string;
  blocks: MailBlock[];
}

export type MailBlock =
  | { kind: 'text'; text: string }
  /** Lines that must arrive as they are, as a signature. */
  | { kind: 'lines'; text: string }
  | { kind: 'facts'; rows: [label: string, value: string][] }
  /** A secret link opens something for whoever has it. The outbox keeps a note in its place. */
  | { kind: 'link'; label: string; url: string; isSecret: boolean };

/** The content with each secret link replaced by `note`; the same content when it has none. */
export function withoutSecrets(content: MailContent, note: string): MailContent {
  if (!content.blocks.some(isSecretLink)) return content;
  const blocks = content.blocks.map((block): MailBlock =>
    isSecretLink(block) ? { kind: 'text', text: `${block.label}\n[${note}]` } : block,
  );
  return { ...content, blocks };
}

function isSecretLink(block: MailBlock): block is Extract<MailBlock, { kind: 'link' }> {
  return block.kind === 'link' && block.isSecret;
}

/** Plain text, one empty line between blocks. */
export function contentAsText({ blocks }: MailContent): string {
  return `${blocks.map(blockAsText).join('\n\n')}\n`;
}

function blockAsText(block: MailBlock): string {
  if (block.kind === 'text' || block.kind === 'lines') return block.text;
  if (block.kind === 'link') return `${block.label}\n${block.url}`;
  return block.rows.map(([label, value]) => `${label}: ${value}`).join('\n');
}

/** An HTML document that fetches nothing: no image, font or style sheet. */
export function contentAsHtml(content: MailContent, locale: string): string {
  return `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(content.subject)}</title></head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1b2431;font:16px/1.5 system-ui,'Segoe UI',Arial,sans-serif">
<div style="max-width:560px;margin:0 auto">
${content.blocks.map(blockAsHtml).join('\n')}
</div>
</body>
</html>
`;
}

function blockAsHtml(block: MailBlock): string {
  if (block.kind === 'text') return `<p>${escapeHtml(block.text).replaceAll('\n', '<br>')}</p>`;
  if (block.kind === 'lines')
    return `<pre style="margin:16px 0;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;word-break:break-all">${escapeHtml(block.text)}</pre>`;
  if (block.kind === 'link') {
    const url = escapeHtml(block.url);
    return `<p>${escapeHtml(block.label)}<br><a href="${url}" style="color:#0b57b0;word-break:break-all">${url}</a></p>`;
  }
  const rows = block.rows.map(
    ([label, value]) =>
      `<tr><th style="padding:4px 16px 4px 0;text-align:left;font-weight:400;color:#525b68">${escapeHtml(label)}</th><td style="padding:4px 0">${escapeHtml(value)}</td></tr>`,
  );
  return `<table style="border-collapse:collapse;margin:16px 0">${rows.join('')}</table>`;
}
