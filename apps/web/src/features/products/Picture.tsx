import Box from "@mui/material/Box";
import ProductIcon from "@mui/icons-material/Inventory2Outlined";

/** A small picture of a product; its name stands beside it. Its room is there before it has come. */
export function Picture({ src, size = 40 }: { src: string | null | undefined; size?: number }) {
  return (
    <Box
      aria-hidden="true"
      sx={{ width: size, height: size, flexShrink: 0, borderRadius: 1, overflow: "hidden", display: "grid", placeItems: "center", bgcolor: "action.hover", color: "text.secondary" }}
    >
      {src ? (
        <Box component="img" src={src} alt="" width={size} height={size} loading="lazy" sx={{ objectFit: "cover", display: "block" }} />
      ) : (
        <ProductIcon sx={{ fontSize: size / 2 }} />
      )}
    </Box>
  );
}
