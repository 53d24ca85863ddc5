import MuiLink, { type LinkProps } from "@mui/material/Link";
import { createLink } from "@tanstack/react-router";
import type { WithRef } from "./withRef";

/** The way back, above a page's title: the list that it was opened from, or what it belongs to. */
export const BackLink = createLink(({ children, ...props }: WithRef<Omit<LinkProps, "href">>) => (
  <MuiLink underline="hover" variant="body2" {...props} sx={{ display: "inline-block", py: 1, mb: 1 }}>
    <span aria-hidden="true">← </span>
    {children}
  </MuiLink>
));
