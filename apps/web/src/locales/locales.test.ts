import { expect, test } from "vitest";

type Words = { [key: string]: string | Words };
const files = import.meta.glob<{ default: Words }>("./*/*.json", { eager: true });
const PLURAL = /_(zero|one|two|few|many|other)$/;
const NEEDED = { en: ["one", "other"], es: ["one", "many", "other"] } as const;

function flat(words: Words, above = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) => (typeof value === "string" ? [[`${above}${key}`, value] as const] : [...flat(value, `${above}${key}.`)])),
  );
}

function of(language: string, namespace: string): Map<string, string> {
  return flat(files[`./${language}/${namespace}.json`]?.default ?? {});
}

const namespaces = [...new Set(Object.keys(files).map((path) => path.split("/")[2]!.replace(".json", "")))];
const stems = (words: Map<string, string>) => new Set([...words.keys()].map((key) => key.replace(PLURAL, "")));
const holes = (text: string) => [...text.matchAll(/{{\s*(\w+)/g)].map(([, name]) => name).sort();

test.each(namespaces)("%s says the same in both languages", (namespace) => {
  const [en, es] = [of("en", namespace), of("es", namespace)];
  expect([...stems(es)].sort()).toEqual([...stems(en)].sort());
  for (const [key, text] of es) {
    expect(text.trim(), `es ${namespace}:${key} is empty`).not.toBe("");
    const twin = en.get(key) ?? en.get(key.replace(PLURAL, "_other"));
    const wanted = key.endsWith("_one") ? holes(text) : holes(twin ?? ""); // "a row" needs no number
    expect(holes(text), `es ${namespace}:${key}`).toEqual(wanted);
  }
});

test.each(namespaces.flatMap((namespace) => (["en", "es"] as const).map((language) => [language, namespace] as const)))(
  "%s %s has every form of its plurals",
  (language, namespace) => {
    const words = of(language, namespace);
    const plural = [...words.keys()].filter((key) => PLURAL.test(key) && words.has(key.replace(PLURAL, "_other"))).map((key) => key.replace(PLURAL, ""));
    for (const stem of new Set(plural)) {
      for (const form of NEEDED[language]) {
        expect(words.has(`${stem}_${form}`), `${language} ${namespace}:${stem}_${form}`).toBe(true);
      }
    }
  },
);
