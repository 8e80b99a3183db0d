import type { ScanResult } from '../model/scan-result.ts';

/** Pixels; the text is fitted into them, whatever font a browser has. */
const perCharacter = 7;
const padding = 6;

/** White on each has a contrast of at least 4.5. */
function colourOf(value: number): string {
  return value >= 80 ? '#2e7d32' : value >= 45 ? '#8a6100' : '#c62828';
}

/** The score as a picture for a README: a file of its own that loads nothing. */
export function badge({ score, partial }: ScanResult): string {
  const label = 'plimsoll';
  const value = partial ? `${score.value} ${score.grade} partial` : `${score.value} ${score.grade}`;
  const left = label.length * perCharacter + 2 * padding;
  const right = value.length * perCharacter + 2 * padding;
  const text = (words: string, from: number, width: number) =>
    `<text x="${from + width / 2}" y="14" textLength="${width - 2 * padding}" lengthAdjust="spacingAndGlyphs">${words}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}: ${value}">
<title>${label}: ${value}</title>
<clipPath id="r"><rect width="${left + right}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${left}" height="20" fill="#444"/><rect x="${left}" width="${right}" height="20" fill="${colourOf(score.value)}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">${text(label, 0, left)}${text(value, left, right)}</g>
</svg>
`;
}
