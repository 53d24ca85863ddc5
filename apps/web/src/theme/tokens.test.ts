import { expect, test } from "vitest";
import { colours, type Mode } from "./tokens";

/** Contrast by WCAG 2.2, relative luminance. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test.each(["light", "dark"] as Mode[])("every colour of the %s scheme can be read on paper and background", (mode) => {
  const { line: _, paper, background, ...inks } = colours[mode];
  for (const [name, ink] of Object.entries(inks)) {
    expect(contrast(ink, paper), `${name} on paper`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(ink, background), `${name} on background`).toBeGreaterThanOrEqual(4.5);
  }
});
