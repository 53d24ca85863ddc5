type Move = { effective_at: string; balance: string | null };

/** The balance at the end of each day on which something moved, the oldest first, of moves that come newest first. */
export function balanceByDay(moves: readonly Move[], timeZone: string): { day: string; balance: string }[] {
  const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const days = new Map<string, string>();
  for (const { effective_at, balance } of moves) {
    const day = dayOf.format(new Date(effective_at));
    if (balance !== null && !days.has(day)) {
      days.set(day, balance);
    }
  }
  return [...days].map(([day, balance]) => ({ day, balance })).reverse();
}
