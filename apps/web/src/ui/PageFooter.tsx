import ChevronLeftIcon from "@mui/icons-material/ChevronLeft";
import ChevronRightIcon from "@mui/icons-material/ChevronRight";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import Select from "@mui/material/Select";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useFormats } from "./formats";
import { PAGE_SIZES } from "./useList";

export type Paging = {
  first: number;
  total: number | null;
  size: number;
  setSize: (size: number) => void;
  previous: (() => void) | null;
  next: (() => void) | null;
};

/** Which rows these are, and the way to the others. */
export function PageFooter({ paging, count }: { paging: Paging; count: number }) {
  const { t } = useTranslation();
  const { quantity } = useFormats();
  if (!paging.previous && !paging.next && count <= PAGE_SIZES[0]) {
    return (
      <Typography variant="body2" color="textSecondary" sx={{ mt: 2, textAlign: "right" }}>
        {t("table.count", { count })}
      </Typography>
    );
  }
  const last = paging.first + count - 1;
  const range = { first: quantity(paging.first), last: quantity(last) };
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: "center", justifyContent: "flex-end", mt: 2 }}>
      <Select
        variant="standard"
        disableUnderline
        value={paging.size}
        onChange={(event) => paging.setSize(Number(event.target.value))}
        slotProps={{ input: { "aria-label": t("table.perPage") } }}
        sx={{ fontSize: "0.875rem" }}
      >
        {PAGE_SIZES.map((size) => (
          <MenuItem key={size} value={size}>
            {size}
          </MenuItem>
        ))}
      </Select>
      <Typography variant="body2" color="textSecondary" role="status">
        {paging.total === null ? t("table.range", range) : t("table.rangeOf", { ...range, total: quantity(paging.total) })}
      </Typography>
      <IconButton aria-label={t("table.previous")} disabled={!paging.previous} onClick={() => paging.previous?.()}>
        <ChevronLeftIcon />
      </IconButton>
      <IconButton aria-label={t("table.next")} disabled={!paging.next} onClick={() => paging.next?.()}>
        <ChevronRightIcon />
      </IconButton>
    </Stack>
  );
}
