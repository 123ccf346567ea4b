import { printable, type PdfDocument } from '../../../web/pdf/printable.ts';

/** In points. The strictest bank asks for 12 at least where text is read; footers and axes are smaller. */
export const SIZES = { title: 19, heading: 15, subheading: 12.5, text: 12, table: 12, small: 9 };

/** Points above and below the text of a cell, and beside it. */
export const CELL = { y: 3, x: 4 };

/** Nothing is told by colour: it survives a fax and a black-and-white printer. */
export const INK = { text: '#000000', rule: '#8c8c8c', head: '#e8e8e8' };

/** The area of a page that may be drawn on, in points. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Tag = 'H1' | 'H2' | 'H3' | 'P';

interface Style {
  font?: 'bold' | 'plain';
  size?: number;
  gap?: number;
}

/** Words that flow down tagged A4 pages in black, and what else draws on these pages needs. */
export class Flow {
  protected readonly document: PdfDocument;

  constructor(document: PdfDocument) {
    this.document = document;
    document.addPage();
  }

  get pages(): number {
    return this.document.bufferedPageRange().count;
  }

  newPage(): void {
    this.document.addPage();
  }

  title(text: string): void {
    this.#flow('H1', text, { font: 'bold', size: SIZES.title, gap: 6 });
  }

  /** A heading stays with at least a few lines of what it is above. */
  heading(text: string, keep = 90): void {
    if (this.room() < keep) this.newPage();
    else if (!this.#isAtTop()) this.document.y += 14;
    this.#flow('H2', text, { font: 'bold', size: SIZES.heading, gap: 5 });
  }

  subheading(text: string, keep = 60): void {
    if (this.room() < keep) this.newPage();
    else if (!this.#isAtTop()) this.document.y += 8;
    this.#flow('H3', text, { font: 'bold', size: SIZES.subheading, gap: 3 });
  }

  text(
    text: string,
    { isStrong = false, points = SIZES.text }: { isStrong?: boolean; points?: number } = {},
  ): void {
    this.#flow('P', text, { font: isStrong ? 'bold' : 'plain', size: points, gap: 5 });
  }

  /** The words under a table or picture. */
  caption(text: string): void {
    this.#flow('P', text, { size: SIZES.table - 1, gap: 6 });
  }

  /** A text in a frame, such as a clause that is quoted. */
  box(text: string): void {
    const document = this.document;
    const area = this.area();
    const width = area.width - 4 * CELL.x;
    const height = this.heightOf(text, { width }) + 4 * CELL.y;
    if (this.room() < Math.min(height, 200)) this.newPage();
    const { y } = document;
    const page = this.pages;
    this.#place('P', text, { x: area.x + 2 * CELL.x, y: y + 2 * CELL.y, width });
    if (page === this.pages)
      this.artifact(() => document.rect(area.x, y, area.width, height).lineWidth(0.8).stroke(INK.rule));
    document.x = area.x;
    document.y += 2 * CELL.y + 6;
  }

  /** Writes `text` and the number on every page, and ends the document. */
  finish(text: (page: number, pages: number) => string): void {
    const document = this.document;
    const { start, count } = document.bufferedPageRange();
    for (let page = start; page < start + count; page += 1) {
      document.switchToPage(page);
      const { height, margins } = document.page;
      // Text below the bottom margin would begin a new page.
      document.page.margins = { ...margins, bottom: 0 };
      const { x, width } = this.area();
      this.artifact(() => {
        document.font('plain').fontSize(SIZES.small).fillColor(INK.text);
        document.text(printable(document, text(page + 1, count)), x, height - 36, {
          width,
          align: 'right',
          lineBreak: false,
        });
      });
      document.page.margins = margins;
    }
    document.end();
  }

  #flow(tag: Tag, text: string, style: Style): void {
    const { x, width } = this.area();
    this.#place(tag, text, { ...style, x, y: this.document.y, width });
  }

  #place(tag: Tag, text: string, at: Style & { x: number; y: number; width: number }): void {
    const document = this.document;
    this.style(at);
    const shown = printable(document, text);
    const element = document.struct(tag, {}, () => {
      document.text(shown, at.x, at.y, { width: at.width, paragraphGap: at.gap ?? 0 });
    });
    document.addStructure(element);
    element.end();
  }

  protected heightOf(
    text: string,
    { width, font = 'plain' }: { width: number; font?: 'bold' | 'plain' },
  ): number {
    this.style({ font, size: SIZES.table });
    return this.document.heightOfString(printable(this.document, text === '' ? ' ' : text), { width });
  }

  protected style({ font = 'plain', size = SIZES.text }: Style): void {
    this.document.font(font).fontSize(size).fillColor(INK.text);
  }

  protected artifact(draw: () => void): void {
    this.document.markContent('Artifact', { type: 'Layout' });
    draw();
    this.document.endMarkedContent();
  }

  protected area(): Pick<Area, 'x' | 'width'> {
    const { margins, width } = this.document.page;
    return { x: margins.left, width: width - margins.left - margins.right };
  }

  /** Points that are left on the page. */
  protected room(): number {
    const { page, y } = this.document;
    return page.height - page.margins.bottom - y;
  }

  #isAtTop(): boolean {
    return this.document.y <= this.document.page.margins.top + 1;
  }
}
