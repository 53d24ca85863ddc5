import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

type Props = { title: string; action?: ReactNode; minHeight?: number; flush?: boolean; children?: ReactNode };

/** One part of the page: a heading, the way to all of it, and what it says. */
export function Block({ title, action, minHeight, flush, children }: Props) {
  return (
    <Paper component="section" variant="outlined" sx={{ minHeight, overflow: "hidden", breakInside: "avoid" }}>
      <Stack direction="row" spacing={2} sx={{ alignItems: "center", justifyContent: "space-between", px: 4, pt: 3, pb: 2, minHeight: 52 }}>
        <Typography variant="h2">{title}</Typography>
        {action}
      </Stack>
      <Box sx={flush ? {} : { px: 4, pb: 4 }}>{children}</Box>
    </Paper>
  );
}

/** What stands in a block where there is nothing to say. */
export function Quiet({ children }: { children: ReactNode }) {
  return (
    <Typography variant="body2" color="textSecondary" sx={{ px: 4, pb: 4 }}>
      {children}
    </Typography>
  );
}
