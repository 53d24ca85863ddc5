/** How long a code must have been away before it counts as shown again. */
const AWAY_MS = 900;
/** And how many pictures without it: a slow device looks seldom, and a blurred picture is no going away. */
const AWAY_PICTURES = 3;

/** Tells which codes have just come into view. One that stays in view is told once; the same code may come again. */
export class InView {
  #seen = new Map<string, { at: number; missed: number }>();

  /** The codes of a picture taken at `now` that were not in view before. */
  look(codes: readonly string[], now: number): string[] {
    const fresh = [...new Set(codes)].filter((code) => !this.#seen.has(code));
    for (const [code, { at, missed }] of this.#seen) {
      if (!codes.includes(code)) {
        if (now - at >= AWAY_MS && missed + 1 >= AWAY_PICTURES) {
          this.#seen.delete(code);
        } else {
          this.#seen.set(code, { at, missed: missed + 1 });
        }
      }
    }
    codes.forEach((code) => this.#seen.set(code, { at: now, missed: 0 }));
    return fresh;
  }
}
