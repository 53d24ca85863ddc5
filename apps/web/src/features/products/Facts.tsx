import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

/** Few figures side by side, each under its name. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <Box component="dl" sx={{ display: "flex", flexWrap: "wrap", columnGap: 8, rowGap: 3, m: 0 }}>
      {facts.map(([name, value]) => (
        <Box key={name}>
          <Typography component="dt" variant="caption" color="textSecondary">
            {name}
          </Typography>
          <Box component="dd" className="figures" sx={{ m: 0, fontWeight: 650, fontSize: "1.125rem" }}>
            {value}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
