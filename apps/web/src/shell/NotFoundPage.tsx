import { useTranslation } from "react-i18next";
import { LinkButton } from "../ui/links";
import { Nothing } from "../ui/Listing";

export function NotFoundPage() {
  const { t } = useTranslation();
  return <Nothing title={t("notFound.title")} hint={t("notFound.hint")} action={<LinkButton to="/">{t("notFound.home")}</LinkButton>} />;
}
