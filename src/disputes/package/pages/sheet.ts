import { printable, type PdfDocument } from '../../../web/pdf/printable.ts';

/** In points. The strictest bank asks for 12 at least where text is read; footers and axes are smaller. */
const SIZES = { title: 19, heading: 15, subheading: 12.5, text: 12, table: 12, small: 9 };

/** Points above and below the text of a cell, and beside it. */
const CELL = { y: 3, x: 4 };

/** Nothing is told by colour: it survives a fax and a black-and-white printer. */
const INK = { text: '#000000', rule: '#8c8c8c', head: '#e8e8e8' };

interface Column {
  label: string;
  /** Part of the width, of the sum of all columns. */
  share: number;
  align?: 'right';
}

/** The area of a page that may be drawn on, in points. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Tag = 'H1' | 'H2' | 'H3' | 'P' | 'TH' | 'TD' | 'Caption';

interface Style {
  font?: 'bold' | 'plain';
  size?: number;
  gap?: number;
}

/** Draws tagged A4 pages in black: headings, paragraphs, tables whose head repeats, boxes, pictures. */
export class Sheet {
  readonly #document: PdfDocument;

  constructor(document: PdfDocument) {
    this.#document = document;
    document.addPage();
  }

  get pages(): number {
    return this.#document.bufferedPageRange().count;
  }

  newPage(): void {
    this.#document.addPage();
  }

  title(text: string): void {
    this.#flow('H1', text, { font: 'bold', size: SIZES.title, gap: 6 });
  }

