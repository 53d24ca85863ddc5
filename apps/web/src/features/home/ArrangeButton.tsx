import IconButton from "@mui/material/IconButton";
import TuneIcon from "@mui/icons-material/TuneOutlined";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";

const ArrangeMenu = lazy(() => import("./ArrangeMenu").then((module) => ({ default: module.ArrangeMenu })));

/** The way to choose which blocks are shown. */
export function ArrangeButton({ blocks }: { blocks: readonly Schemas["Block"][] }) {
  const { t } = useTranslation("home");
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <IconButton aria-label={t("arrange")} aria-haspopup="menu" onClick={(event) => setAnchor(event.currentTarget)}>
        <TuneIcon />
      </IconButton>
      {anchor && (
        <Suspense>
          <ArrangeMenu anchor={anchor} close={() => setAnchor(null)} blocks={blocks} />
        </Suspense>
      )}
    </>
  );
}
