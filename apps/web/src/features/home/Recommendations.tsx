import Button from "@mui/material/Button";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemText from "@mui/material/ListItemText";
import { useTranslation } from "react-i18next";
import { api, once, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { Link, LinkButton } from "../../ui/links";
import { Block, Quiet } from "./Block";
import type { BlockProps } from "./blocks";

type Recommendation = Schemas["RecommendationView"];

/** What would do the shop good, each with what does it in one click. */
export function Recommendations({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const found = dashboard.recommendations ?? [];
  return (
    <Block title={t("block.recommendations")} action={<LinkButton to={"/recommendations" as "/"} size="small">{t("all")}</LinkButton>} flush>
      {found.length === 0 ? (
        <Quiet>{t("nothing.recommendations")}</Quiet>
      ) : (
        <List dense disablePadding sx={{ pb: 2, maxHeight: 300, overflow: "auto", "@media print": { maxHeight: "none" } }} tabIndex={0} aria-label={t("block.recommendations")}>
          {found.map((one) => (
            <Recommended key={one.id} recommendation={one} />
          ))}
        </List>
      )}
    </Block>
  );
}

function Recommended({ recommendation }: { recommendation: Recommendation }) {
  const { id, title, why, deed, may_accept, product } = recommendation;
  const accept = useAct(
    (_: void, key) => api.POST("/api/v1/recommendations/{recommendation_id}/accept", { params: { path: { recommendation_id: id }, header: once(key) } }),
    { touches: ["recommendations", "dashboard", "replenishment", "purchase-orders", "transfers", "stock", "products"] },
  );
  return (
    <ListItem sx={{ px: 4, flexDirection: "column", alignItems: "flex-start", gap: 1 }}>
      <ListItemText
        sx={{ overflowWrap: "anywhere", m: 0 }}
        primary={
          <>
            {title}:{" "}
            <Link to={"/products/$productId" as "/"} params={{ productId: product.id } as never} variant="body2">
              {product.name}
            </Link>
          </>
        }
        secondary={why}
      />
      {may_accept && (
        <Button size="small" variant="outlined" loading={accept.isPending} onClick={() => accept.mutate()}>
          {deed}
        </Button>
      )}
    </ListItem>
  );
}
