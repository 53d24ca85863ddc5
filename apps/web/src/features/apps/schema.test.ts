import { expect, test } from "vitest";
import { draftOf, fieldsOf, settingsOf, type Schema } from "./schema";

const maybe = (schema: Schema) => ({ anyOf: [schema, { type: "null" }], default: null });
const schema: Schema = {
  type: "object",
  required: ["account"],
  $defs: { Limits: { type: "object", properties: { each_day: { type: "integer", title: "Each day" } } } },
  properties: {
    account: { type: "string", title: "Account", examples: ["AC1"] },
    token: maybe({ type: "string", writeOnly: true }),
    seconds: maybe({ type: "integer" }),
    buffer: { type: "string", format: "decimal", default: "0" },
    on: { type: "boolean", default: true },
    mood: { enum: ["calm", "wild"], default: "calm" },
    hosts: { type: "array", items: { type: "string" } },
    locations: { type: "object", additionalProperties: { type: "string" } },
    limits: { $ref: "#/$defs/Limits" },
  },
};
const fields = fieldsOf(schema);
const field = (name: string) => fields.find((one) => one.name === name)!;

test("every kind of setting becomes a field", () => {
  expect(fields.map(({ kind }) => kind)).toEqual(["text", "secret", "integer", "decimal", "boolean", "enum", "list", "pairs", "group"]);
  expect(field("account")).toMatchObject({ title: "Account", required: true, example: "AC1" });
  expect(field("mood").options).toEqual(["calm", "wild"]);
  expect(field("limits").fields[0]).toMatchObject({ path: "limits/each_day", kind: "integer" });
});

test("a form begins with what was told, and with what counts without being told", () => {
  expect(draftOf(fields, { account: "AC9", seconds: 30, locations: { UIO: "1" } })).toEqual({
    account: "AC9", token: "", seconds: "30", buffer: "0", on: true, mood: "calm", hosts: [], locations: [{ key: "UIO", value: "1" }], limits: { each_day: "" },
  });
});

test("what is sent holds numbers as numbers, and no secret that nobody typed", () => {
  const draft = { ...draftOf(fields, {}), account: " AC9 ", seconds: "30", hosts: ["a", ""], locations: [{ key: "UIO", value: "1" }, { key: "", value: "" }] };
  expect(settingsOf(fields, draft, { changes: false })).toEqual({
    account: "AC9", seconds: 30, buffer: "0", on: true, mood: "calm", hosts: ["a"], locations: { UIO: "1" }, limits: {},
  });
});

test("what is emptied is taken away, a secret only if it is to be forgotten", () => {
  const draft = { ...draftOf(fields, { account: "AC9", seconds: 30 }), seconds: "" };
  expect(settingsOf(fields, draft, { changes: true })).toMatchObject({ seconds: null });
  expect(settingsOf(fields, draft, { changes: true })).not.toHaveProperty("token");
  expect(settingsOf(fields, draft, { changes: true, forgotten: ["token"] })).toMatchObject({ token: null });
  expect(settingsOf(fields, { ...draft, token: "new" }, { changes: true })).toMatchObject({ token: "new" });
});

test("what is no number goes as it was typed, so that the server says so at its field", () => {
  expect(settingsOf(fields, { ...draftOf(fields, {}), seconds: "soon" }, { changes: false })).toMatchObject({ seconds: "soon" });
});
