// The look of a series: one of six colours, and dashes that distinguish the second six looks from the first, as in
// prenorm/html/legend.cpp.
const kColours = 6;
const kDashes: (number[] | undefined)[] = [undefined, [2, 4], [10, 4, 2, 4], [14, 5]];

export const cssColour = (look: number) => `var(--series-${(look % kColours) + 1})`;

export const variable = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const colour = (look: number) => variable(`--series-${(look % kColours) + 1}`);

export const dashes = (look: number, dashed = false) =>
  dashed ? [7, 4] : kDashes[Math.floor(look / kColours) % kDashes.length];
