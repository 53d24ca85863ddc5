import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useEffect, useRef, type ReactNode } from "react";

type Props = {
  title: string;
  /** Below the title: what it is, its state. */
  subtitle?: ReactNode;
  /** What one does here most, at the right of the title. */
  actions?: ReactNode;
  /** The way back. */
  above?: ReactNode;
  children: ReactNode;
};

/** A page: its title, which also names the tab and gets the focus when one comes here, and what one can do. */
export function Page({ title, subtitle, actions, above, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Pirwa`;
  }, [title]);
  useEffect(() => {
    // Whoever comes by the keyboard or a screen reader begins at the title; a field that asked for the focus keeps it.
    if (document.activeElement === document.body || document.activeElement?.closest("nav, header")) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <>
      {above}
      <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", alignItems: "center", mb: 4 }}>
        <Box sx={{ flex: "1 1 240px", minWidth: 0 }}>
          <Typography variant="h1" ref={heading} tabIndex={-1} sx={{ "&:focus-visible": { outline: "none" }, overflowWrap: "anywhere" }}>
            {title}
          </Typography>
          {subtitle && <Box sx={{ color: "text.secondary", mt: 1, fontSize: "0.875rem" }}>{subtitle}</Box>}
        </Box>
        {actions && (
          <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
            {actions}
          </Stack>
        )}
      </Stack>
      {children}
    </>
  );
}

/** A part of a page under a heading of its own. */
export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <Box component="section" sx={{ mb: 8 }}>
      <Stack direction="row" spacing={2} sx={{ alignItems: "center", justifyContent: "space-between", mb: 3 }}>
        <Typography variant="h2">{title}</Typography>
        {actions}
      </Stack>
      {children}
    </Box>
  );
}
