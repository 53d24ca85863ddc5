import type { Schemas } from "../../api/client";

export type Figure = Schemas["CountedLine"];
/** What somebody just said, and what came of it. */
export type Said = { key: string; name: string; figure: Figure; state: "sending" | "recorded" | "waits" | "refused"; line?: Schemas["CountLineView"]; problem?: string };

const MOST = 12;

/** The newest first; no more than one looks back at. */
export const said = (before: readonly Said[], one: Said): Said[] => [one, ...before.filter(({ key }) => key !== one.key)].slice(0, MOST);

/** The same in its place, with what came of it. */
export const told = (before: readonly Said[], key: string, to: Partial<Said>): Said[] => before.map((one) => (one.key === key ? { ...one, ...to } : one));

/** A body that is sent later says when it was counted. */
export const atThisMoment = (body: Schemas["RecordFigures"], now: Date = new Date()): Schemas["RecordFigures"] => ({ lines: body.lines.map((line) => ({ counted_at: now.toISOString(), ...line })) });
