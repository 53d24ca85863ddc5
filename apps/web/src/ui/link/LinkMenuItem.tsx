import MenuItem, { type MenuItemProps } from "@mui/material/MenuItem";
import { createLink } from "@tanstack/react-router";
import type { WithRef } from "./withRef";

export const LinkMenuItem = createLink((props: WithRef<Omit<MenuItemProps<"a">, "href">>) => <MenuItem component="a" {...props} />);
