import ListItemButton, { type ListItemButtonProps } from "@mui/material/ListItemButton";
import { createLink } from "@tanstack/react-router";
import type { WithRef } from "./withRef";

export const LinkItem = createLink((props: WithRef<Omit<ListItemButtonProps<"a">, "href">>) => <ListItemButton component="a" {...props} />);
