import { describe, expect, it } from 'vitest';
import { listSections, parseBlocks } from '../../src/legal/document-blocks.ts';

describe('a legal text', () => {
  it('is read as headings, paragraphs and lists, with lines joined', () => {
    const blocks = parseBlocks(
      'First line\nsecond line.\n\n## One\n\n- a\n  more\n- b\n\n### Part\n\nEnd.\n',
    );
    expect(blocks).toEqual([
      { kind: 'paragraph', text: 'First line second line.' },
      { kind: 'heading', level: 2, text: 'One', id: 's1' },
      { kind: 'list', items: ['a more', 'b'] },
      { kind: 'heading', level: 3, text: 'Part', id: 's2' },
      { kind: 'paragraph', text: 'End.' },
    ]);
  });

  it('lists its sections for the table of contents, without the smaller headings', () => {
    expect(listSections(parseBlocks('## A\n\n### B\n\n## C'))).toEqual([
      { id: 's1', text: 'A' },
      { id: 's3', text: 'C' },
    ]);
  });

  it('reads the same with the line ends of another system, and with blank lines that hold spaces', () => {
    expect(parseBlocks('## A\r\n\r\n- x\r\n- y\r\n')).toEqual(parseBlocks('## A\n  \n- x\n- y\n'));
  });

  it('has no markup of its own: what looks like HTML or a deeper heading stays text', () => {
    expect(parseBlocks('<script>alert(1)</script>\n\n#### Four\n\n#hash')).toEqual([
      { kind: 'paragraph', text: '<script>alert(1)</script>' },
      { kind: 'paragraph', text: '#### Four' },
      { kind: 'paragraph', text: '#hash' },
    ]);
  });

  it('is empty when there is nothing in it', () => {
    expect(parseBlocks(' \n\n \n')).toEqual([]);
  });
});
