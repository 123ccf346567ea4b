declare module 'subset-font' {
  /** The font with only the letters of `text`, its axes as they are. */
  export default function subsetFont(
    font: Buffer,
    text: string,
    options: { targetFormat: 'woff2' },
  ): Promise<Buffer>;
}