  /** A heading stays with at least a few lines of what it is above. */
  heading(text: string, keep = 90): void {
    if (this.#room() < keep) this.newPage();
    else if (!this.#isAtTop()) this.#document.y += 14;
    this.#flow('H2', text, { font: 'bold', size: SIZES.heading, gap: 5 });
  }

  subheading(text: string, keep = 60): void {
    if (this.#room() < keep) this.newPage();
    else if (!this.#isAtTop()) this.#document.y += 8;
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
    const document = this.#document;
    const area = this.#area();
    const width = area.width - 4 * CELL.x;
    const height = this.#heightOf(text, { width }) + 4 * CELL.y;
    if (this.#room() < Math.min(height, 200)) this.newPage();
    const { y } = document;
    const page = this.pages;
    this.#place('P', text, { x: area.x + 2 * CELL.x, y: y + 2 * CELL.y, width });
    if (page === this.pages)
      this.#artifact(() => document.rect(area.x, y, area.width, height).lineWidth(0.8).stroke(INK.rule));
    document.x = area.x;
    document.y += 2 * CELL.y + 6;
  }

  /** Names with their values, one a line. */
  facts(rows: readonly (readonly [name: string, value: string])[]): void {
    this.#rows(
      [
        { label: '', share: 32 },
        { label: '', share: 68 },
      ],
      rows.map((row) => [...row]),
      { hasHead: false },
    );
  }

  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    this.#rows(columns, rows, { hasHead: true });
  }

  /** A drawing of that height. `alt` says in words what it shows. */
  figure(alt: string, height: number, draw: (document: PdfDocument, area: Area) => void): void {
    const document = this.#document;
    if (this.#room() < height) this.newPage();
    const { y } = document;
    const { x, width } = this.#area();
    const element = document.struct('Figure', { alt }, () => {
      draw(document, { x, y, width, height });
    });
    document.addStructure(element);
    element.end();
    document.x = x;
    document.y = y + height + 6;
  }

  /** A small text in a drawing. */
  label(text: string, x: number, y: number, options: { width: number; align?: 'right' | 'center' }): void {
    const document = this.#document;
    document.font('plain').fontSize(SIZES.small).fillColor(INK.text);
    document.text(printable(document, text), x, y, { ...options, lineBreak: false });
  }

  /** A picture as large as fits on what is left of the page, and at least half a page. */
  picture(bytes: Buffer, alt: string): void {
    const { width } = this.#area();
    if (this.#room() < 330) this.newPage();
    const fit: [number, number] = [width, this.#room() - 30];
    const size = pictureSize(this.#document, bytes, fit);
    this.figure(alt, size.height, (document, area) => {
      document.image(bytes, area.x, area.y, size);
      document.rect(area.x, area.y, size.width, size.height).lineWidth(0.5).stroke(INK.rule);
    });
  }

  /** Writes `text` and the number on every page, and ends the document. */
  finish(text: (page: number, pages: number) => string): void {
    const document = this.#document;
    const { start, count } = document.bufferedPageRange();
    for (let page = start; page < start + count; page += 1) {
      document.switchToPage(page);
      const { height, margins } = document.page;
      // Text below the bottom margin would begin a new page.
      document.page.margins = { ...margins, bottom: 0 };
      const { x, width } = this.#area();
      this.#artifact(() => {
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

  #rows(
    columns: readonly Column[],
    rows: readonly (readonly string[])[],
    { hasHead }: { hasHead: boolean },
  ): void {
    const document = this.#document;
    const cells = this.#layOut(columns);
    const table = document.struct('Table');
    document.addStructure(table);
    const head = columns.map(({ label }) => label);
    const headHeight = hasHead ? this.#rowHeight(cells, head, () => 'bold') : 0;
    const fontOf: FontOf = (at) => (!hasHead && at === 0 ? 'bold' : 'plain');
    let isHeadDue = hasHead;
    for (const row of rows) {
      const height = this.#rowHeight(cells, row, fontOf);
      if (this.#room() < height + (isHeadDue ? headHeight : 0)) {
        this.newPage();
        isHeadDue = hasHead;
      }
      if (isHeadDue)
        this.#row(table, cells, head, { height: headHeight, fontOf: () => 'bold', isHead: true });
      isHeadDue = false;
      this.#row(table, cells, row, { height, fontOf, isHead: false });
    }
    table.end();
    document.x = this.#area().x;
    document.y += 8;
  }

  #row(
    table: PDFKit.PDFStructureElement,
    cells: readonly Cell[],
    texts: readonly string[],
    { height, fontOf, isHead }: { height: number; fontOf: FontOf; isHead: boolean },
  ): void {
    const document = this.#document;
    const { x, width } = this.#area();
    const { y } = document;
    this.#artifact(() => {
      if (isHead) document.rect(x, y, width, height).fill(INK.head);
      document
        .moveTo(x, y + height)
        .lineTo(x + width, y + height)
        .lineWidth(0.5)
        .stroke(INK.rule);
    });
    const row = document.struct('TR');
    table.add(row);
    for (const [at, cell] of cells.entries()) {
      const font = fontOf(at);
      this.#style({ font, size: SIZES.table });
      const text = printable(document, texts[at] ?? '');
      const { align, ...place } = cell;
      row.add(
        document.struct(font === 'bold' ? 'TH' : 'TD', {}, () => {
          this.#style({ font, size: SIZES.table });
          document.text(text, place.x, y + CELL.y, { width: place.width, ...(align && { align }) });
        }),
      );
    }
    row.end();
    document.y = y + height;
  }

  #layOut(columns: readonly Column[]): Cell[] {
    const { x, width } = this.#area();
    const all = columns.reduce((sum, { share }) => sum + share, 0);
    let from = x;
    return columns.map(({ share, align }) => {
      const cell = { x: from + CELL.x, width: (width * share) / all - 2 * CELL.x, ...(align && { align }) };
      from += (width * share) / all;
      return cell;
    });
  }

  #rowHeight(cells: readonly Cell[], texts: readonly string[], fontOf: FontOf): number {
    const heights = cells.map(({ width }, at) =>
      this.#heightOf(texts[at] ?? '', { width, font: fontOf(at) }),
    );
    return Math.max(...heights) + 2 * CELL.y;
  }

  #heightOf(text: string, { width, font = 'plain' }: { width: number; font?: 'bold' | 'plain' }): number {
    this.#style({ font, size: SIZES.table });
    return this.#document.heightOfString(printable(this.#document, text === '' ? ' ' : text), { width });
  }

  #flow(tag: Tag, text: string, style: Style): void {
    const { x, width } = this.#area();
    this.#place(tag, text, { ...style, x, y: this.#document.y, width });
  }

  #place(tag: Tag, text: string, at: Style & { x: number; y: number; width: number }): void {
    const document = this.#document;
    this.#style(at);
    const shown = printable(document, text);
    const element = document.struct(tag, {}, () => {
      document.text(shown, at.x, at.y, { width: at.width, paragraphGap: at.gap ?? 0 });
    });
    document.addStructure(element);
    element.end();
  }

  #style({ font = 'plain', size = SIZES.text }: Style): void {
    this.#document.font(font).fontSize(size).fillColor(INK.text);
  }

  #artifact(draw: () => void): void {
    this.#document.markContent('Artifact', { type: 'Layout' });
    draw();
    this.#document.endMarkedContent();
  }

  #area(): Pick<Area, 'x' | 'width'> {
    const { margins, width } = this.#document.page;
    return { x: margins.left, width: width - margins.left - margins.right };
  }

  /** Points that are left on the page. */
  #room(): number {
    const { page, y } = this.#document;
    return page.height - page.margins.bottom - y;
  }

  #isAtTop(): boolean {
    return this.#document.y <= this.#document.page.margins.top + 1;
  }
}

/** The font of a cell by its column. */
type FontOf = (at: number) => 'bold' | 'plain';

interface Cell {
  x: number;
  width: number;
  align?: 'right';
}

/** The size of a picture within `fit`, never larger than 96 dots an inch make it. */
function pictureSize(
  document: PdfDocument,
  bytes: Buffer,
  [width, height]: [number, number],
): { width: number; height: number } {
  const { openImage } = document as unknown as {
    openImage: (bytes: Buffer) => { width: number; height: number };
  };
  const image = openImage.call(document, bytes);
  const scale = Math.min(width / image.width, height / image.height, 0.75);
  return { width: image.width * scale, height: image.height * scale };
}
