import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { PageFooter } from "../../ui/PageFooter";
import { CategoryPicker } from "../../ui/pickers";
import { useShortcutsOn } from "../../ui/shortcuts";
import { useList } from "../../ui/useList";
import { Filters, SiteFilter } from "../stock/Filters";
import { KINDS, withDone, type JustDone } from "./recommendation";
import { RecommendationCard } from "./RecommendationCard";
import { useKeys } from "./useKeys";

const route = getRouteApi("/shell/recommendations");

/** What would do the shop good, each with why and with what does it at once. */
export function RecommendationsPage() {
  const { t } = useTranslation("recommendations");
  const { t: common } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const maySites = useMay("site:read");
  const mayCategories = useMay("category:read");
  const hasKeys = useShortcutsOn();
  const [done, setDone] = useState<{ of: string; those: readonly JustDone[] }>({ of: "", those: [] });
  const set = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const { kind, site, category, snoozed } = search;
  const list = useList("/api/v1/recommendations", { query: { ...(kind ? { kind: [kind] } : {}), ...(site ? { site } : {}), ...(category ? { category } : {}), ...(snoozed ? { snoozed } : {}), include: ["total"] } }, { size: 25 });
  const here = JSON.stringify([search, list.first]);
  const those = done.of === here ? done.those : [];
  const shown = withDone(list.items, those);
  const keys = useKeys();
  return (
    <Page title={common("nav.recommendations")} subtitle={list.total === null ? "\u00a0" : <span role="status">{t("count", { count: list.total })}</span>}>
      <Box sx={{ mb: 4 }}>
        <Filters>
          <TextField select label={t("kindLabel")} value={kind ?? ""} onChange={(event) => set({ kind: (event.target.value || undefined) as typeof kind })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
            <MenuItem value="">{t("allKinds")}</MenuItem>
            {KINDS.map((one) => (
              <MenuItem key={one} value={one}>
                {t(`kind.${one}`)}
              </MenuItem>
            ))}
          </TextField>
          {maySites && <SiteFilter site={site} set={(code) => set({ site: code })} />}
          {mayCategories && <CategoryPicker label={common("category")} all={common("allCategories")} value={category ?? ""} set={(id) => set({ category: id || undefined })} />}
          <FormControlLabel className="wide" control={<Switch checked={snoozed ?? false} onChange={(_, on) => set({ snoozed: on || undefined })} />} label={t("snoozedOnly")} />
        </Filters>
        {hasKeys && shown.length > 0 && (
          <Typography variant="body2" color="textSecondary" sx={{ display: { xs: "none", md: "block" }, mt: 2 }}>
            {t("keys")}
          </Typography>
        )}
      </Box>
      <Listing
        state={list}
        isEmpty={shown.length === 0}
        empty={{ title: t(snoozed ? "emptySnoozed" : "empty"), hint: t(snoozed ? "emptySnoozedHint" : "emptyHint"), ...(snoozed ? { action: <Button onClick={() => set({ snoozed: undefined })}>{t("notSnoozed")}</Button> } : {}) }}
        narrowed={kind || site || category ? { clear: () => set({ kind: undefined, site: undefined, category: undefined }) } : null}
      >
        <Stack component="ul" ref={keys} spacing={3} aria-label={common("nav.recommendations")} sx={{ listStyle: "none", m: 0, p: 0, opacity: list.isStale ? 0.6 : 1 }}>
          {shown.map((one, index) => (
            <RecommendationCard key={one.id} recommendation={one} done={those.find(({ recommendation }) => recommendation.id === one.id)?.done ?? null} accepted={(result) => setDone({ of: here, those: [...those, { recommendation: one, done: result, index }] })} />
          ))}
        </Stack>
      </Listing>
      {list.items.length > 0 && <PageFooter paging={list} count={list.items.length} />}
    </Page>
  );
}
