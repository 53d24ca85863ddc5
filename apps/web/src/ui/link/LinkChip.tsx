import Chip, { type ChipProps } from "@mui/material/Chip";
import { createLink } from "@tanstack/react-router";
import type { WithRef } from "./withRef";

export const LinkChip = createLink((props: WithRef<Omit<ChipProps<"a">, "href">>) => <Chip component="a" clickable {...props} />);
