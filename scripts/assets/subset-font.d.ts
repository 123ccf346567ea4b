declare module 'subset-font' {
  /** The font with only the letters of `text` and with its axes unchanged. */
  export default function subsetFont(
    font: Buffer,
    text: string,
    options: { targetFormat: 'woff2' },
  ): Promise<Buffer>;
}
