/** Days and hours as the company's clock shows them, turned into moments and back. */

const cached = new Map<string, Intl.DateTimeFormat>();

function clock(timeZone: string): Intl.DateTimeFormat {
  if (!cached.has(timeZone)) {
    const two = "2-digit" as const;
    cached.set(timeZone, new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: two, day: two, hour: two, minute: two, second: two, hourCycle: "h23" }));
  }
  return cached.get(timeZone)!;
}

/** What the clock of a zone shows at a moment, as a field of type datetime-local holds it, with seconds. */
function shownAt(moment: number, timeZone: string): string {
  const part = Object.fromEntries(clock(timeZone).formatToParts(moment).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

/** The moment at which the clock of a zone shows "2031-03-01T08:30". Where clocks were put forward over it, the hour after. */
export function momentOf(shown: string, timeZone: string): string {
  const meant = Date.parse(`${shown.length === 10 ? `${shown}T00:00` : shown}Z`);
  const lead = (moment: number) => Date.parse(`${shownAt(moment, timeZone)}Z`) - moment;
  const near = meant - lead(meant);
  return new Date(meant - lead(near)).toISOString();
}

/** The first moment of a day ("2031-03-01"). */
export const startOf = (day: string, timeZone: string): string => momentOf(day, timeZone);

/** The first moment after a day: where a period ends that includes it. */
export function endOf(day: string, timeZone: string): string {
  return momentOf(addDays(day, 1), timeZone);
}

/** A day so many days later, or earlier. */
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** What day it is there. */
export function today(timeZone: string, now: number = Date.now()): string {
  return shownAt(now, timeZone).slice(0, 10);
}
