declare module 'oled-font-5x7' {
  const font: {
    readonly width: number;
    readonly height: number;
    /** Columns of every letter of `lookup`, the lowest bit on top. */
    readonly fontData: readonly number[];
    readonly lookup: readonly string[];
  };
  export default font;
}
