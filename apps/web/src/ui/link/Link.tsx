import MuiLink, { type LinkProps } from "@mui/material/Link";
import { createLink } from "@tanstack/react-router";
import type { WithRef } from "./withRef";

/** A link in text; the first cell of every row is one. */
export const Link = createLink((props: WithRef<Omit<LinkProps, "href">>) => <MuiLink underline="hover" {...props} />);
