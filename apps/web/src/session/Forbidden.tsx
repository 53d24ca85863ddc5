import { useTranslation } from "react-i18next";
import type { Problem } from "../api/problem";
import { LinkButton } from "../ui/links";
import { Nothing } from "../ui/Listing";

/** In place of what somebody may not see: which permission it needs, and who can give it. */
export function Forbidden({ problem }: { problem: Problem }) {
  const { t } = useTranslation("session");
  const permission = problem.body.permission;
  const needs = typeof permission === "string" ? t("forbidden.needs", { permission }) : "";
  return <Nothing title={t("forbidden.title")} hint={`${needs} ${t("forbidden.ask")}`.trim()} action={<LinkButton to="/">{t("forbidden.home")}</LinkButton>} />;
}
