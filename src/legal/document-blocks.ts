/** A piece of a legal text, ready for a view. All text is plain and still to be escaped. */
export type DocumentBlock =
  | { kind: 'heading'; level: 2 | 3; text: string; id: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'list'; items: string[] };

/**
 * Splits a legal text into headings (`## `, `### `), lists (`- `) and paragraphs, in order. Everything else
 * is a paragraph, HTML included, so that a text can never bring markup of its own.
 *
 * 1. An empty line ends a piece; lines within a piece are joined by a space.
 * 2. Heading ids (`s1`, `s2`, …) count from the top of the text.
 */
export function parseBlocks(body: string): DocumentBlock[] {
  const blocks: DocumentBlock[] = [];
  let headings = 0;
  for (const piece of body.replaceAll('\r\n', '\n').split(/\n\s*\n/)) {
    const text = piece.trim();
    if (text === '') continue;
    const block = parsePiece(text, `s${String(headings + 1)}`);
    if (block.kind === 'heading') headings += 1;
    blocks.push(block);
  }
  return blocks;
}

/** The headings of the first level, for a table of contents. */
export function listSections(blocks: DocumentBlock[]): { id: string; text: string }[] {
  return blocks.flatMap((block) =>
    block.kind === 'heading' && block.level === 2 ? [{ id: block.id, text: block.text }] : [],
  );
}

function parsePiece(text: string, headingId: string): DocumentBlock {
  const heading = /^(##|###) (.+)$/.exec(text);
  if (heading?.[1] !== undefined && heading[2] !== undefined) {
    return { kind: 'heading', level: heading[1] === '##' ? 2 : 3, text: heading[2], id: headingId };
  } else if (text.startsWith('- ')) {
    return { kind: 'list', items: text.slice(2).split(/\n- /).map(joinLines) };
  } else {
    return { kind: 'paragraph', text: joinLines(text) };
  }
}

function joinLines(text: string): string {
  return text.split(/\s*\n\s*/).join(' ');
}
