import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import DriveFileMoveIcon from "@mui/icons-material/DriveFileMoveOutlined";
import EditIcon from "@mui/icons-material/EditOutlined";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { SearchField } from "../../ui/SearchField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { LEVELS, matching, newParents, rowsOf, type Node, type Row } from "./tree";

type Doing = { what: "add"; below: Node | null } | { what: "rename"; row: Row } | { what: "move"; row: Row };

const TOUCHED = ["categories", "products"];

/** The tree in which products are ordered. */
export function CategoriesPage() {
  const { t } = useTranslation(["categories", "common"]);
  const mayWrite = useMay("category:write");
  const answer = useQuery(read("/api/v1/categories", { query: { include: ["products"] } }));
  const [sought, setSought] = useState("");
  const [doing, setDoing] = useState<Doing | null>(null);
  const all = answer.data?.items ?? [];
  const shown = rowsOf(matching(all, sought));
  const add = mayWrite && (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setDoing({ what: "add", below: null })}>
      {t("add")}
    </Button>
  );
  const close = () => setDoing(null);
  return (
    <Page title={t("common:nav.categories")} subtitle={t("subtitle")} actions={add}>
      {all.length > 0 && (
        <Box sx={{ mb: 3 }}>
          <SearchField label={t("search")} value={sought} set={setSought} />
        </Box>
      )}
      <Listing
        state={{ isPending: answer.isPending, error: answer.error, retry: () => void answer.refetch(), readAt: answer.dataUpdatedAt }}
        isEmpty={shown.length === 0}
        empty={{ title: t("empty"), hint: t("emptyHint"), action: add }}
        narrowed={sought ? { clear: () => setSought("") } : null}
      >
        <Paper variant="outlined" component="ul" aria-label={t("common:nav.categories")} sx={{ listStyle: "none", m: 0, p: 0 }}>
          {shown.map((row) => (
            <CategoryRow key={row.node.id} row={row} act={mayWrite ? setDoing : null} />
          ))}
        </Paper>
      </Listing>
      {doing?.what === "add" && <Add below={doing.below} close={close} />}
      {doing?.what === "rename" && <Rename row={doing.row} close={close} />}
      {doing?.what === "move" && <Move row={doing.row} rows={rowsOf(all)} close={close} />}
    </Page>
  );
}

function CategoryRow({ row, act }: { row: Row; act: ((doing: Doing) => void) | null }) {
  const { t } = useTranslation(["categories", "common"]);
  const { quantity } = useFormats();
  const mayDelete = useMay("category:delete");
  const remove = useRemove();
  const { node, depth } = row;
  return (
    <Box component="li" data-row="" sx={{ display: "flex", alignItems: "center", flexWrap: "wrap", gap: 2, minHeight: 44, py: 1, pr: 2, pl: 4 + depth * 6, "&:not(:last-child)": { borderBottom: 1, borderColor: "divider" }, "&:hover": { bgcolor: "action.hover" } }}>
      <Box sx={{ flex: "1 1 160px", minWidth: 0 }}>
        <Link to="/products" search={{ category: node.id }} sx={{ fontWeight: depth === 0 ? 650 : 400, color: "text.primary", overflowWrap: "anywhere" }}>
          {node.name}
        </Link>
      </Box>
      {node.products !== null && node.products !== undefined && (
        <Typography variant="body2" color="textSecondary" className="figures" sx={{ minWidth: { sm: 110 }, textAlign: "right" }}>
          {t("products", { count: node.products, shown: quantity(node.products) })}
        </Typography>
      )}
      <Stack direction="row" sx={{ ml: "auto", width: { sm: 160 }, justifyContent: "flex-end" }}>
        {act && depth + 1 < LEVELS && <Act label={t("addBelow", { name: node.name })} icon={<AddIcon fontSize="small" />} act={() => act({ what: "add", below: node })} />}
        {act && <Act label={t("rename", { name: node.name })} icon={<EditIcon fontSize="small" />} act={() => act({ what: "rename", row })} />}
        {act && <Act label={t("move", { name: node.name })} icon={<DriveFileMoveIcon fontSize="small" />} act={() => act({ what: "move", row })} />}
        {mayDelete && <Act label={t("delete", { name: node.name })} icon={<DeleteIcon fontSize="small" />} disabled={node.children.length > 0 || (node.products ?? 0) > 0} why={t("notEmpty")} act={() => remove.mutate(row)} />}
      </Stack>
    </Box>
  );
}

