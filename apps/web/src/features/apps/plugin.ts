import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";

export type Plugin = Schemas["PluginView"];

/** What a change of a plugin can change elsewhere. */
export const TOUCHED = ["plugins", "channels"];

/** How a plugin stands, as a card says it. */
export type Standing = "off" | "on" | "attention" | "broken";

export function standingOf(plugin: Pick<Plugin, "state" | "trouble" | "dead" | "refused">): Standing {
  switch (plugin.state) {
    case "quarantined":
      return "broken";
    case "paused":
    case "degraded":
      return "attention";
    case "enabled":
      return plugin.trouble || plugin.dead > 0 || plugin.refused > 0 ? "attention" : "on";
    case "built_in":
      return "on";
    default:
      return "off";
  }
}

export const isAtWork = ({ state }: Pick<Plugin, "state">): boolean => state === "enabled" || state === "degraded";

/** "Misconfigured: the token is wrong" in two parts: its kind, and what was said. */
export function partsOf(problem: string): { kind: string | null; said: string } {
  const found = /^([A-Z][A-Za-z]+): ?(.*)$/s.exec(problem);
  return found ? { kind: found[1]!, said: found[2]! } : { kind: null, said: problem };
}

/** Words for why something did not work: its kind in the reader's language, and what the other side said. */
export function useReason(): (problem: string) => string {
  const { t } = useTranslation("apps");
  return useCallback(
    (problem) => {
      const { kind, said } = partsOf(problem);
      const words = kind ? t(`failure.${kind}` as "failure.Transient", { defaultValue: "" }) : "";
      return words ? `${words} (${said})` : problem;
    },
    [t],
  );
}

/** The name and purpose of a plugin, in the reader's language where they are known. */
export function usePluginWords(): (plugin: Plugin) => { title: string; does: string } {
  const { t } = useTranslation("apps");
  return useCallback(
    (plugin) => ({
      title: t(`known.${plugin.id}` as "known.smtp", { defaultValue: plugin.title || plugin.id }),
      does: t(`does.${plugin.kind}` as "does.storefront", { defaultValue: "" }),
    }),
    [t],
  );
}
