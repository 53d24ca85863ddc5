import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

/** One thing about oneself, with what it is good for. */
export function Part({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <Paper component="section" variant="outlined" sx={{ p: { xs: 4, sm: 6 }, mb: 4, maxWidth: 720 }}>
      <Typography variant="h2">{title}</Typography>
      {hint && (
        <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
          {hint}
        </Typography>
      )}
      <Stack spacing={4} sx={{ mt: 4, alignItems: "flex-start" }}>
        {children}
      </Stack>
    </Paper>
  );
}
