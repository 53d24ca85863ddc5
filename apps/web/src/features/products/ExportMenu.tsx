import Button from "@mui/material/Button";
import DownloadIcon from "@mui/icons-material/DownloadOutlined";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { stringifySearch } from "../../router/search";
import { asked, type Filters } from "./filters";

/** What the list shows, as a sheet that can be imported again. */
export function ExportMenu({ filters }: { filters: Filters }) {
  const { t } = useTranslation("products");
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { sort: _, active, ...others } = asked(filters) as ReturnType<typeof asked> & { sort?: string; active?: boolean };
  const close = () => setAnchor(null);
  return (
    <>
      <Button variant="outlined" startIcon={<DownloadIcon />} aria-haspopup="menu" aria-expanded={anchor !== null} onClick={(event) => setAnchor(event.currentTarget)}>
        {t("export.action")}
      </Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={close}>
        {(["xlsx", "csv"] as const).map((format) => (
          <MenuItem
            key={format}
            component="a"
            href={`/api/v1/products:export${stringifySearch({ ...others, ...(active === undefined ? {} : { active: String(active) }), format })}`}
            download
            onClick={close}
          >
            {t(`export.${format}`)}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
