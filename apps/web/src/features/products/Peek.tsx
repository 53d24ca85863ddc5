import Box from "@mui/material/Box";
import CloseIcon from "@mui/icons-material/Close";
import Drawer from "@mui/material/Drawer";
import IconButton from "@mui/material/IconButton";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useFormats } from "../../ui/formats";
import { LinkButton } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Facts } from "./Facts";
import { Picture } from "./Picture";
import { SiteStock } from "./SiteStock";

/** A glance at a product beside the list; Escape closes it. */
export function Peek({ id, close }: { id: string | null; close: () => void }) {
  const { t } = useTranslation(["products", "common"]);
  return (
    <Drawer anchor="right" open={id !== null} onClose={close} sx={{ zIndex: "modal" }} slotProps={{ paper: { role: "dialog", "aria-label": t("peek"), sx: { width: { xs: "100%", sm: 420 }, backgroundImage: "none" } } }}>
      <IconButton onClick={close} aria-label={t("common:close")} sx={{ position: "absolute", top: 12, right: 12 }}>
        <CloseIcon />
      </IconButton>
      {id && <Glance id={id} />}
    </Drawer>
  );
}

function Glance({ id }: { id: string }) {
  const { t } = useTranslation(["products", "common"]);
  const { quantity, money } = useFormats();
  const answer = useQuery(read("/api/v1/products/{product_id}", { path: { product_id: id } }));
  const product = answer.data;
  if (!product) {
    return <Box sx={{ p: 4, pt: 16 }}>{answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton rows={5} />}</Box>;
  }
  return (
    <Stack spacing={4} sx={{ p: 4 }}>
      <Stack direction="row" spacing={3} sx={{ pr: 10 }}>
        <Picture src={product.images[0]?.thumbnail_url} size={72} />
        <Box sx={{ minWidth: 0 }}>
          <Typography variant="h2" sx={{ overflowWrap: "anywhere" }}>
            {product.name}
          </Typography>
          <Typography variant="body2" color="textSecondary">
            {product.sku}
          </Typography>
        </Box>
      </Stack>
      <Facts
        facts={[
          [t("common:price"), money(product.price, product.currency)],
          [t("common:onHand"), product.kind === "kit" ? "–" : quantity(product.on_hand)],
          [t("available"), quantity(product.available)],
        ]}
      />
      {product.kind !== "kit" && <SiteStock product={product} brief />}
      {product.description && (
        <Typography variant="body2" sx={{ whiteSpace: "pre-line" }}>
          {product.description}
        </Typography>
      )}
      <LinkButton to="/products/$productId" params={{ productId: id }} variant="contained" sx={{ alignSelf: "flex-start" }}>
        {t("open")}
      </LinkButton>
    </Stack>
  );
}
