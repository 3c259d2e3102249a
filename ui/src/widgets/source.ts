/** Where a number comes from, in words: what it is, on how many rows, of which window, against what. */
export interface Source {
  title: string;
  lines: { label: string; text: string }[];
}
