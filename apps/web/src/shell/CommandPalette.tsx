import Dialog from "@mui/material/Dialog";
import InputAdornment from "@mui/material/InputAdornment";
import List from "@mui/material/List";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import ProductIcon from "@mui/icons-material/Inventory2Outlined";
import SearchIcon from "@mui/icons-material/Search";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useId, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../api/query";
import { useMay } from "../session/session";
import { useFormats } from "../ui/formats";
import type { Destination } from "./navigation";

type Hit = { key: string; to: string; icon: Destination["icon"]; title: string; detail?: string };

/** Finds any page or product from anywhere: Ctrl K, type, Enter. */
export function CommandPalette({ close, destinations }: { close: () => void; destinations: readonly Destination[] }) {
  const { t } = useTranslation();
  const { quantity } = useFormats();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const sought = useDeferredValue(typed.trim());
  const id = useId();
  const mayRead = useMay("product:read");
  const products = useQuery({ ...read("/api/v1/products", { query: { q: sought, limit: 8 } }), enabled: mayRead && sought.length > 1 });

  const plain = fold(sought);
  const pages: Hit[] = destinations
    .map(({ page, to, icon }) => ({ key: page, to, icon, title: t(`nav.${page}` as "nav.home") }))
    .filter(({ title }) => fold(title).includes(plain));
  const found: Hit[] = (sought.length > 1 ? (products.data?.items ?? []) : []).map((product) => ({
    key: product.id,
    to: `/products/${product.id}`,
    icon: ProductIcon,
    title: product.name,
    detail: `${product.sku} · ${quantity(product.available)} ${product.unit}`,
  }));
  const hits = [...(sought.length > 1 ? found : []), ...pages];
  const chosen = Math.min(at, hits.length - 1);
  const go = (hit: Hit | undefined) => {
    if (hit) {
      close();
      void navigate({ to: hit.to as "/" });
    }
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt((chosen + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % Math.max(hits.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(hits[chosen]);
    }
  };
  return (
    <Dialog open onClose={close} fullWidth maxWidth="sm" aria-label={t("searchAnything")} sx={{ "& .MuiDialog-container": { alignItems: "flex-start" } }}>
      <TextField
        autoFocus
        variant="outlined"
        placeholder={t("searchAnything")}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
        sx={{ p: 2 }}
        slotProps={{
          input: {
            startAdornment: (
              <InputAdornment position="start">
                <SearchIcon />
              </InputAdornment>
            ),
          },
          htmlInput: { role: "combobox", "aria-label": t("searchAnything"), "aria-expanded": true, "aria-controls": id, "aria-activedescendant": hits[chosen] ? `${id}-${chosen}` : undefined },
        }}
      />
      <List id={id} role="listbox" aria-label={t("searchAnything")} dense sx={{ maxHeight: 400, overflow: "auto", pt: 0 }}>
        {hits.map((hit, index) => (
          <ListItemButton key={hit.key} id={`${id}-${index}`} role="option" aria-selected={index === chosen} selected={index === chosen} onClick={() => go(hit)} tabIndex={-1}>
            <ListItemIcon sx={{ minWidth: 40 }}>
              <hit.icon fontSize="small" />
            </ListItemIcon>
            <ListItemText primary={hit.title} secondary={hit.detail} />
          </ListItemButton>
        ))}
      </List>
      {hits.length === 0 && !products.isFetching && (
        <Typography color="textSecondary" variant="body2" sx={{ px: 4, pb: 4 }} role="status">
          {t("list.noResults")}
        </Typography>
      )}
    </Dialog>
  );
}

/** Without accents and case, so that "categorias" finds "Categorías". */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
