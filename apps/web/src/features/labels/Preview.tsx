import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { stringifySearch } from "../../router/search";
import { useFormats } from "../../ui/formats";
import type { Look } from "./choice";
import type { Format } from "./sheet";

/** About how one label will look: paper is white in the dark as well. */
export function LabelPreview({ format, product, look, site }: { format: Format; product: Schemas["ProductView"] | null; look: Look; site: string }) {
  const { t } = useTranslation("labels");
  const { money } = useFormats();
  const isSquare = look.symbology === "qr" || look.symbology === "gs1_datamatrix";
  const shows = (part: Look["show"][number]) => look.show.includes(part);
  return (
    <Box sx={{ bgcolor: "#fff", color: "#16201e", border: 1, borderColor: "divider", borderRadius: 2, aspectRatio: `${format.width} / ${format.height}`, maxHeight: 240, mx: "auto", p: 4, display: "flex", flexDirection: "column", overflow: "hidden", mb: 4 }}>
      {product ? (
        <>
          {shows("name") && <Typography noWrap sx={{ fontWeight: 600, fontSize: "0.875rem" }}>{product.name}</Typography>}
          <Box sx={{ flex: 1, minHeight: 0, display: "flex", alignItems: "center", justifyContent: "center", gap: 4, py: 1 }}>
            <Box
              component="img"
              src={`/api/v1/products/${product.id}/barcode.svg${stringifySearch({ symbology: look.symbology })}`}
              alt={t("symbolOf", { name: product.name })}
              sx={{ minWidth: 0, maxWidth: isSquare ? "50%" : "90%", height: "100%", objectFit: "contain" }}
            />
          </Box>
          <Box sx={{ display: "flex", justifyContent: "space-between", alignItems: "baseline", gap: 2, fontSize: "0.75rem" }}>
            <span>{[shows("sku") && product.sku, shows("site") && site].filter(Boolean).join(" · ")}</span>
            {shows("price") && <Box component="strong" sx={{ fontSize: "1.125rem" }}>{money(product.price, product.currency)}</Box>}
          </Box>
        </>
      ) : (
        <Typography variant="body2" sx={{ m: "auto", textAlign: "center", color: "#52605d" }}>
          {t("nothingYet")}
        </Typography>
      )}
    </Box>
  );
}

/** The first sheet: what was used of it, and what is printed. A click says where to begin; the field beside it does the same. */
export function SheetPreview({ format, start, count, setStart }: { format: Format; start: number; count: number; setStart: (place: number) => void }) {
  const places = Array.from({ length: format.columns * format.rows }, (_, index) => index + 1);
  const looks = (place: number) => (place < start ? { bgcolor: "#e3e7e6", borderColor: "#c4cccb" } : place < start + count ? { bgcolor: "#0b6b5d", borderColor: "#0b6b5d" } : { bgcolor: "#fff", borderColor: "#c4cccb" });
  return (
    <Box
      aria-hidden="true"
      sx={{
        bgcolor: "#fff", border: 1, borderColor: "divider", aspectRatio: `${format.page_width} / ${format.page_height}`, width: 190, mx: "auto", p: "8px",
        display: "grid", gap: "2px", gridTemplateColumns: `repeat(${format.columns}, 1fr)`, gridTemplateRows: `repeat(${format.rows}, 1fr)`,
      }}
    >
      {places.map((place) => (
        <Box key={place} onClick={() => setStart(place)} sx={{ border: 1, borderRadius: "2px", cursor: "pointer", ...looks(place) }} />
      ))}
    </Box>
  );
}
