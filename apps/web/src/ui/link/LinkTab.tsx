import Tab, { type TabProps } from "@mui/material/Tab";
import { createLink } from "@tanstack/react-router";
import type { WithRef } from "./withRef";

export const LinkTab = createLink((props: WithRef<Omit<TabProps<"a">, "href">>) => <Tab component="a" {...props} />);
