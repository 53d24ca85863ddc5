import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

const MISSING = /dynamically imported module|module script failed|preload/i;

/** A page that broke: the others still work. What did not come, because there is a newer release or was no network, comes with
 * the page itself, asked for anew; the router does that once by itself where the page as a whole is missing. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const isMissing = error instanceof Error && MISSING.test(error.message);
  return (
    <Box role="alert" sx={{ p: 4 }}>
      {t("pageFailed")} {error instanceof Error ? error.message : String(error)} <Button onClick={isMissing ? () => location.reload() : reset}>{t("retry")}</Button>
    </Box>
  );
}
