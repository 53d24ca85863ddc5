import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import OutlinedInput from "@mui/material/OutlinedInput";
import PinIcon from "@mui/icons-material/PushPin";
import ScanIcon from "@mui/icons-material/QrCodeScannerOutlined";
import Stack from "@mui/material/Stack";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { DESTINATIONS } from "../../shell/navigation";
import { LinkButton, LinkChip } from "../../ui/links";
import { Block, Quiet } from "./Block";
import type { BlockProps } from "./blocks";

type Shortcut = Schemas["Shortcut"];

const TO: Record<Shortcut["kind"], (id: string) => string> = {
  page: (id) => DESTINATIONS.find(({ page }) => page === id)?.to ?? `/${id.replace("_", "-")}`,
  report: (id) => `/reports/${id}`,
  product: (id) => `/products/${id}`,
  site: (id) => `/products?site=${id}`,
  category: (id) => `/products?category=${id}`,
};

/** Where this person goes most, pins first. */
export function Shortcuts({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const words = useTranslation("common");
  const reports = useTranslation("home");
  const shortcuts = dashboard.shortcuts ?? [];
  const title = ({ kind, id, title }: Shortcut): string =>
    kind === "page" ? words.t(`nav.${id}` as "nav.home", { defaultValue: id }) : kind === "report" ? reports.t(`reportNames.${id}` as "reportNames.kardex", { defaultValue: id }) : title;
  return (
    <Block title={t("block.shortcuts")} flush>
      {shortcuts.length === 0 ? (
        <Quiet>{t("nothing.shortcuts")}</Quiet>
      ) : (
        <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", px: 4, pb: 4 }}>
          {shortcuts.map((one) => {
            const [to, search] = TO[one.kind](one.id).split("?");
            return (
              <LinkChip
                key={`${one.kind} ${one.id}`}
                to={to as "/"}
                search={Object.fromEntries(new URLSearchParams(search ?? "")) as never}
                variant="outlined"
                label={title(one)}
                title={one.detail || undefined}
                icon={one.is_pinned ? <PinIcon /> : undefined}
              />
            );
          })}
        </Stack>
      )}
    </Block>
  );
}

/** The large button that opens the camera. */
export function Scan() {
  const { t } = useTranslation("home");
  return (
    <Box>
      <LinkButton to={"/scan" as "/"} variant="contained" size="large" fullWidth startIcon={<ScanIcon />} sx={{ minHeight: 72, fontSize: "1.125rem" }}>
        {t("scan")}
      </LinkButton>
    </Box>
  );
}

/** Looks up a code: of a product, a lot, a serial number. */
export function Search() {
  const { t } = useTranslation("home");
  const navigate = useNavigate();
  const [code, setCode] = useState("");
  return (
    <Block title={t("block.search")}>
      <Stack
        component="form"
        direction="row"
        spacing={2}
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim()) {
            void navigate({ to: "/scan" as "/", search: { code: code.trim() } as never });
          }
        }}
      >
        <OutlinedInput fullWidth size="small" placeholder={t("searchCode")} value={code} onChange={(event) => setCode(event.target.value)} inputProps={{ "aria-label": t("searchCode"), autoComplete: "off" }} />
        <Button type="submit" variant="contained">
          {t("search")}
        </Button>
      </Stack>
    </Block>
  );
}
