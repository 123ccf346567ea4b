import { printable, type PdfDocument } from '../../../web/pdf/printable.ts';
import { CELL, Flow, INK, SIZES, type Area } from './flow.ts';

interface Column {
  label: string;
  /** Part of the width, of the sum of all columns. */
  share: number;
  align?: 'right';
}

/** Pages of a package: words that flow, tables whose head repeats, drawings and pictures. */
export class Sheet extends Flow {
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
    const document = this.document;
    if (this.room() < height) this.newPage();
    const { y } = document;
    const { x, width } = this.area();
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
    const document = this.document;
    document.font('plain').fontSize(SIZES.small).fillColor(INK.text);
    document.text(printable(document, text), x, y, { ...options, lineBreak: false });
  }

  /** A picture as large as fits on what is left of the page, and at least half a page. */
  picture(bytes: Buffer, alt: string): void {
    const { width } = this.area();
    if (this.room() < 330) this.newPage();
    const fit: [number, number] = [width, this.room() - 30];
    const size = pictureSize(this.document, bytes, fit);
    this.figure(alt, size.height, (document, area) => {
      document.image(bytes, area.x, area.y, size);
      document.rect(area.x, area.y, size.width, size.height).lineWidth(0.5).stroke(INK.rule);
    });
  }

  #rows(
    columns: readonly Column[],
    rows: readonly (readonly string[])[],
    { hasHead }: { hasHead: boolean },
  ): void {
    const document = this.document;
    const cells = this.#layOut(columns);
    const table = document.struct('Table');
    document.addStructure(table);
    const head = columns.map(({ label }) => label);
    const headHeight = hasHead ? this.#rowHeight(cells, head, () => 'bold') : 0;
    const fontOf: FontOf = (at) => (!hasHead && at === 0 ? 'bold' : 'plain');
    let isHeadDue = hasHead;
    for (const row of rows) {
      const height = this.#rowHeight(cells, row, fontOf);
      if (this.room() < height + (isHeadDue ? headHeight : 0)) {
        this.newPage();
        isHeadDue = hasHead;
      }
      if (isHeadDue)
        this.#row(table, cells, head, { height: headHeight, fontOf: () => 'bold', isHead: true });
      isHeadDue = false;
      this.#row(table, cells, row, { height, fontOf, isHead: false });
    }
    table.end();
    document.x = this.area().x;
    document.y += 8;
  }

  #row(
    table: PDFKit.PDFStructureElement,
    cells: readonly Cell[],
    texts: readonly string[],
    { height, fontOf, isHead }: { height: number; fontOf: FontOf; isHead: boolean },
  ): void {
    const document = this.document;
    const { x, width } = this.area();
    const { y } = document;
    this.artifact(() => {
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
      this.style({ font, size: SIZES.table });
      const text = printable(document, texts[at] ?? '');
      const { align, ...place } = cell;
      row.add(
        document.struct(font === 'bold' ? 'TH' : 'TD', {}, () => {
          this.style({ font, size: SIZES.table });
          document.text(text, place.x, y + CELL.y, { width: place.width, ...(align && { align }) });
        }),
      );
    }
    row.end();
    document.y = y + height;
  }

  #layOut(columns: readonly Column[]): Cell[] {
    const { x, width } = this.area();
    const all = columns.reduce((sum, { share }) => sum + share, 0);
    let from = x;
    return columns.map(({ share, align }) => {
      const cell = { x: from + CELL.x, width: (width * share) / all - 2 * CELL.x, ...(align && { align }) };
      from += (width * share) / all;
      return cell;
    });
  }

  #rowHeight(cells: readonly Cell[], texts: readonly string[], fontOf: FontOf): number {
    const heights = cells.map(({ width }, at) => this.heightOf(texts[at] ?? '', { width, font: fontOf(at) }));
    return Math.max(...heights) + 2 * CELL.y;
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
