import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import FormControlLabel from "@mui/material/FormControlLabel";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { read, useAct } from "../../api/query";
import { usePreferences } from "../../shell/preferences";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { useToast } from "../../ui/toasts";
import { Part } from "./Part";

const PATH = "/api/v1/me/usage";

/** What is known of what I work with, which orders my shortcuts; nobody else sees it. */
export function UsagePart() {
  const { t } = useTranslation(["profile", "common"]);
  const toast = useToast();
  const { preferences, change } = usePreferences();
  const usage = useQuery(read(PATH));
  const [asks, setAsks] = useState<"forget" | "off" | null>(null);
  const forget = useAct(() => api.DELETE(PATH), { touches: ["me/usage"], done: () => { setAsks(null); toast({ text: t("usage.forgotten") }); } });
  const switchTo = (isOn: boolean) => (isOn ? change({ usage: true }) : setAsks("off"));
  const known = usage.data && preferences.usage ? usage.data : null;
  const groups = known
    ? ([
        ["pages", known.pages.map(({ page }) => t(`common:nav.${page}` as "common:nav.home", { defaultValue: page }))],
        ["reports", known.reports.map(({ report }) => report.replaceAll("_", " "))],
        ["sites", known.sites.map(({ name }) => name)],
        ["categories", known.categories.map(({ name }) => name)],
        ["products", known.products.map(({ name }) => name)],
      ] as const).filter(([, names]) => names.length > 0)
    : [];
  return (
    <Part title={t("usage.title")} hint={t("usage.hint")}>
      <FormControlLabel control={<Switch checked={preferences.usage} onChange={(_, isOn) => switchTo(isOn)} />} label={t("usage.count")} />
      {usage.isPending && <LateSkeleton rows={3} />}
      {usage.error && <Failure state={{ error: usage.error, retry: () => void usage.refetch() }} />}
      {known && groups.length === 0 && <Typography color="textSecondary">{t("usage.nothing")}</Typography>}
      {groups.map(([group, names]) => (
        <Box key={group}>
          <Typography variant="h3" sx={{ mb: 2 }}>
            {t(`usage.${group}`)}
          </Typography>
          <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap" }}>
            {names.map((name) => (
              <Chip key={name} size="small" label={name} />
            ))}
          </Stack>
        </Box>
      ))}
      {groups.length > 0 && (
        <Button variant="outlined" onClick={() => setAsks("forget")}>
          {t("usage.forget")}
        </Button>
      )}
      <ReasonDialog
        open={asks !== null}
        title={t(asks === "off" ? "usage.offTitle" : "usage.forgetTitle")}
        text={t("usage.forgetText")}
        action={t(asks === "off" ? "usage.off" : "usage.forget")}
        close={() => setAsks(null)}
        busy={forget.isPending}
        act={() => {
          if (asks === "off") {
            change({ usage: false });
            setAsks(null);
          } else {
            forget.mutate(undefined);
          }
        }}
      />
    </Part>
  );
}