function Act({ label, icon, act, disabled = false, why }: { label: string; icon: ReactNode; act: () => void; disabled?: boolean; why?: string }) {
  return (
    <Tooltip title={disabled ? (why ?? "") : label} describeChild={disabled}>
      <span>
        <IconButton size="small" aria-label={label} onClick={act} disabled={disabled}>
          {icon}
        </IconButton>
      </span>
    </Tooltip>
  );
}

const create = (name: string, parent: string | null) => data(api.POST("/api/v1/categories", { body: { name, parent } }));

function useRemove() {
  const { t } = useTranslation(["categories", "common"]);
  const toast = useToast();
  const again = useAct(({ node, parent }: Row) => create(node.name, parent?.id ?? null), { touches: TOUCHED });
  return useAct(({ node }: Row) => api.DELETE("/api/v1/categories/{category_id}", { params: { path: { category_id: node.id }, header: ifUnchanged(node.version) } }), {
    touches: TOUCHED,
    done: (_, row) => toast({ text: t("deleted", { name: row.node.name }), action: { label: t("common:undo"), do: () => again.mutate(row) } }),
  });
}

function Add({ below, close }: { below: Node | null; close: () => void }) {
  const { t } = useTranslation(["categories", "common"]);
  const form = useForm({ initial: { name: "" }, touches: TOUCHED, done: close, send: ({ name }) => create(name.trim(), below?.id ?? null) });
  return (
    <FormDrawer open title={below ? t("addBelow", { name: below.name }) : t("add")} close={close} form={form} action={t("common:add")} disabled={!form.values.name.trim()}>
      <TextField {...form.field("name")} label={t("common:name")} required autoFocus />
    </FormDrawer>
  );
}

type Change = { name?: string; parent?: string | null };
const change = (node: Node, to: Change) => data(api.PATCH("/api/v1/categories/{category_id}", { params: { path: { category_id: node.id }, header: ifUnchanged(node.version) }, body: to }));

function Rename({ row: { node }, close }: { row: Row; close: () => void }) {
  const { t } = useTranslation(["categories", "common"]);
  const form = useForm({ initial: { name: node.name }, touches: TOUCHED, done: close, send: ({ name }) => change(node, { name: name.trim() }) });
  return (
    <FormDrawer open title={t("rename", { name: node.name })} close={close} form={form} action={t("common:save")} disabled={!form.values.name.trim()}>
      <TextField {...form.field("name")} label={t("common:name")} required autoFocus onFocus={(event) => event.target.select()} />
    </FormDrawer>
  );
}

function Move({ row: { node, parent }, rows, close }: { row: Row; rows: readonly Row[]; close: () => void }) {
  const { t } = useTranslation(["categories", "common"]);
  const form = useForm({ initial: { parent: parent?.id ?? "" }, touches: TOUCHED, done: close, send: (values) => change(node, { parent: values.parent || null }) });
  return (
    <FormDrawer open title={t("move", { name: node.name })} close={close} form={form} action={t("moveAction")} disabled={form.values.parent === (parent?.id ?? "")}>
      <TextField {...form.field("parent")} select label={t("parent")} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
        <MenuItem value="">{t("top")}</MenuItem>
        {newParents(rows, node).map(({ node: one, depth }) => (
          <MenuItem key={one.id} value={one.id} sx={{ pl: 4 + depth * 4 }}>
            {one.name}
          </MenuItem>
        ))}
      </TextField>
    </FormDrawer>
  );
}
