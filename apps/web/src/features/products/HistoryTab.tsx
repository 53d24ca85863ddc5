import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { useList, type Item } from "../../ui/useList";
import type { Product } from "./draft";

type Entry = Item<"/api/v1/audit">;

/** Who changed what of it, and when. */
export function HistoryTab({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const { time } = useFormats();
  const list = useList("/api/v1/audit", { query: { subject_type: "product", subject_id: product.id } });
  return (
    <DataTable
      caption={t("tabs.history")}
      rows={list.items}
      rowId={({ id }) => id}
      list={list}
      empty={{ title: t("history.empty") }}
      columns={[
        { id: "at", header: t("common:date"), cell: ({ at }) => <Box component="span" sx={{ whiteSpace: "nowrap" }}>{time(at)}</Box> },
        {
          id: "actor",
          header: t("history.who"),
          cell: ({ actor, agent }) => (
            <>
              {actor.name ?? actor.login ?? "–"}
              {agent && (
                <Typography component="span" variant="caption" color="textSecondary">
                  {` · ${agent}`}
                </Typography>
              )}
            </>
          ),
        },
        { id: "what", header: t("history.what"), cell: (entry) => <Change entry={entry} /> },
      ]}
    />
  );
}

function Change({ entry }: { entry: Entry }) {
  const { t } = useTranslation("products");
  const name = useNames();
  if (entry.action !== "changed") {
    return t(`history.${entry.action === "created" ? "created" : "deleted"}`);
  }
  const fields = Object.keys(entry.after ?? {});
  return (
    <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
      {fields.map((field) => (
        <Box component="li" key={field} sx={{ overflowWrap: "anywhere" }}>
          {t(`fields.${field}` as "fields.name", { defaultValue: field })}: {name(field, entry.before?.[field])} → <strong>{name(field, entry.after?.[field])}</strong>
        </Box>
      ))}
    </Box>
  );
}

/** Values as people write them. */
function useNames(): (field: string, value: unknown) => string {
  const { t } = useTranslation(["products", "common"]);
  const { money } = useFormats();
  const categories = useQuery({ ...read("/api/v1/categories"), enabled: useMay("category:read"), staleTime: 60_000 });
  const names = new Map(flat(categories.data?.items ?? []).map(({ id, name }) => [id, name]));
  return (field, value) => {
    if (value === null || value === undefined || value === "") {
      return "–";
    }
    if (typeof value === "boolean") {
      return t(value ? "common:yes" : "common:no");
    }
    if (field === "category_id") {
      return names.get(String(value)) ?? "…";
    }
    return field === "price" || field === "cost" ? money(String(value)) : String(value);
  };
}

function flat(nodes: readonly Schemas["CategoryNode"][]): Schemas["CategoryNode"][] {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}
