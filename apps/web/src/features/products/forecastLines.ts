type Series = { past: readonly { week: string; demand: string | null }[]; coming: readonly { week: string; mean: string; quantiles: Record<string, string> }[] };

/** Past and future side by side, week by week: what was sold, what is expected, and the band from the middle of what may come to what
 * it exceeds in one week of twenty. Each line has a gap where it says nothing. */
export function forecastLines({ past, coming }: Series) {
  const gap = <T>(rows: readonly T[]): null[] => rows.map(() => null);
  return {
    weeks: [...past, ...coming].map(({ week }) => week),
    demand: [...past.map(({ demand }) => demand), ...gap(coming)],
    mean: [...gap(past), ...coming.map(({ mean }) => mean)],
    low: [...gap(past), ...coming.map(({ quantiles }) => quantiles["0.5"] ?? null)],
    high: [...gap(past), ...coming.map(({ quantiles }) => quantiles["0.95"] ?? null)],
  };
}
