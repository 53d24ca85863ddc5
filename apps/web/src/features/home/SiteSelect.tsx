import NativeSelect from "@mui/material/NativeSelect";
import { useTranslation } from "react-i18next";
import { useSites } from "../../ui/pickers";

/** One site or all: the browser's own list, which weighs nothing. */
export function SiteSelect({ value, set }: { value: string; set: (code: string) => void }) {
  const { t } = useTranslation("home");
  const sites = useSites();
  return (
    <NativeSelect
      disableUnderline
      value={value}
      onChange={(event) => set(event.target.value)}
      inputProps={{ "aria-label": t("site") }}
      sx={{ minWidth: 160, minHeight: 40, pl: 3, border: 1, borderColor: "text.disabled", borderRadius: 1, "&:focus-within": { borderColor: "primary.main" } }}
    >
      <option value="">{t("allSites")}</option>
      {(sites.data ?? []).map((site) => (
        <option key={site.id} value={site.code}>
          {site.name}
        </option>
      ))}
    </NativeSelect>
  );
}
