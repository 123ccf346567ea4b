import { setImmediate as nextTurn } from 'node:timers/promises';
import { printable, type PdfDocument } from './printable.ts';

/** Points between two blocks beside each other. */
const COLUMN_GAP = 24;

const SIZES = { title: 20, heading: 14, subheading: 11, text: 9, small: 8 };

/** A block of lines under a heading. */
interface PdfBlock {
  heading: string;
  lines: string[];
}

/** Writes a tagged document: headings, paragraphs and rows of facts, for eyes and for screen readers. */
export class PdfPages {
  readonly #document: PdfDocument;

  constructor(document: PdfDocument) {
    this.#document = document;
  }

  title(text: string): void {
    this.#block('H1', text, { font: 'bold', size: SIZES.title, gap: 8 });
  }

  heading(text: string): void {
    this.#document.moveDown(1);
    this.#block('H2', text, { font: 'bold', size: SIZES.heading, gap: 4 });
  }

  subheading(text: string): void {
    this.#document.moveDown(0.6);
    this.#block('H3', text, { font: 'bold', size: SIZES.subheading, gap: 2 });
  }

  text(text: string): void {
    this.#block('P', text, { font: 'plain', size: SIZES.text, gap: 3 });
  }

  fact(name: string, value: string): void {
    this.#block('P', `${name}: ${value}`, { font: 'plain', size: SIZES.text, gap: 1 });
  }

  /** One record: its number, and each field with its value. */
  row(id: unknown, fields: [string, string][]): void {
    const number = typeof id === 'number' ? `#${String(id)}  ` : '';
    const text = number + fields.map(([name, value]) => `${name}: ${value}`).join(' · ');
    this.#block('P', text, { font: 'plain', size: SIZES.small, gap: 4 });
  }

  /** Two blocks beside each other, each with a heading. A line of a block may be long. */
  columns(left: PdfBlock, right: PdfBlock): void {
    const document = this.#document;
    document.moveDown(0.6);
    const { y } = document;
    const { left: margin } = document.page.margins;
    const width = (document.page.width - 2 * margin - COLUMN_GAP) / 2;
    const ends = [left, right].map((block, index) => {
      document.x = margin + index * (width + COLUMN_GAP);
      document.y = y;
      this.#block('H3', block.heading, { font: 'bold', size: SIZES.text, gap: 2, width });
      for (const line of block.lines)
        this.#block('P', line, { font: 'plain', size: SIZES.text, gap: 1, width });
      return document.y;
    });
    document.x = margin;
    document.y = Math.max(...ends);
  }

  /** A line of a sum: what it is on the left, the amount on the right. A strong one stands out. */
  amount(name: string, value: string, { isStrong = false }: { isStrong?: boolean } = {}): void {
    const document = this.#document;
    const style = {
      font: isStrong ? 'bold' : 'plain',
      size: isStrong ? SIZES.subheading : SIZES.text,
    } as const;
    const { y } = document;
    const { left } = document.page.margins;
    const width = document.page.width - 2 * left;
    this.#block('P', name, { ...style, gap: 3, width: width * 0.7 });
    const end = document.y;
    document.y = y;
    this.#block('P', value, { ...style, gap: 3, width, align: 'right' });
    document.y = Math.max(end, document.y);
  }

  /** Numbers the pages, `word` before them, and ends the document. Others have a turn between two pages. */
  async finish(word: string): Promise<void> {
    const { start, count } = this.#document.bufferedPageRange();
    for (let page = start; page < start + count; page += 1) {
      this.#document.switchToPage(page);
      const { height, width, margins } = this.#document.page;
      // Text below the bottom margin would begin a new page.
      this.#document.page.margins = { ...margins, bottom: 0 };
      this.#document.font('plain').fontSize(SIZES.small);
      this.#document.text(`${word} ${String(page + 1)} / ${String(count)}`, 50, height - 35, {
        width: width - 100,
        align: 'right',
        lineBreak: false,
      });
      this.#document.page.margins = margins;
      await nextTurn();
    }
    this.#document.end();
  }

  #block(
    tag: 'H1' | 'H2' | 'H3' | 'P',
    text: string,
    style: { font: 'bold' | 'plain'; size: number; gap: number; width?: number; align?: 'right' },
  ): void {
    const document = this.#document;
    document.font(style.font).fontSize(style.size);
    const shown = printable(document, text);
    const element = document.struct(tag, {}, () => {
      const { width, align } = style;
      document.text(shown, {
        paragraphGap: style.gap,
        ...(width === undefined ? {} : { width }),
        ...(align === undefined ? {} : { align }),
      });
    });
    document.addStructure(element);
    element.end();
  }
}
