import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import IconButton from "@mui/material/IconButton";
import SaveIcon from "@mui/icons-material/BookmarkAddOutlined";
import Tabs from "@mui/material/Tabs";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "../../shell/preferences";
import { LinkTab } from "../../ui/links";
import { useToast } from "../../ui/toasts";
import { kept, same, unkept, USUAL_VIEWS, type Filters } from "./filters";

const PAGE = "products";

/** The views of the list as tabs: those that everybody has, and one's own. */
export function ViewTabs({ filters }: { filters: Filters }) {
  const { t } = useTranslation("products");
  const { preferences, change } = usePreferences();
  const navigate = useNavigate();
  const toast = useToast();
  const [isNaming, setNaming] = useState(false);
  const own = preferences.views.filter(({ page }) => page === PAGE).map(({ name, search }) => ({ name, filters: unkept(search ?? "") }));
  const usual = Object.entries(USUAL_VIEWS).map(([name, filters]) => ({ name: t(`views.${name as keyof typeof USUAL_VIEWS}`), filters: filters as Filters }));
  const views = [...usual, ...own];
  const at = views.findIndex((view) => same(view.filters, filters));
  const chosen = views[at];

  const keep = (name: string) => {
    setNaming(false);
    change({ views: [...preferences.views.filter((view) => view.page !== PAGE || view.name !== name), { name, page: PAGE, search: kept(filters) }] });
  };
  const drop = () => {
    const before = preferences.views;
    change({ views: before.filter((view) => view.page !== PAGE || view.name !== chosen?.name) });
    void navigate({ to: "/products", search: {} });
    toast({ text: t("views.dropped", { name: chosen?.name }), action: { label: t("undo", { ns: "common" }), do: () => change({ views: before }) } });
  };
  return (
    <Box sx={{ display: "flex", alignItems: "center", borderBottom: 1, borderColor: "divider", mb: 3, minWidth: 0 }}>
      <Tabs value={at < 0 ? false : at} variant="scrollable" scrollButtons="auto" aria-label={t("views.label")} sx={{ minWidth: 0 }}>
        {views.map((view, index) => (
          <LinkTab key={`${index}-${view.name}`} label={view.name} to="/products" search={view.filters} />
        ))}
      </Tabs>
      <Box sx={{ flex: 1 }} />
      {at < 0 && (
        <Button size="small" startIcon={<SaveIcon />} onClick={() => setNaming(true)} sx={{ flexShrink: 0 }}>
          {t("views.save")}
        </Button>
      )}
      {at >= usual.length && (
        <Tooltip title={t("views.drop", { name: chosen?.name })}>
          <IconButton size="small" aria-label={t("views.drop", { name: chosen?.name })} onClick={drop}>
            <DeleteIcon fontSize="small" />
          </IconButton>
        </Tooltip>
      )}
      <NameDialog open={isNaming} close={() => setNaming(false)} done={keep} />
    </Box>
  );
}

function NameDialog({ open, close, done }: { open: boolean; close: () => void; done: (name: string) => void }) {
  const { t } = useTranslation(["products", "common"]);
  const heading = useId();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    done(name.trim());
    setName("");
  };
  return (
    <Dialog open={open} onClose={close} fullWidth maxWidth="xs" aria-labelledby={heading}>
      <form onSubmit={submit}>
        <DialogTitle id={heading}>{t("views.save")}</DialogTitle>
        <DialogContent>
          <TextField autoFocus required label={t("views.name")} value={name} onChange={(event) => setName(event.target.value)} slotProps={{ htmlInput: { maxLength: 60 } }} sx={{ mt: 1 }} />
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>{t("common:cancel")}</Button>
          <Button type="submit" variant="contained" disabled={!name.trim()}>
            {t("common:save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
