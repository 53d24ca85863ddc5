import i18n, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";

const files = import.meta.glob<{ default: Record<string, unknown> }>("./locales/*/*.json");

const lazy: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const file = files[`./locales/${language}/${namespace}.json`];
    if (!file) {
      done(new Error(`no words: ${language}/${namespace}`), false);
      return;
    }
    file().then(
      (module) => done(null, module.default),
      (error: unknown) => done(error as Error, false),
    );
  },
};

export const LANGUAGES = ["es", "en"] as const;
const CHOSEN = "pirwa-language";

/** Starts in the language chosen last on this device, else the browser's, else Spanish. */
export async function startI18n(): Promise<void> {
  const own = localStorage.getItem(CHOSEN) ?? navigator.language.slice(0, 2);
  const language = (LANGUAGES as readonly string[]).includes(own) ? own : "es";
  i18n.on("languageChanged", (language) => {
    document.documentElement.lang = language;
    localStorage.setItem(CHOSEN, language);
  });
  await i18n
    .use(lazy)
    .use(initReactI18next)
    .init({
      lng: language,
      supportedLngs: LANGUAGES,
      fallbackLng: false,
      load: "languageOnly",
      ns: ["common"],
      defaultNS: "common",
      interpolation: { escapeValue: false }, // React escapes
      react: { useSuspense: true },
    });
  document.documentElement.lang = language;
}
