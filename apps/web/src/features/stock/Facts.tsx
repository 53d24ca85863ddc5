import Box from "@mui/material/Box";
import type { ReactNode } from "react";

export type Fact = readonly [string, ReactNode] | false;

/** What is known of one thing, name by name. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  const shown = facts.filter((fact) => fact !== false);
  return (
    <Box component="dl" sx={{ m: 0, mb: 8, display: "grid", gap: 3, gridTemplateColumns: { xs: "1fr 1fr", md: "repeat(4, 1fr)" } }}>
      {shown.map(([name, value], index) => (
        <Box key={`${name}/${index}`} sx={{ minWidth: 0, overflowWrap: "anywhere" }}>
          <Box component="dt" sx={{ color: "text.secondary", fontSize: "0.8125rem" }}>
            {name}
          </Box>
          <Box component="dd" sx={{ m: 0 }}>
            {value}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
