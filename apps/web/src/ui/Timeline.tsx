import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { useFormats } from "./formats";

export type Moment = { id: string; text: ReactNode; at: string | null; who?: string; more?: ReactNode };

/** What happened to something, the first at the top. */
export function Timeline({ moments, name }: { moments: readonly Moment[]; name: string }) {
  const { time } = useFormats();
  return (
    <Box component="ol" aria-label={name} sx={{ listStyle: "none", m: 0, p: 0 }}>
      {moments.map(({ id, text, at, who, more }, index) => (
        <Box component="li" key={id} sx={{ position: "relative", pl: 6, pb: index === moments.length - 1 ? 0 : 4 }}>
          <Box aria-hidden="true" sx={{ position: "absolute", left: 4, top: 8, width: 9, height: 9, borderRadius: "50%", bgcolor: "primary.main" }} />
          {index < moments.length - 1 && <Box aria-hidden="true" sx={{ position: "absolute", left: 8, top: 20, bottom: -6, borderLeft: 1, borderColor: "divider" }} />}
          <Box sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{text}</Box>
          <Box sx={{ color: "text.secondary", fontSize: "0.8125rem", overflowWrap: "anywhere" }}>{[at && time(at), who].filter(Boolean).join(" · ")}</Box>
          {more && <Box sx={{ fontSize: "0.875rem", overflowWrap: "anywhere" }}>{more}</Box>}
        </Box>
      ))}
    </Box>
  );
}
