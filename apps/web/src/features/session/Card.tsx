import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useEffect, type ReactNode } from "react";

/** What a page outside shows: one thing, under its title. */
export function Card({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Pirwa`;
  }, [title]);
  return (
    <Paper variant="outlined" sx={{ p: { xs: 4, sm: 6 }, maxWidth: 640 }}>
      <Stack spacing={4}>
        <Typography variant="h1">{title}</Typography>
        {children}
      </Stack>
    </Paper>
  );
}
